//! The XML of v2.0.
//!
//! Keystone 2014.2 made it from the JSON by rule (`common/serializer.py`): scalars are attributes,
//! `description` is an element, and of lists some have a wrapper and some have none.

use super::views::{
    Access, AccessView, EndpointDetail, EndpointView, Endpoints, ErrorDetail, ErrorView,
    Extensions, Link, MediaType, MetadataView, RoleView, ServiceView, TenantView, Tenants,
    TokenView, UserView, Version, VersionView, Versions,
};
use crate::http::xml::writer::{Attributes, XmlWriter};

const NAMESPACE: &str = "http://docs.openstack.org/identity/api/v2.0";

/// A view that is a document.
pub trait ToXml {
    /// Writes the root element.
    fn write(&self, writer: &mut XmlWriter);
}

/// The whole document.
pub fn document(view: &impl ToXml) -> Vec<u8> {
    let mut writer = XmlWriter::new();
    writer.declaration();
    view.write(&mut writer);
    writer.into_bytes()
}

fn namespace(attributes: &mut Attributes<'_>) {
    attributes.push("xmlns", NAMESPACE);
}

impl ToXml for Access {
    fn write(&self, writer: &mut XmlWriter) {
        let AccessView {
            token,
            service_catalog,
            user,
            metadata,
        } = &self.access;
        writer.element("access", namespace, |writer| {
            write_token(writer, token);
            writer.element(
                "serviceCatalog",
                |_| {},
                |writer| {
                    for service in service_catalog {
                        write_service(writer, service);
                    }
                },
            );
            write_user(writer, user);
            write_metadata(writer, metadata);
        });
    }
}

fn write_token(writer: &mut XmlWriter, token: &TokenView) {
    let TokenView {
        issued_at,
        expires,
        id,
        tenant,
        audit_ids,
    } = token;
    let attributes = |attributes: &mut Attributes<'_>| {
        attributes
            .push("issued_at", issued_at)
            .push("expires", expires)
            .push("id", id);
    };
    writer.element("token", attributes, |writer| {
        if let Some(tenant) = tenant {
            write_tenant(writer, tenant);
        }
        writer.element(
            "audit_ids",
            |_| {},
            |writer| {
                for id in audit_ids {
                    writer.text_element("audit_id", |_| {}, id);
                }
            },
        );
    });
}

fn write_tenant(writer: &mut XmlWriter, tenant: &TenantView) {
    let TenantView {
        description,
        enabled,
        id,
        name,
    } = tenant;
    let attributes = |attributes: &mut Attributes<'_>| {
        attributes
            .push_display("enabled", enabled)
            .push("name", name)
            .push("id", id);
    };
    writer.element("tenant", attributes, |writer| {
        writer.text_element("description", |_| {}, description);
    });
}

fn write_service(writer: &mut XmlWriter, service: &ServiceView) {
    let ServiceView {
        endpoints,
        endpoints_links: [],
        kind,
        name,
    } = service;
    let attributes = |attributes: &mut Attributes<'_>| {
        attributes.push("type", kind).push("name", name);
    };
    writer.element("service", attributes, |writer| {
        writer.empty("endpoints_links", |_| {});
        for endpoint in endpoints {
            writer.empty("endpoint", |attributes| {
                push_endpoint(attributes, endpoint);
            });
        }
    });
}

fn push_endpoint(attributes: &mut Attributes<'_>, endpoint: &EndpointView) {
    let EndpointView {
        region,
        public_url,
        internal_url,
        admin_url,
        id,
    } = endpoint;
    attributes
        .push_some("adminURL", admin_url.as_deref())
        .push("region", region)
        .push("publicURL", public_url)
        .push_some("internalURL", internal_url.as_deref())
        .push("id", id);
}

fn write_user(writer: &mut XmlWriter, user: &UserView) {
    let UserView {
        username,
        roles_links: [],
        id,
        roles,
        name,
    } = user;
    let attributes = |attributes: &mut Attributes<'_>| {
        attributes
            .push("username", username)
            .push("id", id)
            .push("name", name);
    };
    writer.element("user", attributes, |writer| {
        writer.empty("roles_links", |_| {});
        for RoleView { name } in roles {
            writer.empty("role", |attributes| {
                attributes.push("name", name);
            });
        }
    });
}

fn write_metadata(writer: &mut XmlWriter, metadata: &MetadataView) {
    let MetadataView { is_admin, roles } = metadata;
    let attributes = |attributes: &mut Attributes<'_>| {
        attributes.push_display("is_admin", is_admin);
    };
    writer.element("metadata", attributes, |writer| {
        writer.element(
            "roles",
            |_| {},
            |writer| {
                for id in roles {
                    writer.text_element("role", |_| {}, id);
                }
            },
        );
    });
}

impl ToXml for Tenants {
    fn write(&self, writer: &mut XmlWriter) {
        let Self {
            tenants_links: [],
            tenants,
        } = self;
        writer.element("tenants", namespace, |writer| {
            for tenant in tenants {
                write_tenant(writer, tenant);
            }
        });
    }
}

impl ToXml for Endpoints {
    fn write(&self, writer: &mut XmlWriter) {
        let Self {
            endpoints,
            endpoints_links: [],
        } = self;
        writer.element("endpoints", namespace, |writer| {
            for EndpointDetail {
                name,
                kind,
                endpoint,
            } in endpoints
            {
                writer.empty("endpoint", |attributes| {
                    attributes.push("name", name).push("type", kind);
                    push_endpoint(attributes, endpoint);
                });
            }
        });
    }
}

impl ToXml for Extensions {
    fn write(&self, writer: &mut XmlWriter) {
        let [] = self.extensions.values;
        writer.empty("extensions", namespace);
    }
}

impl ToXml for ErrorView {
    fn write(&self, writer: &mut XmlWriter) {
        let ErrorDetail {
            message,
            code,
            title,
        } = &self.error;
        writer.empty("error", |attributes| {
            namespace(attributes);
            attributes
                .push("message", message)
                .push_display("code", code)
                .push("title", title);
        });
    }
}

impl ToXml for Version {
    fn write(&self, writer: &mut XmlWriter) {
        write_version(writer, &self.version, namespace);
    }
}

impl ToXml for Versions {
    fn write(&self, writer: &mut XmlWriter) {
        writer.element("versions", namespace, |writer| {
            for version in &self.versions.values {
                write_version(writer, version, |_| {});
            }
        });
    }
}

/// The links stand twice, in a wrapper and beside it, but for a version with one link only.
fn write_version(
    writer: &mut XmlWriter,
    version: &VersionView,
    first: impl FnOnce(&mut Attributes<'_>),
) {
    let VersionView {
        status,
        updated,
        media_types,
        id,
        links,
    } = version;
    let attributes = |attributes: &mut Attributes<'_>| {
        first(attributes);
        attributes
            .push("status", status)
            .push("updated", updated)
            .push("id", id);
    };
    writer.element("version", attributes, |writer| {
        writer.element(
            "media-types",
            |_| {},
            |writer| {
                for MediaType { base, kind } in media_types {
                    writer.empty("media-type", |attributes| {
                        attributes.push("base", base).push("type", kind);
                    });
                }
            },
        );
        writer.element("links", |_| {}, |writer| write_links(writer, links));
        if links.len() > 1 {
            write_links(writer, links);
        }
    });
}

fn write_links(writer: &mut XmlWriter, links: &[Link]) {
    for Link { href, kind, rel } in links {
        writer.empty("link", |attributes| {
            attributes
                .push("href", href)
                .push_some("type", *kind)
                .push("rel", rel);
        });
    }
}
