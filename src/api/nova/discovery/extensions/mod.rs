//! Extension documents: what a client may expect beside the core API.
//!
//! The lists are those that the real servers advertise; the image API's own
//! two, OS-DCF and OS-EXT-IMG-SIZE, are implemented here.

use crate::api::nova::call::Call;
use crate::api::nova::dialect::Extensions;
use crate::api::nova::fault::{Fault, NO_RESOURCE};
use crate::api::nova::xmlns;
use crate::http::json::{self, Object};
use crate::http::xml::writer::{Attributes, XmlWriter};
use crate::http::{Reply, StatusCode};
use serde::Deserialize;

/// What Nova 2014.2 advertises.
const JUNO: &str = include_str!("juno.json");

/// What Nova 34 advertises for the sake of old clients.
const V21: &str = include_str!("v21.json");

#[derive(Deserialize)]
struct Extension<'a> {
    alias: &'a str,
    name: &'a str,
    namespace: &'a str,
    updated: &'a str,
    description: std::borrow::Cow<'a, str>,
}

fn all(call: &Call<'_>) -> Result<Vec<Extension<'static>>, Fault> {
    let list = match call.dialect.extensions {
        Extensions::Juno => JUNO,
        Extensions::V21 => V21,
    };
    serde_json::from_str(list).map_err(|error| {
        tracing::error!(%error, "the list of extensions is damaged");
        Fault::internal("").because(error.to_string())
    })
}

/// `GET /extensions`
pub fn index(call: &Call<'_>) -> Result<Reply, Fault> {
    let extensions = all(call)?;
    if !call.media.is_xml() {
        let body = json::object(16_384, |root| {
            root.list("extensions", |list| {
                for extension in &extensions {
                    list.object(|object| extension.json(object));
                }
            });
        });
        return Ok(Reply::new(StatusCode::OK, call.media.as_str(), body));
    }
    let mut writer = XmlWriter::new();
    writer.declaration();
    writer.element("extensions", namespaces, |root| {
        for extension in &extensions {
            extension.xml(root, false);
        }
    });
    Ok(Reply::new(
        StatusCode::OK,
        call.media.as_str(),
        writer.into_bytes(),
    ))
}

/// `GET /extensions/{alias}`
pub fn show(call: &Call<'_>, alias: &str) -> Result<Reply, Fault> {
    let found = all(call)?
        .into_iter()
        .find(|extension| extension.alias == alias);
    let extension = found.ok_or_else(|| Fault::not_found(NO_RESOURCE))?;
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

fn namespaces(attributes: &mut Attributes<'_>) {
    attributes
        .push("xmlns:atom", xmlns::ATOM)
        .push("xmlns", xmlns::COMMON);
}

impl Extension<'_> {
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
                    namespaces(attributes);
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
