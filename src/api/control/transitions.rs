//! `/_control/transitions`: how images become active whose data were uploaded.

use super::answer::{fault, json};
use super::image_form::UploadsForm;
use super::route::{Ask, Route};
use super::words::{Gives, Takes, Verb};
use crate::http::{Reply, StatusCode};

const SHOWN: &[Gives] = &[Gives::json::<UploadsForm>(
    200,
    "What uploaded images go on by",
)];

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        summary: "How images become active whose data were uploaded",
        gives: SHOWN,
        ..Route::look("control.transitions.show", "/transitions", show)
    },
    Route {
        summary: "Says how images become active whose upload ends from now on",
        takes: Some(Takes::json::<UploadsForm>(
            "{\"uploads\": …} with immediate, manual, {\"after_seconds\": N}, {\"after_reads\": N} or a \
             list of steps",
        )),
        gives: SHOWN,
        ..Route::change("control.transitions.set", Verb::Put, "/transitions", set)
    },
];

fn show(ask: &Ask<'_>) -> Reply {
    json(StatusCode::OK, &ask.app.upload_plan())
}

fn set(ask: &Ask<'_>) -> Reply {
    let text = String::from_utf8_lossy(ask.request.body.bytes());
    match ask.app.describe_uploads(&text) {
        Ok(()) => show(ask),
        Err(error) => fault(
            StatusCode::BAD_REQUEST,
            &format!("the body is wrong: {error}"),
        ),
    }
}
