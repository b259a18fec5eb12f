//! The services and where they are: the catalogue that every client reads.
//!
//! Names, types and URLs are those that real clients were seen to need: the service *names* `nova`
//! and `glance` (libcloud), the project inside Nova's URL (novaclient 2.30), `/v2` in v2.0 tokens
//! for the sake of XML, an unversioned Glance.

use super::offer::Offer;
use crate::config::SpaceConfig;
use crate::http::escape::quote;
use serde::Serialize;
use std::borrow::Cow;
use uuid::Uuid;

/// The interfaces of every service, all at the same URL.
pub const INTERFACES: [&str; 3] = ["public", "internal", "admin"];

/// Where a URL holds the id of the token's project, in the spellings that Keystone knows.
const PROJECT: [&str; 4] = [
    "$(project_id)s",
    "$(tenant_id)s",
    "%(project_id)s",
    "%(tenant_id)s",
];

/// Which API's catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// v2.0.
    V2,
    /// v3.
    V3,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its type.
    pub kind: Cow<'static, str>,
    /// Its name.
    pub name: Cow<'static, str>,
    place: Place,
}

/// Where a service is.
#[derive(Clone, Debug)]
enum Place {
    /// Here, under a path that each API has of its own.
    Here { v3: &'static str, v2: &'static str },
    /// Wherever the configuration says.
    Elsewhere(String),
}

const fn here(
    kind: &'static str,
    name: &'static str,
    v3: &'static str,
    v2: &'static str,
) -> Service {
    Service {
        kind: Cow::Borrowed(kind),
        name: Cow::Borrowed(name),
        place: Place::Here { v3, v2 },
    }
}

/// Those that this server has.
const OWN: [Service; 3] = [
    here(
        "compute",
        "nova",
        "/v2.1/$(project_id)s",
        "/v2/$(project_id)s",
    ),
    here("identity", "keystone", "/identity/v3", "/v2.0"),
    here("image", "glance", "/image", "/image"),
];

/// What a client finds, as it sees this server.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The services.
    pub services: Vec<Service>,
    /// The only region.
    pub region: String,
    base: String,
}

impl Catalog {
    /// With what the configuration adds or puts in place of others; `base` is where this server is.
    pub fn new(config: &SpaceConfig, offer: Offer, base: &str) -> Self {
        let mut catalog = Self {
            services: OWN.to_vec(),
            region: offer.region(config).to_owned(),
            base: base.to_owned(),
        };
        if let Some(glance) = config.glance_url.as_ref().filter(|_| offer.image_follows) {
            catalog.put("image", glance);
        }
        for (kind, url) in &config.catalog {
            catalog.put(kind, url);
        }
        if config.stand_in.is_some() {
            // There is no Glance here, and the real one does not know its clients.
            let is_here = |service: &Service| matches!(service.place, Place::Here { .. });
            let services = &mut catalog.services;
            services.retain(|service| service.kind != "image" || !is_here(service));
        }
        catalog
    }

    fn put(&mut self, kind: &str, url: &str) {
        let place = Place::Elsewhere(url.to_owned());
        match self.services.iter_mut().find(|known| known.kind == kind) {
            Some(known) => known.place = place,
            None => self.services.push(Service {
                kind: Cow::Owned(kind.to_owned()),
                name: Cow::Owned(kind.to_owned()),
                place,
            }),
        }
    }

    /// The URL of a service with the place of the project left open.
    pub fn template(&self, service: &Service, api: Api) -> String {
        match &service.place {
            Place::Here { v3, .. } if api == Api::V3 => [&self.base, *v3].concat(),
            Place::Here { v2, .. } => [&self.base, *v2].concat(),
            Place::Elsewhere(url) => url.clone(),
        }
    }

    /// The URL of a service; nothing when it needs a project and there is none.
    pub fn url(&self, service: &Service, api: Api, project_id: Option<&str>) -> Option<String> {
        let template = self.template(service, api);
        let needs_project = PROJECT.iter().any(|place| template.contains(place));
        match project_id {
            // In open mode a project's id is whatever a client called it.
            Some(id) => {
                let id = quote(id);
                let places = PROJECT.iter();
                Some(places.fold(template, |url, place| url.replace(place, &id)))
            }
            None => (!needs_project).then_some(template),
        }
    }
}

impl Service {
    /// An id that is the same at every start.
    pub fn id(&self) -> String {
        stable_id(&format!("service/{}", self.kind))
    }

    /// The id of an endpoint, the same at every start.
    pub fn endpoint_id(&self, interface: &str) -> String {
        stable_id(&format!("endpoint/{}/{interface}", self.kind))
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
    kind: Cow<'static, str>,
    name: Cow<'static, str>,
}

#[derive(Debug, Serialize)]
struct EndpointView {
    id: String,
    interface: &'static str,
    region_id: String,
    url: String,
    region: String,
}

/// The catalogue of v3. A service whose URL lacks its project stays, without endpoints.
pub fn v3(catalog: &Catalog, project_id: Option<&str>) -> Vec<ServiceView> {
    let endpoint = |service: &Service, interface| {
        Some(EndpointView {
            id: service.endpoint_id(interface),
            interface,
            region_id: catalog.region.clone(),
            url: catalog.url(service, Api::V3, project_id)?,
            region: catalog.region.clone(),
        })
    };
    let services = catalog.services.iter();
    services
        .map(|service| ServiceView {
            endpoints: INTERFACES
                .into_iter()
                .filter_map(|interface| endpoint(service, interface))
                .collect(),
            id: service.id(),
            kind: service.kind.clone(),
            name: service.name.clone(),
        })
        .collect()
}
