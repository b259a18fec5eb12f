//! `POST /images`

use super::headers::Meta;
use super::told::{of_write, registry_says};
use super::view::{Detail, One};
use super::{form, upload, view};
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::api::glance::source::Source;
use crate::domain::{GlanceStatus, Image, Visibility};
use crate::http::{Reply, StatusCode};
use crate::python;
use crate::service::{Failure, ImageRules, Images, NewOwner, is_uuid};

/// The stores there are.
const STORES: [&str; 3] = ["file", "filesystem", "http"];

/// Makes an image, and takes its data if they come along.
pub async fn create(
    call: &Call<'_>,
    rules: &ImageRules,
    source: &mut Source<'_>,
) -> Result<Reply, Fault> {
    let mut meta = Meta::read(call.head)?;
    form::check(call, &mut meta)?;
    upload::check_length(call, &meta)?;
    let (owner, image) = draft(call, &meta, source.is_empty())?;
    let images = &call.app.images;
    let fault = |error| of_write(error, "", "reserve", true);
    Images::may_create(&call.caller, rules, &owner, &image).map_err(fault)?;
    form::check_source(call, &meta)?;
    if let Some(store) = meta.text("store").filter(|store| !STORES.contains(store)) {
        return Err(Fault::bad_request(format!(
            "Required store {store} is invalid"
        )));
    }
    if !is_uuid(&image.id.to_lowercase()) {
        let said = registry_says(StatusCode::BAD_REQUEST, "Invalid image id format");
        return Err(Fault::bad_request(format!(
            "Failed to reserve image. Got error: {said}"
        )));
    }
    let created = images.create(&call.caller, rules, &owner, image);
    let mut image = created.map_err(fault)?;
    if !source.is_empty() {
        image = upload::upload(call, rules, &image, &meta, source).await?;
    }
    let location = format!("{}/v1/images/{}", call.base, image.id);
    let reply = shown(StatusCode::CREATED, &image)?;
    Ok(reply.with("location", location))
}

/// The image, as the answer to a write.
pub fn shown(status: StatusCode, image: &Image) -> Result<Reply, Fault> {
    let view = One {
        image: Detail::new(image),
    };
    let body = python::to_vec(&view);
    let body = body.map_err(|error| Fault::internal(&Failure::of(&error)))?;
    Ok(view::tagged(
        Reply::new(status, "application/json", body),
        image,
    ))
}

/// The image that was asked for, and whose it is to be.
fn draft(call: &Call<'_>, meta: &Meta, is_without_data: bool) -> Result<(NewOwner, Image), Fault> {
    let text = |key| meta.text(key).map(str::to_owned);
    let id = text("id").unwrap_or_else(|| call.app.ids.uuid().to_string());
    let mut image = Image::builder(id).build();
    let size = meta.number("size")?;
    image.status = match size {
        Some(0) if is_without_data => GlanceStatus::Active,
        _ => GlanceStatus::Queued,
    };
    image.size_bytes = size;
    image.name = text("name");
    image.disk_format = text("disk_format");
    image.container_format = text("container_format");
    image.checksum = text("checksum").filter(|_| is_without_data);
    image.visibility = match meta.flag("is_public") {
        Some(true) => Visibility::Public,
        _ => Visibility::Private,
    };
    image.protected = meta.flag("protected").unwrap_or(false);
    image.min_ram_mib = meta.number("min_ram")?.unwrap_or(0);
    image.min_disk_gib = meta.number("min_disk")?.unwrap_or(0);
    for (key, value) in &meta.properties {
        image
            .properties
            .set(key.as_str(), form::property(value.as_deref()));
    }
    // Others' wishes are passed over.
    let owner = match call.caller.is_admin && meta.has("owner") {
        true => NewOwner::Is(text("owner")),
        false => NewOwner::Caller,
    };
    Ok((owner, image))
}
