//! Views: what an answer shows of an image, each in two encodings beside each other.
//!
//! Both take the view apart without `..`: a new field does not compile until someone has decided
//! on its form in JSON and in XML.

use super::metadata::view::Metadata;
use crate::api::nova::links::Heads;
use crate::api::nova::xmlns;
use crate::domain::{GlanceStatus, Image};
use crate::http::json::{List, Object};
use crate::http::xml::writer::{Attributes, XmlWriter};
use crate::python::Value;

/// The media type of what an `alternate` link leads to.
const IMAGE_TYPE: &str = "application/vnd.openstack.image";

/// An image in an index.
pub struct ImageEntry<'a> {
    /// The id.
    pub id: &'a str,
    /// The name; Glance allows none.
    pub name: Option<&'a str>,
    /// Where its links begin.
    pub heads: &'a Heads,
}

/// An image in a detailed list or by itself.
pub struct ImageDetail<'a> {
    /// The id.
    pub id: &'a str,
    /// The name; Glance allows none.
    pub name: Option<&'a str>,
    /// Least memory, in MiB.
    pub min_ram_mib: i64,
    /// Least disk, in GiB.
    pub min_disk_gib: i64,
    /// Custom properties.
    pub metadata: Metadata,
    /// When it was registered.
    pub created: String,
    /// When it was changed last.
    pub updated: String,
    /// Nova's word for its state.
    pub status: &'static str,
    /// Per cent.
    pub progress: i64,
    /// Bytes (extension OS-EXT-IMG-SIZE).
    pub size_bytes: i64,
    /// The instance that it was made of.
    pub server: Option<Box<Server>>,
    /// `AUTO` or `MANUAL` (extension OS-DCF).
    pub disk_config: Option<&'static str>,
    /// Where its links begin.
    pub heads: &'a Heads,
}

/// An instance: its id, which over the fake service of Nova 2014.2 is any JSON, and the text of it.
pub struct Server {
    id: Value,
    text: String,
}

impl<'a> ImageDetail<'a> {
    /// The view of an image.
    pub fn new(image: &'a Image, metadata: Metadata, heads: &'a Heads) -> Self {
        let (status, progress) = status_and_progress(image.status);
        let disk_config = metadata
            .has("auto_disk_config")
            .then(|| disk_config(&metadata.text("auto_disk_config").unwrap_or_default()));
        let server = metadata.value("instance_uuid").map(|id| {
            Box::new(Server {
                text: id.str_python2(),
                id: id.clone(),
            })
        });
        Self {
            id: &image.id,
            name: image.name.as_deref(),
            min_ram_mib: image.min_ram_mib,
            min_disk_gib: image.min_disk_gib,
            metadata,
            created: image.created_at.to_string(),
            updated: image.updated_at.to_string(),
            status,
            progress,
            size_bytes: image.size_bytes.unwrap_or(0),
            server,
            disk_config,
            heads,
        }
    }
}

/// Nova's word for a Glance status, and how much of the upload it stands for
/// (views/images.py, image/glance.py).
fn status_and_progress(status: GlanceStatus) -> (&'static str, i64) {
    match status {
        GlanceStatus::Active => ("ACTIVE", 100),
        GlanceStatus::Queued => ("SAVING", 25),
        GlanceStatus::Saving => ("SAVING", 50),
        GlanceStatus::Killed => ("ERROR", 0),
        GlanceStatus::Deleted | GlanceStatus::PendingDelete => ("DELETED", 0),
        GlanceStatus::Deactivated | GlanceStatus::Importing | GlanceStatus::Uploading => {
            ("UNKNOWN", 0)
        }
    }
}

/// oslo's `bool_from_string`: whatever is not a word for yes is no.
fn disk_config(text: &str) -> &'static str {
    match text.trim().to_lowercase().as_str() {
        "1" | "t" | "true" | "on" | "y" | "yes" => "AUTO",
        _ => "MANUAL",
    }
}

/// The three links of an image as JSON.
fn links_json(heads: &Heads, id: &str, list: &mut List<'_>) {
    let id = &heads.id(id);
    list.object(|link| {
        link.word("rel", "self").joined("href", &heads.image, id);
    });
    list.object(|link| {
        link.word("rel", "bookmark")
            .joined("href", &heads.image_bookmark, id);
    });
    list.object(|link| {
        link.word("rel", "alternate")
            .word("type", IMAGE_TYPE)
            .joined("href", &heads.image_alternate, id);
    });
}

fn links_xml(heads: &Heads, id: &str, writer: &mut XmlWriter) {
    let id = &heads.id(id);
    writer.empty("atom:link", |link| {
        link.push_joined("href", &heads.image, id)
            .push("rel", "self");
    });
    writer.empty("atom:link", |link| {
        link.push_joined("href", &heads.image_bookmark, id)
            .push("rel", "bookmark");
    });
    writer.empty("atom:link", |link| {
        link.push_joined("href", &heads.image_alternate, id)
            .push("type", IMAGE_TYPE)
            .push("rel", "alternate");
    });
}

impl ImageEntry<'_> {
    /// Its members in JSON.
    pub fn json(&self, image: &mut Object<'_>) {
        let Self { id, name, heads } = self;
        image
            .text("id", id)
            .text_or_null("name", *name)
            .list("links", |list| links_json(heads, id, list));
    }

    /// Its element in XML.
    pub fn xml(&self, writer: &mut XmlWriter) {
        let Self { id, name, heads } = self;
        writer.element(
            "image",
            |attributes| {
                attributes.push("name", none_or(*name)).push("id", id);
            },
            |image| links_xml(heads, id, image),
        );
    }
}

impl ImageDetail<'_> {
    /// Its members in JSON.
    pub fn json(&self, image: &mut Object<'_>) {
        let Self {
            id,
            name,
            min_ram_mib,
            min_disk_gib,
            metadata,
            created,
            updated,
            status,
            progress,
            size_bytes,
            server,
            disk_config,
            heads,
        } = self;
        image
            .text("id", id)
            .text_or_null("name", *name)
            .number("minRam", *min_ram_mib)
            .number("minDisk", *min_disk_gib);
        metadata.json("metadata", image);
        image
            .text("created", created)
            .text("updated", updated)
            .word("status", status)
            .number("progress", *progress)
            .number("OS-EXT-IMG-SIZE:size", *size_bytes)
            .list("links", |list| links_json(heads, id, list));
        if let Some(server) = server {
            image.object("server", |object| server_json(heads, server, object));
        }
        if let Some(disk_config) = disk_config {
            image.word("OS-DCF:diskConfig", disk_config);
        }
    }

    /// Its element in XML; by itself it also declares the namespaces.
    pub fn xml(&self, writer: &mut XmlWriter, root: bool) {
        let Self {
            id,
            name,
            min_ram_mib,
            min_disk_gib,
            metadata,
            created,
            updated,
            status,
            progress,
            size_bytes,
            server,
            disk_config,
            heads,
        } = self;
        writer.element(
            "image",
            |attributes| {
                if root {
                    detail_namespaces(attributes);
                }
                attributes
                    .push("status", status)
                    .push("updated", updated)
                    .push("name", none_or(*name))
                    .push("created", created)
                    .push_display("minDisk", min_disk_gib)
                    .push_display("progress", progress)
                    .push_display("minRam", min_ram_mib)
                    .push("id", id)
                    .push_display("OS-EXT-IMG-SIZE:size", size_bytes)
                    .push_some("OS-DCF:diskConfig", *disk_config);
            },
            |image| {
                if let Some(server) = server {
                    server_xml(heads, server, image);
                }
                metadata.xml(image, false);
                links_xml(heads, id, image);
            },
        );
    }
}

fn server_json(heads: &Heads, server: &Server, object: &mut Object<'_>) {
    let id = &heads.id(&server.text);
    let mut shown = Vec::new();
    server.id.write_json(&mut shown);
    object.raw("id", &shown).list("links", |list| {
        list.object(|link| {
            link.word("rel", "self").joined("href", &heads.server, id);
        });
        list.object(|link| {
            link.word("rel", "bookmark")
                .joined("href", &heads.server_bookmark, id);
        });
    });
}

fn server_xml(heads: &Heads, server: &Server, image: &mut XmlWriter) {
    let id = &heads.id(&server.text);
    image.element(
        "server",
        |attributes| {
            attributes.push("id", &server.text);
        },
        |element| {
            element.empty("atom:link", |link| {
                link.push_joined("href", &heads.server, id)
                    .push("rel", "self");
            });
            element.empty("atom:link", |link| {
                link.push_joined("href", &heads.server_bookmark, id)
                    .push("rel", "bookmark");
            });
        },
    );
}

/// Python's text of a missing name.
fn none_or(name: Option<&str>) -> &str {
    name.unwrap_or("None")
}

/// Declared on the root of an index.
pub fn index_namespaces(attributes: &mut Attributes<'_>) {
    attributes
        .push("xmlns:atom", xmlns::ATOM)
        .push("xmlns", xmlns::COMPUTE);
}

/// Declared on the root of details, used or not.
pub fn detail_namespaces(attributes: &mut Attributes<'_>) {
    attributes
        .push("xmlns:OS-DCF", xmlns::DISK_CONFIG)
        .push("xmlns:OS-EXT-IMG-SIZE", xmlns::IMAGE_SIZE);
    index_namespaces(attributes);
}
