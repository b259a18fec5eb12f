//! `/_control/images`: images as whoever runs the server wants them, by no rule of Glance's.

use super::answer::{done, failed, fault, json};
use super::image_form::{ImageForm, ImagePatch, ImageShown};
use super::route::{Ask, Route};
use super::words::{Access, Gives, Takes, Verb, query_of};
use crate::domain::{GlanceStatus, Work};
use crate::http::{Reply, StatusCode};
use crate::service::{ImageControlError, Planned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The largest image that comes with a request: a fixture's is not bounded, but nobody writes such a one.
const MOST_IMAGE_BYTES: usize = 1024 * 1024;

/// Images of a page when nobody says how many.
const USUAL_LIMIT: u64 = 100;

/// Most images of a page.
const MOST_LIMIT: u64 = 1000;

const IMAGE: Takes =
    Takes::json::<ImageForm>("an image in the form of fixtures").up_to(MOST_IMAGE_BYTES);

const SHOWN: Gives = Gives::json::<ImageShown>(200, "The image as it is now");

const MADE: Gives = Gives::json::<ImageShown>(201, "The image as it was made");

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        access: Access::Watch,
        work: Work::Everything,
        summary: "Every image there is, deleted and hidden ones too, newest first",
        query: Some(query_of::<Pages>),
        gives: &[Gives::json::<Listed>(200, "A page of them")],
        ..Route::look("control.images.list", "/images", list)
    },
    Route {
        work: Work::Change,
        summary: "Makes an image of any status, owner and time, maybe with a plan",
        takes: Some(IMAGE),
        gives: &[MADE],
        ..Route::change("control.images.create", Verb::Post, "/images", create)
    },
    Route {
        access: Access::Watch,
        summary: "An image, whoever may see it; that is no read",
        gives: &[SHOWN],
        ..Route::look("control.images.show", "/images/{id}", show)
    },
    Route {
        work: Work::Change,
        summary: "Makes an image, or puts it in place of the one of its id",
        takes: Some(IMAGE),
        gives: &[SHOWN, MADE],
        ..Route::change("control.images.replace", Verb::Put, "/images/{id}", replace)
    },
    Route {
        work: Work::Change,
        summary: "Changes an image by a merge patch (RFC 7396)",
        takes: Some(Takes::json::<ImagePatch>("a merge patch of an image").up_to(MOST_IMAGE_BYTES)),
        gives: &[SHOWN],
        ..Route::change("control.images.change", Verb::Patch, "/images/{id}", change)
    },
    Route {
        work: Work::Change,
        summary: "Removes an image as if it had never been",
        gives: &[Gives::nothing("It is gone")],
        ..Route::change(
            "control.images.remove",
            Verb::Delete,
            "/images/{id}",
            remove,
        )
    },
    Route {
        work: Work::Change,
        summary: "Brings an image to a status, or to the next one of its plan",
        takes: Some(Takes {
            may_be_missing: true,
            ..Takes::json::<Turn>("{\"to\": STATUS} with a status of Glance's, or nothing")
        }),
        gives: &[SHOWN],
        ..Route::change(
            "control.images.transition",
            Verb::Post,
            "/images/{id}/transition",
            transition,
        )
    },
];

/// Which images of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pages {
    /// At most so many; without it 100
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u64>,
    /// Those behind the image of this id
    marker: Option<String>,
}

/// A page of images.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Listed {
    #[schemars(with = "Vec<ImageShown>")]
    images: Vec<Value>,
    /// The marker of the next page, where there may be one
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Where an image is to be brought.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Turn {
    /// The status; without it the next one of the image's plan
    to: Option<StatusWord>,
}

/// The words of Glance's statuses.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ImageStatus")]
enum StatusWord {
    Queued,
    Saving,
    Active,
    Killed,
    Deleted,
    PendingDelete,
    Deactivated,
    Importing,
    Uploading,
}

impl StatusWord {
    fn status(self) -> GlanceStatus {
        match self {
            Self::Queued => GlanceStatus::Queued,
            Self::Saving => GlanceStatus::Saving,
            Self::Active => GlanceStatus::Active,
            Self::Killed => GlanceStatus::Killed,
            Self::Deleted => GlanceStatus::Deleted,
            Self::PendingDelete => GlanceStatus::PendingDelete,
            Self::Deactivated => GlanceStatus::Deactivated,
            Self::Importing => GlanceStatus::Importing,
            Self::Uploading => GlanceStatus::Uploading,
        }
    }
}

fn list(ask: &Ask<'_>) -> Reply {
    let listed = || -> Result<Reply, Reply> {
        let Pages { limit, marker } = ask.query()?;
        let limit = limit.unwrap_or(USUAL_LIMIT);
        if !(1..=MOST_LIMIT).contains(&limit) {
            let why = format!("limit must be a whole number from 1 to {MOST_LIMIT}");
            return Err(fault(StatusCode::BAD_REQUEST, &why));
        }
        let images = ask.app.all_images(marker.as_deref(), limit);
        let images = images.map_err(|error| refused(&error))?;
        let is_full = images.len() as u64 == limit;
        let last = images.last().filter(|_| is_full);
        let listed = Listed {
            next_marker: last.map(|last| last.image.id.clone()),
            images: images.iter().map(Planned::written).collect(),
        };
        Ok(json(StatusCode::OK, &listed))
    };
    listed().unwrap_or_else(|refused| refused)
}

fn create(ask: &Ask<'_>) -> Reply {
    let text = text(ask);
    let created = text.and_then(|text| {
        ask.app
            .create_described(text)
            .map_err(|error| refused(&error))
    });
    told(StatusCode::CREATED, created)
}

fn show(ask: &Ask<'_>) -> Reply {
    let shown = ask.app.image(ask.part()).map_err(|error| refused(&error));
    told(StatusCode::OK, shown)
}

fn replace(ask: &Ask<'_>) -> Reply {
    let text = text(ask);
    let replaced = text.and_then(|text| {
        ask.app
            .replace_described(ask.part(), text)
            .map_err(|error| refused(&error))
    });
    match replaced {
        Ok((image, true)) => told(StatusCode::CREATED, Ok(image)),
        Ok((image, false)) => told(StatusCode::OK, Ok(image)),
        Err(refused) => refused,
    }
}

fn change(ask: &Ask<'_>) -> Reply {
    let changed = text(ask);
    let changed = changed.and_then(|text| {
        ask.app
            .patch_image(ask.part(), text)
            .map_err(|error| refused(&error))
    });
    told(StatusCode::OK, changed)
}

fn remove(ask: &Ask<'_>) -> Reply {
    match ask.app.remove_image(ask.part()) {
        Ok(true) => done(),
        Ok(false) => {
            let id = ask.part().to_owned();
            refused(&ImageControlError::NoImage { id })
        }
        Err(error) => refused(&error),
    }
}

fn transition(ask: &Ask<'_>) -> Reply {
    let turn = ask.body_if_any();
    let turned = turn.and_then(|turn: Option<Turn>| {
        let to = turn.and_then(|turn| turn.to).map(StatusWord::status);
        ask.app
            .turn_image(ask.part(), to)
            .map_err(|error| refused(&error))
    });
    told(StatusCode::OK, turned)
}

fn told(status: StatusCode, image: Result<Planned, Reply>) -> Reply {
    match image {
        Ok(image) => json(status, &image.written()),
        Err(refused) => refused,
    }
}

/// The body as a text.
fn text<'a>(ask: &'a Ask<'_>) -> Result<&'a str, Reply> {
    std::str::from_utf8(ask.request.body.bytes()).map_err(|error| {
        let why = format!("the body is not UTF-8: {error}");
        fault(StatusCode::BAD_REQUEST, &why)
    })
}

fn refused(error: &ImageControlError) -> Reply {
    let status = match error {
        ImageControlError::NoImage { .. } => StatusCode::NOT_FOUND,
        ImageControlError::Taken { .. } | ImageControlError::NoPlan { .. } => StatusCode::CONFLICT,
        ImageControlError::Store(_) | ImageControlError::Removed => return failed(error),
        ImageControlError::Described(_) => {
            return fault(
                StatusCode::BAD_REQUEST,
                &format!("the body is wrong: {error}"),
            );
        }
        ImageControlError::OtherId { .. }
        | ImageControlError::PlanOfDeleted { .. }
        | ImageControlError::Plan(_) => StatusCode::BAD_REQUEST,
    };
    fault(status, &error.to_string())
}
