//! `POST /images`

use super::answer::{json_reply, of_write};
use super::attributes::{IMPORT_METHODS, STORE, is_reserved, number, tags};
use super::{body, schema, view};
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::domain::{GlanceStatus, Image, Properties, PropertyValue, Visibility};
use crate::http::{Reply, StatusCode};
use crate::python::Value;
use crate::service::{Images, NewOwner, WriteError};
use indexmap::IndexMap;

/// What a client must not send, in the order in which Glance looks for it.
const DISALLOWED: [&str; 5] = ["direct_url", "self", "file", "schema", "stores"];

/// What Glance alone sets, but lets pass the schema.
const READ_ONLY: [&str; 6] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
];

/// Longest key of a property, in characters.
const MOST_KEY: usize = 255;

/// Makes an image.
pub fn create(call: &Call<'_>) -> Result<Reply, Fault> {
    let Value::Dict(mut items) = body::json(call)? else {
        return Err(Fault::bad_request("Unexpected body type. Expected dict."));
    };
    if let Some(key) = DISALLOWED.iter().find(|key| items.contains_key(**key)) {
        return Err(read_only(key));
    }
    schema::check(&items)?;
    let asked = Base::take(&mut items);
    check_keys(&items)?;
    let (owner, mut image) = draft(call, &asked);
    let wrong = asked.wrong();
    // What is wrong with the rest is told only to those who may make the image.
    let checked = |items: IndexMap<String, Value>| -> Result<Properties, Fault> {
        if let Some(key) = READ_ONLY.iter().find(|key| asked.has(key)) {
            return Err(read_only(key));
        }
        if items.contains_key("locations") {
            return Err(Fault::forbidden("Attribute 'locations' is reserved."));
        }
        wrong.map_or(Ok(()), Err)?;
        Ok(properties(items))
    };
    let images = &call.app.images;
    let refused = |error| refused(error, &owner);
    Images::may_create(&call.caller, call.offer.v2, &owner, &image).map_err(refused)?;
    image.properties = checked(items)?;
    let created = images.create(&call.caller, call.offer.v2, &owner, image);
    let image = created.map_err(refused)?;
    let sent = [asked.get("min_ram"), asked.get("min_disk")];
    let reply = json_reply(StatusCode::CREATED, view::json_as_sent(&image, sent))?;
    let location = format!("{}/v2/images/{}", call.base, image.id);
    Ok(reply
        .with("location", location)
        .with("openstack-image-import-methods", IMPORT_METHODS)
        .with("openstack-image-store-ids", STORE))
}

fn refused(error: WriteError, owner: &NewOwner) -> Fault {
    match (error, owner) {
        (WriteError::OthersImage(why), NewOwner::Is(owner)) => Fault::denied_because(format!(
            "You are not permitted to create images owned by '{}'",
            owner.as_deref().unwrap_or("None")
        ))
        .because(why.to_string()),
        (error, _) => of_write(error, "", "add_image"),
    }
}

fn read_only(key: &str) -> Fault {
    Fault::forbidden(format!("Attribute '{key}' is read-only."))
}

fn check_keys(items: &IndexMap<String, Value>) -> Result<(), Fault> {
    for key in items.keys() {
        if key.chars().count() > MOST_KEY {
            return Err(Fault::bad_request(
                "Custom property should not be greater than 255 characters.",
            ));
        }
        if is_reserved(key) {
            return Err(Fault::denied_because(format!(
                "Attribute '{key}' is reserved."
            )));
        }
    }
    Ok(())
}

/// Custom properties. The digests of data are let through, and come to nothing.
fn properties(items: IndexMap<String, Value>) -> Properties {
    let is_digest = |key: &str| matches!(key, "os_hash_algo" | "os_hash_value");
    items
        .into_iter()
        .filter(|(key, _)| !is_digest(key))
        .filter_map(|(key, value)| match value {
            Value::Str(text) => Some((key, PropertyValue::Text(text))),
            _ => None,
        })
        .collect()
}

/// The attributes that are no properties.
struct Base(IndexMap<&'static str, Value>);

/// All of them, in Glance's order.
const BASE: [&str; 18] = [
    "checksum",
    "created_at",
    "container_format",
    "disk_format",
    "id",
    "min_disk",
    "min_ram",
    "name",
    "size",
    "virtual_size",
    "status",
    "tags",
    "owner",
    "updated_at",
    "visibility",
    "protected",
    "os_hidden",
    "member",
];

impl Base {
    fn take(items: &mut IndexMap<String, Value>) -> Self {
        let known = BASE.iter().filter(|key| **key != "member");
        Self(
            known
                .filter_map(|key| Some((*key, items.shift_remove(*key)?)))
                .collect(),
        )
    }

    fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.get(key).and_then(Value::as_str).map(str::to_owned)
    }

    fn flag(&self, key: &str) -> bool {
        self.get(key) == Some(&Value::Bool(true))
    }

    /// What is wrong with numbers.
    fn wrong(&self) -> Option<Fault> {
        ["min_disk", "min_ram"].iter().find_map(|key| {
            let value = self.get(key)?;
            number(key, value).err()
        })
    }
}

/// The image that was asked for, without its properties, and whose it is to be.
fn draft(call: &Call<'_>, asked: &Base) -> (NewOwner, Image) {
    let id = asked
        .text("id")
        .unwrap_or_else(|| call.app.ids.uuid().to_string());
    let mut image = Image::builder(id).build();
    image.status = GlanceStatus::Queued;
    image.name = asked.text("name");
    image.container_format = asked.text("container_format");
    image.disk_format = asked.text("disk_format");
    image.visibility = asked
        .text("visibility")
        .and_then(|word| Visibility::parse(&word))
        .unwrap_or(Visibility::Shared);
    image.protected = asked.flag("protected");
    image.hidden = asked.flag("os_hidden");
    image.tags = asked.get("tags").map(tags).unwrap_or_default();
    let number = |key| asked.get(key).and_then(|value| number(key, value).ok());
    image.min_ram_mib = number("min_ram").unwrap_or(0);
    image.min_disk_gib = number("min_disk").unwrap_or(0);
    let owner = match asked.get("owner") {
        None => NewOwner::Caller,
        Some(owner) => NewOwner::Is(owner.as_str().map(str::to_owned)),
    };
    (owner, image)
}
