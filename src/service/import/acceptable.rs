//! Whether what a cloud tells can be stored, found out as it comes: as strictly as of a fixture, since
//! it becomes one.

use super::error::ImportError;
use super::not_acceptable::NotAcceptable;
use super::page::SeenImage;
use crate::control::{Fixture, FixtureError};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The images of a page that can be stored, and the ids of those that cannot.
pub struct Sorted<'p> {
    /// As they were written.
    pub images: Vec<&'p RawValue>,
    /// What is to be known of them.
    pub seen: Vec<SeenImage>,
    /// What is wrong with the others.
    pub bad: Vec<NotAcceptable>,
}

/// Looks at the images of a page.
///
/// # Errors
/// When the page is none.
pub fn sort<'p>(url: &str, mut images: Vec<&'p RawValue>) -> Result<Sorted<'p>, ImportError> {
    let mut bad: Vec<NotAcceptable> = Vec::new();
    // Images were taken out in front of the one that is looked at: as many as are bad.
    let seen = loop {
        let (path, reason) = match check_images(url, &images) {
            Ok(good) => break good,
            Err(FixtureError::Wrong { path, reason, .. }) => (path, reason),
            Err(error) => return Err(error.into()),
        };
        let place = path.strip_prefix("$.images[");
        let place = place.and_then(|rest| rest.split_once(']'));
        let place = place.and_then(|(index, rest)| Some((index.parse::<usize>().ok()?, rest)));
        let Some((index, rest)) = place.filter(|(index, _)| *index < images.len()) else {
            return Err(NotAcceptable {
                url: url.to_owned(),
                id: String::new(),
                path,
                reason,
            }
            .into());
        };
        bad.push(NotAcceptable {
            url: url.to_owned(),
            id: id_of(images.remove(index)),
            path: format!("$.images[{}]{rest}", index + bad.len()),
            reason,
        });
    };
    let seen = seen.images().iter().map(SeenImage::of).collect();
    Ok(Sorted { images, seen, bad })
}

fn check_images(url: &str, images: &[&RawValue]) -> Result<Fixture, FixtureError> {
    #[derive(Serialize)]
    struct Document<'d> {
        images: &'d [&'d RawValue],
    }
    check(url, &Document { images })
}

/// Looks at the members of an image.
///
/// # Errors
/// When one of them cannot be stored.
pub fn check_members(url: &str, id: &str, members: &[&RawValue]) -> Result<(), ImportError> {
    #[derive(Serialize)]
    struct Stub<'d> {
        id: &'d str,
        created_at: &'d str,
    }
    #[derive(Serialize)]
    struct Document<'d> {
        images: [Stub<'d>; 1],
        members: BTreeMap<&'d str, &'d [&'d RawValue]>,
    }
    let stub = Stub {
        id,
        created_at: "1970-01-01T00:00:00Z",
    };
    let document = Document {
        images: [stub],
        members: BTreeMap::from([(id, members)]),
    };
    let own = serde_json::to_string(id).map(|id| format!("$.members[{id}]"));
    match (check(url, &document), own) {
        (Ok(_), _) => Ok(()),
        (Err(FixtureError::Wrong { path, reason, .. }), own) => {
            let own = own.unwrap_or_default();
            let rest = path.strip_prefix(&own).unwrap_or(&path);
            Err(NotAcceptable {
                url: url.to_owned(),
                id: id.to_owned(),
                path: format!("$.members{rest}"),
                reason,
            }
            .into())
        }
        (Err(error), _) => Err(error.into()),
    }
}

fn check(url: &str, document: &impl Serialize) -> Result<Fixture, FixtureError> {
    let text = serde_json::to_string(document).map_err(|source| FixtureError::NotJson {
        name: url.to_owned(),
        source,
    })?;
    Fixture::parse(url, &text)
}

/// What can be told of an image that cannot be read.
fn id_of(image: &RawValue) -> String {
    #[derive(serde::Deserialize)]
    struct Named {
        id: String,
    }
    let named: Result<Named, _> = serde_json::from_str(image.get());
    named.map_or_else(|_| "without an id".to_owned(), |named| named.id)
}
