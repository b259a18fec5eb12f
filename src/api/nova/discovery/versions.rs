//! Version documents: the root, one version, and the 300 choices; in JSON, XML and Atom.

use crate::api::nova::call::Call;
use crate::api::nova::dialect::{Dialect, Media, Mounts, VersionDocument};
use crate::api::nova::xmlns;
use crate::config::Microversion;
use crate::http::json::{self, List, Object};
use crate::http::xml::writer::{Attributes, XmlWriter};
use crate::http::{Reply, StatusCode};

const DOCUMENTATION: &str = "http://docs.openstack.org/";

/// One version in one answer.
struct Version<'v> {
    document: &'v VersionDocument,
    /// Empty, as the newest, where there are no microversions.
    oldest: String,
    newest: String,
    href: String,
}

impl<'v> Version<'v> {
    /// `path` is what follows the host and the prefix.
    fn new(call: &Call<'_>, dialect: &'v Dialect, path: &str) -> Self {
        let of_range = |version: Microversion| match dialect.microversions {
            true => version.to_string(),
            false => String::new(),
        };
        Self {
            document: dialect.document,
            oldest: of_range(Microversion::OLDEST),
            newest: of_range(call.max_microversion_of(dialect)),
            href: format!("{}{path}", call.base_url()),
        }
    }
}

/// `GET /`: every version. The oldest first.
pub fn root(call: &Call<'_>, mounts: &Mounts) -> Reply {
    let versions = listed(call, mounts, |document| format!("/{}/", document.path));
    let body = match call.media {
        Media::Atom if call.dialect.formats.xml() => atom(
            &versions,
            "Available API Versions",
            &format!("{}/", call.base_url()),
            false,
        ),
        media if media.is_xml() => xml("versions", |root| {
            for version in &versions {
                version_xml(
                    version,
                    Parts {
                        updated: true,
                        media_types: false,
                        docs: false,
                    },
                    root,
                );
            }
        }),
        _ => json::object(512, |root| {
            root.list("versions", |list| {
                for version in &versions {
                    list.object(|object| root_entry(version, object));
                }
            });
        }),
    };
    Reply::new(StatusCode::OK, call.media.as_str(), body).without_ids()
}

/// Anything that names no version: 300, and where it might be.
pub fn choices(call: &Call<'_>, mounts: &Mounts) -> Reply {
    let mut path = call.dialect.webob.quoted(&call.path.to_text());
    if path.len() > 1 && path.ends_with('/') {
        path.pop();
    }
    let versions = listed(call, mounts, |document| format!("/{}{path}", document.path));
    let media = if call.media == Media::Atom {
        Media::Json
    } else {
        call.media
    };
    let body = if media.is_xml() {
        xml("choices", |root| {
            for version in &versions {
                version_xml(
                    version,
                    Parts {
                        updated: false,
                        media_types: true,
                        docs: false,
                    },
                    root,
                );
            }
        })
    } else {
        json::object(1024, |root| {
            root.list("choices", |list| {
                for version in &versions {
                    list.object(|object| {
                        object
                            .text("id", version.document.id)
                            .text("status", version.document.status)
                            .list("links", |links| self_link(version, links))
                            .list("media-types", |types| media_types(version.document, types));
                    });
                }
            });
        })
    };
    Reply::new(StatusCode::MULTIPLE_CHOICES, media.as_str(), body).without_ids()
}

/// `GET /v2/`: one version.
pub fn show(call: &Call<'_>) -> Reply {
    let version = Version::new(call, call.dialect, &format!("/{}/", call.version));
    let body = match call.media {
        Media::Atom if call.dialect.formats.xml() => atom(
            std::slice::from_ref(&version),
            "About This Version",
            &version.href,
            true,
        ),
        media if media.is_xml() => {
            let mut writer = XmlWriter::new();
            writer.declaration();
            let parts = Parts {
                updated: true,
                media_types: true,
                docs: true,
            };
            version_element(&version, parts, true, &mut writer);
            writer.into_bytes()
        }
        _ => json::object(512, |root| {
            root.object("version", |object| document_json(&version, object));
        }),
    };
    Reply::new(StatusCode::OK, call.media.as_str(), body)
}

fn listed<'v>(
    call: &Call<'_>,
    mounts: &'v Mounts,
    path: impl Fn(&VersionDocument) -> String,
) -> Vec<Version<'v>> {
    let mut versions: Vec<Version<'v>> = Vec::new();
    for dialect in mounts.trees.iter().filter_map(|mount| mount.dialect) {
        if !versions
            .iter()
            .any(|known| known.document.id == dialect.document.id)
        {
            versions.push(Version::new(call, dialect, &path(dialect.document)));
        }
    }
    versions
}

fn root_entry(version: &Version<'_>, object: &mut Object<'_>) {
    head_json(version, object);
    object.list("links", |links| self_link(version, links));
}

fn document_json(version: &Version<'_>, object: &mut Object<'_>) {
    head_json(version, object);
    object
        .list("links", |links| {
            self_link(version, links);
            links.object(|link| {
                link.text("rel", "describedby")
                    .text("type", "text/html")
                    .text("href", DOCUMENTATION);
            });
        })
        .list("media-types", |types| media_types(version.document, types));
}

/// What a version says of itself in either list.
fn head_json(version: &Version<'_>, object: &mut Object<'_>) {
    let document = version.document;
    object
        .text("id", document.id)
        .text("status", document.status);
    if document.ranges {
        object
            .text("version", &version.newest)
            .text("min_version", &version.oldest);
    }
    object.text("updated", document.updated);
}

fn self_link(version: &Version<'_>, links: &mut List<'_>) {
    links.object(|link| {
        link.text("rel", "self").text("href", &version.href);
    });
}

fn media_types(document: &VersionDocument, types: &mut List<'_>) {
    for (base, name) in document.media_types() {
        types.object(|object| {
            object.text("base", base).text("type", &name);
        });
    }
}

/// What an XML version shows.
#[derive(Clone, Copy)]
struct Parts {
    updated: bool,
    media_types: bool,
    docs: bool,
}

fn xml(root: &'static str, content: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
    let mut writer = XmlWriter::new();
    writer.declaration();
    writer.element(root, xmlns::declare_common, content);
    writer.into_bytes()
}

fn version_xml(version: &Version<'_>, parts: Parts, writer: &mut XmlWriter) {
    version_element(version, parts, false, writer);
}

fn version_element(version: &Version<'_>, parts: Parts, root: bool, writer: &mut XmlWriter) {
    let Version {
        document,
        oldest,
        newest,
        href,
    } = version;
    writer.element(
        "version",
        |attributes| {
            if root {
                xmlns::declare_common(attributes);
            }
            attributes.push("status", document.status);
            if parts.updated {
                attributes.push("updated", document.updated);
            }
            attributes.push("id", document.id);
            if document.ranges && parts.updated {
                attributes
                    .push("version", newest)
                    .push("min_version", oldest);
            }
        },
        |element| {
            if parts.media_types {
                element.element(
                    "media-types",
                    |_| {},
                    |types| {
                        for (base, name) in document.media_types() {
                            types.empty("media-type", |attributes| {
                                attributes.push("base", base).push("type", &name);
                            });
                        }
                    },
                );
            }
            element.empty("atom:link", |link| {
                link.push("href", href).push("rel", "self");
            });
            if parts.docs {
                element.empty("atom:link", |link| {
                    link.push("href", DOCUMENTATION)
                        .push("type", "text/html")
                        .push("rel", "describedby");
                });
            }
        },
    );
}

/// Nova 2014.2's feeds, with the author that they name.
fn atom(versions: &[Version<'_>], title: &str, id: &str, docs: bool) -> Vec<u8> {
    let updated = versions
        .iter()
        .map(|version| version.document.updated)
        .max()
        .unwrap_or_default();
    let mut writer = XmlWriter::new();
    writer.declaration();
    writer.element(
        "feed",
        |attributes| {
            attributes.push("xmlns", xmlns::ATOM);
        },
        |feed| {
            feed.text_element("title", text_type, title);
            feed.text_element("updated", |_| {}, updated);
            feed.text_element("id", |_| {}, id);
            feed.empty("link", |link| {
                link.push("rel", "self").push("href", id);
            });
            feed.element(
                "author",
                |_| {},
                |author| {
                    author.text_element("name", |_| {}, "Rackspace");
                    author.text_element("uri", |_| {}, "http://www.rackspace.com/");
                },
            );
            for version in versions {
                feed.element("entry", |_| {}, |entry| atom_entry(version, docs, entry));
            }
        },
    );
    writer.into_bytes()
}

fn text_type(attributes: &mut Attributes<'_>) {
    attributes.push("type", "text");
}

fn atom_entry(version: &Version<'_>, docs: bool, entry: &mut XmlWriter) {
    let Version {
        document:
            VersionDocument {
                id,
                status,
                updated,
                ..
            },
        href,
        ..
    } = version;
    entry.text_element("id", |_| {}, href);
    entry.text_element("title", text_type, &format!("Version {id}"));
    entry.text_element("updated", |_| {}, updated);
    entry.empty("link", |link| {
        link.push("rel", "self").push("href", href);
    });
    if docs {
        entry.empty("link", |link| {
            link.push("rel", "describedby")
                .push("type", "text/html")
                .push("href", DOCUMENTATION);
        });
    }
    entry.text_element(
        "content",
        text_type,
        &format!("Version {id} {status} ({updated})"),
    );
}
