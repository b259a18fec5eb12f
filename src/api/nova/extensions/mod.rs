//! Extension documents: what a client may expect beside the core API.
//!
//! The lists are those that the real servers advertise; the image API's own
//! two, OS-DCF and OS-EXT-IMG-SIZE, are implemented here.

use super::call::Call;
use super::fault::{Fault, NO_RESOURCE};
use crate::http::Reply;
use crate::http::json::{self, Object};
use crate::http::xml::writer::{Attributes, XmlWriter};
use actix_web::http::StatusCode;
use serde::Deserialize;

/// What Nova 2014.2 advertises.
pub const JUNO: &str = include_str!("juno.json");

/// What Nova 34 advertises for the sake of old clients.
pub const V21: &str = include_str!("v21.json");

const COMMON_NAMESPACE: &str = "http://docs.openstack.org/common/api/v1.0";
const ATOM_NAMESPACE: &str = "http://www.w3.org/2005/Atom";

#[derive(Deserialize)]
struct Extension<'a> {
    alias: &'a str,
    name: &'a str,
    namespace: &'a str,
    updated: &'a str,
    description: std::borrow::Cow<'a, str>,
}

fn all(call: &Call<'_>) -> Result<Vec<Extension<'static>>, Fault> {
    serde_json::from_str(call.dialect.extensions).map_err(|error| {
        tracing::error!(%error, "the list of extensions is damaged");
        Fault::Internal("")
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
        .push("xmlns:atom", ATOM_NAMESPACE)
        .push("xmlns", COMMON_NAMESPACE);
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
