//! `GET /images` and `GET /images/detail`

use super::told::{of_image, registry_malformed, registry_says};
use super::view::{Detail, Entry, Images};
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::domain::{Image, ListForm, ListedImage};
use crate::http::{Reply, StatusCode, query};
use crate::python;
use crate::service::glance_v1_list::{self, V1QueryError};
use crate::service::{Failure, ImageError, ImageRules};
use serde::Serialize;

/// What lists are sent as; other answers name no character set.
const JSON: &str = "application/json; charset=UTF-8";

/// The short list.
pub fn index(call: &Call<'_>, rules: &ImageRules) -> Result<Reply, Fault> {
    let images = images(call, rules)?;
    let images = images.iter().map(Entry::new).collect();
    told(&Images { images })
}

/// The long one.
pub fn detail(call: &Call<'_>, rules: &ImageRules) -> Result<Reply, Fault> {
    let images = images(call, rules)?;
    let images = images.iter().map(Detail::new).collect();
    told(&Images { images })
}

/// A list, as JSON.
pub fn told(view: &impl Serialize) -> Result<Reply, Fault> {
    let body = python::to_vec(view);
    let body = body.map_err(|error| Fault::internal(&Failure::of(&error)))?;
    Ok(Reply::new(StatusCode::OK, JSON, body))
}

fn images(call: &Call<'_>, rules: &ImageRules) -> Result<Vec<Image>, Fault> {
    let parameters = query::parse_lossy(call.head.raw_query());
    let most = call.app.config.max_limit;
    let query = glance_v1_list::read(&call.caller, rules, &parameters, most);
    let query = query.map_err(|error| of_query(&error))?;
    let fault = |error: ImageError| of_image(error, "", "list", false);
    let images = &call.app.images;
    let listing = images.list(&call.caller, rules, query, ListForm::Images);
    let mut listing = listing.map_err(fault)?;
    let mut found = Vec::new();
    while let Some(slice) = listing.next(most).map_err(|error| fault(error.into()))? {
        slice.each(&mut |image| {
            if let ListedImage::Whole(image) = image {
                found.push(image.clone());
            }
        });
        listing.give_back(slice);
    }
    Ok(found)
}

fn of_query(error: &V1QueryError) -> Fault {
    match error {
        V1QueryError::Filter { .. } => Fault::malformed(error.to_string()),
        V1QueryError::Registry(reason) => Fault::bad_request(registry_malformed(reason)),
        V1QueryError::RegistryInstead(sentence) => {
            Fault::bad_request(registry_says(StatusCode::BAD_REQUEST, sentence))
        }
    }
}
