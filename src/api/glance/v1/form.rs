//! What may be said of an image, and what must be before it has data.

use super::headers::Meta;
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::domain::{Image, PropertyValue};

/// Disk formats that Glance 2014.2 knows.
const DISKS: [&str; 9] = [
    "ami", "ari", "aki", "vhd", "vmdk", "raw", "qcow2", "vdi", "iso",
];

/// Container formats that it knows.
const CONTAINERS: [&str; 6] = ["ami", "ari", "aki", "bare", "ovf", "ova"];

/// What came since.
const NEW_DISKS: [&str; 2] = ["vhdx", "ploop"];

/// The same.
const NEW_CONTAINERS: [&str; 2] = ["docker", "compressed"];

/// Those that disk and container have in common, and must have together.
const AMAZON: [&str; 3] = ["aki", "ari", "ami"];

/// Longest name, in characters.
const MOST_NAME: usize = 255;

/// Checks what is told, and adds what follows from it.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(call: &Call<'_>, meta: &mut Meta) -> Result<(), Fault> {
    for key in ["disk_format", "container_format"] {
        if meta.has(key) {
            check_format(call, key, meta.text(key))?;
        }
    }
    if let Some(name) = meta.text("name") {
        let length = name.chars().count();
        if length > MOST_NAME {
            return Err(Fault::bad_request(format!("Image name too long: {length}")));
        }
    }
    let disk = meta.text("disk_format").map(str::to_owned);
    let container = meta.text("container_format").map(str::to_owned);
    if let Some((disk, container)) = matched(disk.as_deref(), container.as_deref())? {
        meta.set("disk_format", &disk);
        meta.set("container_format", &container);
    }
    Ok(())
}

/// The formats that an image has once it has data.
///
/// # Errors
/// When one is missing, or they do not go together.
pub fn formats(call: &Call<'_>, image: &Image) -> Result<(String, String), Fault> {
    let (disk, container) = (&image.disk_format, &image.container_format);
    check_format(call, "disk_format", disk.as_deref())?;
    check_format(call, "container_format", container.as_deref())?;
    let as_they_are = || {
        let text = |format: &Option<String>| format.clone().unwrap_or_default();
        (text(disk), text(container))
    };
    let matched = matched(disk.as_deref(), container.as_deref())?;
    Ok(matched.unwrap_or_else(as_they_are))
}

fn check_format(call: &Call<'_>, key: &str, format: Option<&str>) -> Result<(), Fault> {
    let is_known = |known: &[&str], newer: &[&str]| {
        format.is_some_and(|format| {
            known.contains(&format) || (call.offer.v1_new_formats && newer.contains(&format))
        })
    };
    let (word, is_known) = match key {
        "disk_format" => ("disk", is_known(&DISKS, &NEW_DISKS)),
        _ => ("container", is_known(&CONTAINERS, &NEW_CONTAINERS)),
    };
    match is_known {
        true => Ok(()),
        false => Err(Fault::bad_request(format!(
            "Invalid {word} format '{}' for image.",
            format.unwrap_or("None")
        ))),
    }
}

/// Both formats where one of them is Amazon's; nothing where none is.
fn matched(disk: Option<&str>, container: Option<&str>) -> Result<Option<(String, String)>, Fault> {
    let is_amazon = |format: Option<&str>| format.is_some_and(|format| AMAZON.contains(&format));
    if !is_amazon(disk) && !is_amazon(container) {
        return Ok(None);
    }
    match (disk, container) {
        (Some(disk), Some(container)) if disk != container => Err(Fault::bad_request(
            "Invalid mix of disk and container formats. When setting a disk or container format to \
             one of 'aki', 'ari', or 'ami', the container and disk formats must match.",
        )),
        (Some(both), _) | (None, Some(both)) => Ok(Some((both.to_owned(), both.to_owned()))),
        (None, None) => Ok(None),
    }
}

/// Data that are somewhere else are not fetched here.
///
/// # Errors
/// When a request names any.
pub fn check_source(call: &Call<'_>, meta: &Meta) -> Result<(), Fault> {
    let source = source(call, meta);
    match source {
        None => Ok(()),
        Some(source) => Err(Fault::bad_request(format!(
            "External source are not supported: '{source}'"
        ))),
    }
}

/// Where a request says that the data are.
pub fn source<'a>(call: &'a Call<'_>, meta: &'a Meta) -> Option<&'a str> {
    let copied = call.head.header("x-glance-api-copy-from");
    meta.text("location").or(copied)
}

/// Whether a source is one that the real service fetches from.
pub fn is_elsewhere(source: &str) -> bool {
    ["http://", "https://", "swift", "s3", "rbd://", "cinder://"]
        .iter()
        .any(|scheme| source.starts_with(scheme) && !source.starts_with("swift+config"))
}

/// A property, as it is stored.
pub fn property(value: Option<&str>) -> PropertyValue {
    match value {
        Some(text) => PropertyValue::Text(text.to_owned()),
        None => PropertyValue::Null,
    }
}
