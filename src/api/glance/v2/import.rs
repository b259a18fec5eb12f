//! `POST /images/{id}/import`

use super::attributes::{IMPORT_METHODS, STORE};
use super::body;
use super::file::of_upload;
use super::intake;
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::domain::{GlanceStatus, Image, PropertyValue};
use crate::http::{Reply, StatusCode};
use crate::python::Value;
use crate::service::web_download::Import;
use crate::service::{Edit, WriteError};
use indexmap::IndexMap;

/// What an import leaves behind: where it still goes, and where it did not get.
const PROGRESS: [&str; 2] = ["os_glance_importing_to_stores", "os_glance_failed_import"];

/// Imports data. The real service does so behind the answer; here it is done when the answer comes.
pub async fn import(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let Value::Dict(items) = body::json(call)? else {
        return Err(Fault::bad_request(
            "Import request requires a 'method' field.",
        ));
    };
    let (name, method) = checked(&items)?;
    let image = call.app.images.find(&call.caller, call.offer.v2, id);
    let image = image.map_err(|error| Fault::of_image(error, id, "modify_image"))?;
    check_status(name, &image)?;
    check_formats(&image)?;
    check_writer(call, id, name)?;
    check_stores(&items)?;
    match name {
        "glance-direct" => direct(call, id).await?,
        "copy-image" => copy(&items, &image)?,
        _ => web(call, id, method).await?,
    }
    Ok(Reply::new(
        StatusCode::ACCEPTED,
        "text/html; charset=UTF-8",
        "",
    ))
}

type Items = IndexMap<String, Value>;

/// The method of a request whose form is right.
fn checked(items: &Items) -> Result<(&'static str, &Items), Fault> {
    let field =
        |name: &str| Fault::bad_request(format!("Import request requires a '{name}' field."));
    let method = items.get("method").ok_or_else(|| field("method"))?;
    let method = method.as_dict().ok_or_else(|| field("name"))?;
    let name = method.get("name").ok_or_else(|| field("name"))?;
    let known = IMPORT_METHODS
        .split(',')
        .find(|known| name.as_str() == Some(known));
    let known = known.ok_or_else(|| {
        Fault::bad_request(format!(
            "Unknown import method name '{}'.",
            name.str_python3()
        ))
    })?;
    for flag in ["all_stores_must_succeed", "all_stores"] {
        if !matches!(items.get(flag), None | Some(Value::Bool(_))) {
            return Err(Fault::bad_request(format!(
                "'{flag}' must be boolean value only"
            )));
        }
    }
    Ok((known, method))
}

fn check_status(name: &str, image: &Image) -> Result<(), Fault> {
    let is_copy = name == "copy-image";
    match image.status {
        GlanceStatus::Active if !is_copy => Err(Fault::conflict(
            "Image with status active cannot be target for import",
        )),
        status if is_copy && status != GlanceStatus::Active => Err(Fault::conflict(
            "Only images with status active can be targeted for copying",
        )),
        status if name == "web-download" && status != GlanceStatus::Queued => Err(Fault::conflict(
            format!("Image needs to be in 'queued' state to use '{name}' method"),
        )),
        status if name == "glance-direct" && status != GlanceStatus::Uploading => Err(
            Fault::conflict("Image needs to be staged before 'glance-direct' method can be used"),
        ),
        _ => Ok(()),
    }
}

fn check_formats(image: &Image) -> Result<(), Fault> {
    for (name, format) in [
        ("container_format", &image.container_format),
        ("disk_format", &image.disk_format),
    ] {
        if format.as_ref().is_none_or(String::is_empty) {
            return Err(Fault::conflict(format!(
                "'{name}' needs to be set before import"
            )));
        }
    }
    Ok(())
}

/// Copying is an administrator's, unless the policy says otherwise.
fn check_writer(call: &Call<'_>, id: &str, name: &str) -> Result<(), Fault> {
    if name == "copy-image" {
        return match call.caller.is_admin {
            true => Ok(()),
            false => Err(Fault::not_authorized("copy_image").because(call.takes_admin())),
        };
    }
    let images = &call.app.images;
    let checked = images.edit(&call.caller, call.offer.v2, id, |edit| {
        edit.check_writable()
    });
    checked
        .map(drop)
        .map_err(|error| super::answer::of_write(error, id, "modify_image"))
}

fn check_stores(items: &Items) -> Result<(), Fault> {
    let Some(Value::List(stores)) = items.get("stores") else {
        return Ok(());
    };
    match stores.iter().find(|store| store.as_str() != Some(STORE)) {
        Some(store) => Err(Fault::conflict(format!(
            "Store for identifier {} not found",
            store.str_python3()
        ))),
        None => Ok(()),
    }
}

async fn direct(call: &Call<'_>, id: &str) -> Result<(), Fault> {
    let app = call.app;
    let intake = intake::of(call);
    let imported = app.images.import(&app.image_data, &intake, id);
    imported
        .await
        .map_err(|error| of_upload(error, id, GlanceStatus::Importing, "modify_image"))?;
    let marked = app
        .images
        .edit(&call.caller, call.offer.v2, id, |edit: &mut Edit<'_>| {
            edit.write(|image| {
                for key in PROGRESS {
                    image
                        .properties
                        .set(key, PropertyValue::Text(String::new()));
                }
            })
        });
    marked
        .map(drop)
        .map_err(|error: WriteError| super::answer::of_write(error, id, "modify_image"))
}

/// Fetches data behind the answer, as the real service does.
async fn web(call: &Call<'_>, id: &str, method: &Items) -> Result<(), Fault> {
    let app = call.app;
    let uri = method.get("uri").unwrap_or(&Value::None);
    let target = app.web_downloads.check(uri.as_str().unwrap_or_default());
    let target = target.map_err(|filtered| {
        let uri = uri.str_python3();
        Fault::bad_request(format!(
            "URI for web-download does not pass filtering: {uri}"
        ))
        .because(filtered.to_string())
    })?;
    let intake = intake::of(call);
    let begun = app.images.begin_import(&app.image_data, &intake, id).await;
    let receiving =
        begun.map_err(|error| of_upload(error, id, GlanceStatus::Importing, "modify_image"))?;
    let import = Import {
        id: id.to_owned(),
        intake,
        receiving,
        most_bytes: app.image_data.most_bytes(),
    };
    app.web_downloads.import(target, app.images.clone(), import);
    Ok(())
}

/// There is one store, and an image that has data has them there.
fn copy(items: &Items, image: &Image) -> Result<(), Fault> {
    let to_all = items.get("all_stores") == Some(&Value::Bool(true));
    match image.has_data && !to_all {
        true => Err(Fault::bad_request(format!(
            "Image is already present at store '{STORE}'"
        ))),
        false => Ok(()),
    }
}
