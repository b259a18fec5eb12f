//! `PUT /images/{id}`

use super::create::shown;
use super::headers::Meta;
use super::told::of_write;
use super::{form, images, upload};
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::api::glance::source::Source;
use crate::domain::{GlanceStatus, Image, Properties, Visibility};
use crate::http::{Reply, StatusCode};
use crate::service::{Edit, ImageRules, WriteError};

/// Changes what the headers tell, and takes the data of a queued image if they come along.
pub async fn update(
    call: &Call<'_>,
    rules: &ImageRules,
    id: &str,
    source: &mut Source<'_>,
) -> Result<Reply, Fault> {
    let mut meta = Meta::read(call.head)?;
    form::check(call, &mut meta)?;
    upload::check_length(call, &meta)?;
    if meta.flag("is_public") == Some(true) && !call.caller.is_admin {
        return Err(Fault::denied().because(call.takes_admin()));
    }
    let before = images::seen(call, rules, id)?;
    check(call, &meta, &before, source)?;
    let purges = source.is_empty() && purges(call);
    let edited = call.app.images.edit(&call.caller, rules, id, |edit| {
        apply(edit, &meta, purges, call.caller.is_admin)
    });
    let is_public = images::is_public(&before);
    let mut image = edited.map_err(|error| of_write(error, id, "update", is_public))?;
    if !source.is_empty() {
        image = upload::upload(call, rules, &image, &meta, source).await?;
    }
    shown(StatusCode::OK, &image)
}

/// Properties that are not sent are removed, unless the client says that it only adds.
fn purges(call: &Call<'_>) -> bool {
    let header = call.head.header("x-glance-registry-purge-props");
    let text = header.unwrap_or("true").trim().to_lowercase();
    matches!(text.as_str(), "1" | "t" | "true" | "on" | "y" | "yes")
}

fn check(call: &Call<'_>, meta: &Meta, image: &Image, source: &Source<'_>) -> Result<(), Fault> {
    if image.status.is_deleted() {
        return Err(Fault::forbidden("Forbidden to update deleted image."));
    }
    let is_active = image.status == GlanceStatus::Active;
    if is_active && !call.caller.is_admin {
        let size = meta.number("size")?;
        if size.is_some_and(|size| Some(size) != image.size_bytes) {
            return Err(Fault::forbidden(
                "Forbidden to modify 'size' of active image.",
            ));
        }
        let checksum = meta.text("checksum");
        if checksum.is_some() && checksum != image.checksum.as_deref() {
            return Err(Fault::forbidden(
                "Forbidden to modify 'checksum' of active image.",
            ));
        }
    }
    if meta
        .text("status")
        .is_some_and(|status| status != image.status.as_str())
    {
        return Err(Fault::forbidden("Forbidden to modify 'status' of image."));
    }
    let is_queued = image.status == GlanceStatus::Queued;
    if !source.is_empty() && !is_queued {
        return Err(Fault::conflict_because(
            "Cannot upload to an unqueued image",
        ));
    }
    match form::source(call, meta) {
        Some(elsewhere) if form::is_elsewhere(elsewhere) && !is_queued => Err(Fault::bad_request(
            "Attempted to update Location field for an image not in queued status.",
        )),
        _ => form::check_source(call, meta),
    }
}

fn apply(edit: &mut Edit<'_>, meta: &Meta, purges: bool, is_admin: bool) -> Result<(), WriteError> {
    match meta.flag("is_public") {
        Some(true) => edit.show_to(Visibility::Public)?,
        Some(false) if edit.image().visibility == Visibility::Public => {
            edit.show_to(Visibility::Private)?;
        }
        _ => {}
    }
    if is_admin && meta.has("owner") {
        edit.give_to(meta.text("owner").map(str::to_owned))?;
    }
    let number = |key| meta.number(key).ok().flatten();
    edit.write(|image| {
        let text = |key: &str, field: &mut Option<String>| {
            if meta.has(key) {
                *field = meta.text(key).map(str::to_owned);
            }
        };
        text("name", &mut image.name);
        text("disk_format", &mut image.disk_format);
        text("container_format", &mut image.container_format);
        if image.status != GlanceStatus::Queued || is_admin {
            text("checksum", &mut image.checksum);
            image.size_bytes = number("size").or(image.size_bytes);
        }
        image.protected = meta.flag("protected").unwrap_or(image.protected);
        image.min_ram_mib = number("min_ram").unwrap_or(image.min_ram_mib);
        image.min_disk_gib = number("min_disk").unwrap_or(image.min_disk_gib);
        if purges {
            image.properties = Properties::new();
        }
        for (key, value) in &meta.properties {
            image
                .properties
                .set(key.as_str(), form::property(value.as_deref()));
        }
    })
}
