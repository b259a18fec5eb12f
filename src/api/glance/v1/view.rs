//! Views: an image in a list, by itself, and in headers; members.

use crate::domain::{Image, Member, PropertyValue, Timestamp, Visibility};
use crate::http::Reply;
use crate::service::Share;
use serde::Serialize;
use std::collections::BTreeMap;

/// An image in the short list.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    id: &'a str,
    name: Option<&'a str>,
    container_format: Option<&'a str>,
    disk_format: Option<&'a str>,
    checksum: Option<&'a str>,
    size: i64,
}

impl<'a> Entry<'a> {
    /// The view of an image.
    pub fn new(image: &'a Image) -> Self {
        Self {
            id: &image.id,
            name: image.name.as_deref(),
            container_format: image.container_format.as_deref(),
            disk_format: image.disk_format.as_deref(),
            checksum: image.checksum.as_deref(),
            size: image.size_bytes.unwrap_or(0),
        }
    }
}

/// An image with everything.
#[derive(Debug, Serialize)]
pub struct Detail<'a> {
    status: &'static str,
    deleted: bool,
    container_format: Option<&'a str>,
    min_ram: i64,
    updated_at: String,
    owner: Option<&'a str>,
    min_disk: i64,
    is_public: bool,
    deleted_at: Option<String>,
    id: &'a str,
    size: i64,
    virtual_size: Option<i64>,
    name: Option<&'a str>,
    checksum: Option<&'a str>,
    created_at: String,
    disk_format: Option<&'a str>,
    properties: BTreeMap<&'a str, Option<&'a str>>,
    protected: bool,
}

impl<'a> Detail<'a> {
    /// The view of an image.
    pub fn new(image: &'a Image) -> Self {
        let properties = image.properties.iter();
        Self {
            status: image.status.as_str(),
            deleted: image.status.is_deleted(),
            container_format: image.container_format.as_deref(),
            min_ram: image.min_ram_mib,
            updated_at: time(image.updated_at),
            owner: image.owner.as_deref(),
            min_disk: image.min_disk_gib,
            is_public: image.visibility == Visibility::Public,
            deleted_at: image.deleted_at.map(time),
            id: &image.id,
            size: image.size_bytes.unwrap_or(0),
            virtual_size: image.virtual_size_bytes,
            name: image.name.as_deref(),
            checksum: image.checksum.as_deref(),
            created_at: time(image.created_at),
            disk_format: image.disk_format.as_deref(),
            properties: properties.map(|(key, value)| (key, text(value))).collect(),
            protected: image.protected,
        }
    }
}

/// Without the zone.
fn time(moment: Timestamp) -> String {
    moment.to_string().trim_end_matches('Z').to_owned()
}

fn text(value: &PropertyValue) -> Option<&str> {
    match value {
        PropertyValue::Text(text) | PropertyValue::Json(text) => Some(text),
        PropertyValue::Null => None,
    }
}

/// The metadata of an image on a reply; nulls are left out.
pub fn in_headers(reply: Reply, image: &Image) -> Reply {
    let view = Detail::new(image);
    let flag = |flag: bool| Some(if flag { "True" } else { "False" }.to_owned());
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let number = |number: i64| Some(number.to_string());
    let pairs = [
        ("id", owned(Some(view.id))),
        ("name", owned(view.name)),
        ("status", owned(Some(view.status))),
        ("owner", owned(view.owner)),
        ("is_public", flag(view.is_public)),
        ("protected", flag(view.protected)),
        ("deleted", flag(view.deleted)),
        ("disk_format", owned(view.disk_format)),
        ("container_format", owned(view.container_format)),
        ("checksum", owned(view.checksum)),
        ("size", number(view.size)),
        ("virtual_size", view.virtual_size.and_then(number)),
        ("min_ram", number(view.min_ram)),
        ("min_disk", number(view.min_disk)),
        ("created_at", Some(view.created_at)),
        ("updated_at", Some(view.updated_at)),
        ("deleted_at", view.deleted_at),
    ];
    let reply = pairs
        .into_iter()
        .fold(reply, |reply, (key, value)| match value {
            Some(value) => reply.with(format!("x-image-meta-{key}"), value),
            None => reply,
        });
    let properties = view.properties.into_iter();
    let reply = properties.fold(reply, |reply, (key, value)| match value {
        Some(value) => {
            let name = format!("x-image-meta-property-{}", key.to_lowercase());
            reply.with(name, value.to_owned())
        }
        None => reply,
    });
    tagged(reply, image)
}

/// With the digest of the data for an `ETag`.
pub fn tagged(reply: Reply, image: &Image) -> Reply {
    match &image.checksum {
        Some(checksum) => reply.with("etag", checksum.clone()),
        None => reply,
    }
}

/// A list under its name.
#[derive(Debug, Serialize)]
pub struct Images<T> {
    /// The images of it.
    pub images: Vec<T>,
}

/// An image under its name.
#[derive(Debug, Serialize)]
pub struct One<'a> {
    /// The image.
    pub image: Detail<'a>,
}

/// A member of an image.
#[derive(Debug, Serialize)]
pub struct MemberView<'a> {
    member_id: &'a str,
    can_share: bool,
}

impl<'a> MemberView<'a> {
    /// The view of a member.
    pub fn new(member: &'a Member) -> Self {
        Self {
            member_id: &member.project_id,
            can_share: member.can_share,
        }
    }
}

/// The members of an image.
#[derive(Debug, Serialize)]
pub struct Members<'a> {
    /// Each of them.
    pub members: Vec<MemberView<'a>>,
}

/// An image that is shared with somebody.
#[derive(Debug, Serialize)]
pub struct SharedView<'a> {
    image_id: &'a str,
    can_share: bool,
}

impl<'a> SharedView<'a> {
    /// The view of a share.
    pub fn new(share: &'a Share) -> Self {
        Self {
            image_id: &share.image_id,
            can_share: share.is_passed_on,
        }
    }
}

/// All that is shared with somebody.
#[derive(Debug, Serialize)]
pub struct SharedImages<'a> {
    /// Each of them.
    pub shared_images: Vec<SharedView<'a>>,
}
