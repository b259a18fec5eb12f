//! The services and where they are: the catalogue that every client reads.
//!
//! Names, types and URLs are those that real clients were seen to need: the service *names* `nova`
//! and `glance` (libcloud), the project inside Nova's URL (novaclient 2.30), `/v2` in v2.0 tokens
//! for the sake of XML, an unversioned Glance.

use crate::http::escape::QUOTE;
use percent_encoding::utf8_percent_encode;
use serde::Serialize;
use uuid::Uuid;

/// The only region.
pub const REGION: &str = "RegionOne";

/// The interfaces of every service, all at the same URL.
pub const INTERFACES: [&str; 3] = ["public", "internal", "admin"];

/// Where a URL holds the id of the token's project.
const PROJECT: &str = "$(project_id)s";

/// A service.
#[derive(Debug)]
pub struct Service {
    /// Its type.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    v3_path: &'static str,
    v2_path: &'static str,
}

/// Which API's catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// v2.0.
    V2,
    /// v3.
    V3,
}

/// All of them.
pub const SERVICES: [Service; 3] = [
    Service {
        kind: "compute",
        name: "nova",
        v3_path: "/v2.1/$(project_id)s",
        v2_path: "/v2/$(project_id)s",
    },
    Service {
        kind: "identity",
        name: "keystone",
        v3_path: "/identity/v3",
        v2_path: "/v2.0",
    },
    Service {
        kind: "image",
        name: "glance",
        v3_path: "/image",
        v2_path: "/image",
    },
];

impl Service {
    /// An id that is the same at every start.
    pub fn id(&self) -> String {
        stable_id(&format!("service/{}", self.kind))
    }

    /// The id of an endpoint, the same at every start.
    pub fn endpoint_id(&self, interface: &str) -> String {
        stable_id(&format!("endpoint/{}/{interface}", self.kind))
    }

    /// The URL with the place of the project left open.
    pub fn template(&self, api: Api, base: &str) -> String {
        let path = match api {
            Api::V2 => self.v2_path,
            Api::V3 => self.v3_path,
        };
        format!("{base}{path}")
    }

    /// The URL; nothing when it needs a project and there is none.
    pub fn url(&self, api: Api, base: &str, project_id: Option<&str>) -> Option<String> {
        let template = self.template(api, base);
        match project_id {
            // In open mode a project's id is whatever a client called it.
            Some(id) => {
                let id = utf8_percent_encode(id, QUOTE).to_string();
                Some(template.replace(PROJECT, &id))
            }
            None => (!template.contains(PROJECT)).then_some(template),
        }
    }
}

/// 32 hex digits made of a name.
pub fn stable_id(name: &str) -> String {
    let name = format!("nova-images/identity/{name}");
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
        .simple()
        .to_string()
}

/// A service in a v3 catalogue.
#[derive(Debug, Serialize)]
pub struct ServiceView {
    endpoints: Vec<EndpointView>,
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct EndpointView {
    id: String,
    interface: &'static str,
    region_id: &'static str,
    url: String,
    region: &'static str,
}

/// The catalogue of v3. A service whose URL lacks its project stays, without endpoints.
pub fn v3(base: &str, project_id: Option<&str>) -> Vec<ServiceView> {
    SERVICES
        .iter()
        .map(|service| ServiceView {
            endpoints: INTERFACES
                .into_iter()
                .filter_map(|interface| {
                    Some(EndpointView {
                        id: service.endpoint_id(interface),
                        interface,
                        region_id: REGION,
                        url: service.url(Api::V3, base, project_id)?,
                        region: REGION,
                    })
                })
                .collect(),
            id: service.id(),
            kind: service.kind,
            name: service.name,
        })
        .collect()
}
