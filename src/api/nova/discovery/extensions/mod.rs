//! Extension documents: what a client may expect beside the core API.
//!
//! The lists are those that the real servers advertise; the image API's own
//! two, OS-DCF and OS-EXT-IMG-SIZE, are implemented here.

mod list;

use crate::api::nova::call::Call;
use crate::api::nova::fault::{Fault, NO_RESOURCE};
use crate::api::nova::xmlns;
use crate::http::json::{self, Object};
use crate::http::xml::writer::XmlWriter;
use crate::http::{Reply, StatusCode};
use list::Extension;

/// `GET /extensions`
pub fn index(call: &Call<'_>) -> Reply {
    let extensions = list::of(call.dialect.extensions);
    if !call.media.is_xml() {
        let body = json::object(16_384, |root| {
            root.list("extensions", |list| {
                for extension in extensions {
                    list.object(|object| extension.json(object));
                }
            });
        });
        return Reply::new(StatusCode::OK, call.media.as_str(), body);
    }
    let mut writer = XmlWriter::new();
    writer.declaration();
    writer.element("extensions", xmlns::declare_common, |root| {
        for extension in extensions {
            extension.xml(root, false);
        }
    });
    Reply::new(StatusCode::OK, call.media.as_str(), writer.into_bytes())
}

/// `GET /extensions/{alias}`
pub fn show(call: &Call<'_>, alias: &str) -> Result<Reply, Fault> {
    let mut extensions = list::of(call.dialect.extensions).iter();
    let found = extensions.find(|extension| extension.alias == alias);
    let extension = found.ok_or_else(|| {
        Fault::not_found(NO_RESOURCE).because(format!("there is no extension {alias:?}"))
    })?;
    if !call.media.is_xml() {
        let body = json::object(512, |root| {
            root.object("extension", |object| extension.json(object));
        });
        return Ok(Reply::new(StatusCode::OK, call.media.as_str(), body));
    }
    let mut writer = XmlWriter::new();
    writer.declaration();
    extension.xml(&mut writer, true);
    Ok(Reply::new(
        StatusCode::OK,
        call.media.as_str(),
        writer.into_bytes(),
    ))
}

impl Extension {
    fn json(&self, object: &mut Object<'_>) {
        let Self {
            alias,
            name,
            namespace,
            updated,
            description,
        } = self;
        object
            .text("alias", alias)
            .text("description", description)
            .list("links", |_| {})
            .text("name", name)
            .text("namespace", namespace)
            .text("updated", updated);
    }

    fn xml(&self, writer: &mut XmlWriter, root: bool) {
        let Self {
            alias,
            name,
            namespace,
            updated,
            description,
        } = self;
        writer.element(
            "extension",
            |attributes| {
                if root {
                    xmlns::declare_common(attributes);
                }
                attributes
                    .push("alias", alias)
                    .push("updated", updated)
                    .push("namespace", namespace)
                    .push("name", name);
            },
            |element| element.text_element("description", |_| {}, description),
        );
    }
}
