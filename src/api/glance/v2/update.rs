//! `PATCH /images/{id}`

use super::answer::{json_reply, of_write};
use super::attributes::{number, tags};
use super::patch::{self, Change, Kind};
use super::view;
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::domain::{Image, PropertyValue, Visibility};
use crate::http::{Reply, StatusCode};
use crate::python::Value;
use crate::service::{Edit, WriteError};

/// Applies the changes, all or none, and shows what became of the image.
pub fn update(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let changes = patch::read(call)?;
    let images = &call.app.images;
    let image = images.edit(&call.caller, call.offer.v2, id, |edit| {
        let mut changes = changes.iter();
        changes.try_for_each(|change| apply(edit, change))
    });
    let image = image.map_err(|stopped| match stopped {
        Stopped::Fault(fault) => fault,
        Stopped::Write(error) => of_write(error, id, "modify_image"),
    })?;
    json_reply(StatusCode::OK, view::json(&image))
}

/// Why nothing changed: for a reason of this API's, or of the image service's.
enum Stopped {
    Fault(Fault),
    Write(WriteError),
}

impl From<WriteError> for Stopped {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The attributes that every image has.
const BASE: [&str; 10] = [
    "name",
    "visibility",
    "owner",
    "protected",
    "os_hidden",
    "min_ram",
    "min_disk",
    "container_format",
    "disk_format",
    "tags",
];

fn apply(edit: &mut Edit<'_>, change: &Change) -> Result<(), Stopped> {
    let Change { kind, key, value } = change;
    if key == "locations" {
        return Err(locations(edit, *kind, value));
    }
    if key == "owner" && *kind == Kind::Replace {
        return Ok(edit.give_to(text(value))?);
    }
    let is_base = BASE.contains(&key.as_str());
    if *kind == Kind::Remove {
        edit.check_writable()?;
        if is_base {
            let reason = format!("Property {key} may not be removed.");
            return Err(Fault::denied_because(reason).into());
        }
        check_there(edit, key)?;
        return Ok(edit.write(|image| _ = image.properties.remove(key))?);
    }
    if key == "visibility" {
        let visibility = value.as_str().and_then(Visibility::parse);
        edit.check_publishing(visibility)?;
    }
    if *kind == Kind::AddNew {
        edit.check_writable()?;
        if is_base || edit.image().properties.get(key).is_some() {
            let reason = format!("Property {key} already present.");
            return Err(Fault::conflict_because(reason).into());
        }
    }
    if is_base {
        return set_base(edit, key, value);
    }
    if *kind == Kind::Replace {
        edit.check_writable()?;
        check_there(edit, key)?;
    }
    let value = PropertyValue::Text(text(value).unwrap_or_default());
    Ok(edit.write(|image| image.properties.set(key.as_str(), value))?)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn check_there(edit: &Edit<'_>, key: &str) -> Result<(), Fault> {
    match edit.image().properties.get(key) {
        Some(_) => Ok(()),
        None => Err(Fault::conflict_because(format!(
            "Property {key} does not exist."
        ))),
    }
}

/// Sets what every image has, to a value whose type was checked.
fn set_base(edit: &mut Edit<'_>, key: &str, value: &Value) -> Result<(), Stopped> {
    let flag = *value == Value::Bool(true);
    let write = |edit: &mut Edit<'_>, change: &dyn Fn(&mut Image)| Ok(edit.write(change)?);
    match key {
        "name" => write(edit, &|image| image.name = text(value)),
        "protected" => write(edit, &|image| image.protected = flag),
        "os_hidden" => write(edit, &|image| image.hidden = flag),
        "min_ram" | "min_disk" => {
            edit.check_writable()?;
            let number = number(key, value)?;
            write(edit, &|image| match key {
                "min_ram" => image.min_ram_mib = number,
                _ => image.min_disk_gib = number,
            })
        }
        "container_format" => Ok(edit.reformat("container_format", |image| {
            image.container_format = text(value);
        })?),
        "disk_format" => Ok(edit.reformat("disk_format", |image| {
            image.disk_format = text(value);
        })?),
        "tags" => Ok(edit.tag(tags(value))?),
        "visibility" => match value.as_str().and_then(Visibility::parse) {
            Some(visibility) => Ok(edit.show_to(visibility)?),
            None => Ok(()),
        },
        // Glance lets `add` do what it refuses `replace`.
        _ => Ok(edit.give_to(text(value))?),
    }
}

/// Locations are never shown here, and so cannot be changed.
fn locations(edit: &Edit<'_>, kind: Kind, value: &Value) -> Stopped {
    let invisible = |what: &str| {
        Fault::forbidden(format!(
            "It's not allowed to {what} locations if locations are invisible."
        ))
    };
    let is_empty = matches!(value, Value::List(items) if items.is_empty());
    if kind == Kind::Replace && is_empty {
        return Fault::denied_because("Cannot set locations to empty list.").into();
    }
    if let Err(error) = edit.check_writable() {
        return error.into();
    }
    match kind {
        Kind::Remove => Fault::not_authorized("delete_image_location")
            .because("locations are not shown, and so not removed"),
        Kind::Replace => invisible("update"),
        Kind::Add | Kind::AddNew => invisible("add"),
    }
    .into()
}
