//! One image: shown, deleted, locked, and its tags.

use super::answer::{json_reply, no_content, of_write, too_many};
use super::{schema, view};
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::http::{Reply, StatusCode};
use crate::service::{ImageError, WriteError};

/// `GET /images/{id}`
pub fn show(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let image = call.app.images.show(&call.caller, call.offer.v2, id);
    let image = image.map_err(|error| Fault::of_image(error, id, "get_image"))?;
    json_reply(StatusCode::OK, view::json(&image))
}

/// `DELETE /images/{id}`
pub fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let deleted = call.app.images.delete(&call.caller, call.offer.v2, id);
    deleted.map_err(|error| match error {
        ImageError::NotFound(why) => {
            Fault::not_found(format!("Failed to find image {id} to delete"))
                .because(why.to_string())
        }
        other => Fault::of_image(other, id, "delete_image"),
    })?;
    Ok(no_content())
}

/// `POST /images/{id}/actions/deactivate`
pub fn deactivate(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let done = call.app.images.deactivate(&call.caller, call.offer.v2, id);
    done.map_err(|error| of_write(error, id, "deactivate"))?;
    Ok(no_content())
}

/// `POST /images/{id}/actions/reactivate`
pub fn reactivate(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let done = call.app.images.reactivate(&call.caller, call.offer.v2, id);
    done.map_err(|error| of_write(error, id, "reactivate"))?;
    Ok(no_content())
}

/// `PUT /images/{id}/tags/{tag}`
pub fn add_tag(call: &Call<'_>, id: &str, tag: &str) -> Result<Reply, Fault> {
    schema::check_tag(tag)?;
    let images = &call.app.images;
    let added = images.add_tag(&call.caller, call.offer.v2, id, tag);
    added.map_err(|error| of_tag(error, id))?;
    Ok(no_content())
}

/// `DELETE /images/{id}/tags/{tag}`
pub fn remove_tag(call: &Call<'_>, id: &str, tag: &str) -> Result<Reply, Fault> {
    let images = &call.app.images;
    let removed = images.remove_tag(&call.caller, call.offer.v2, id, tag);
    removed.map_err(|error| of_tag(error, id))?;
    Ok(no_content())
}

fn of_tag(error: WriteError, id: &str) -> Fault {
    match error {
        WriteError::Image(ImageError::NotFound(why)) => {
            Fault::not_found(format!("Image {id} not found.")).because(why.to_string())
        }
        WriteError::TooMany { what, attempted } => Fault::too_large(format!(
            "Image tag limit exceeded for image {id}: {}:",
            too_many(what, attempted)
        )),
        other => of_write(other, id, "modify_image"),
    }
}
