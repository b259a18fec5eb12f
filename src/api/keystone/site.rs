//! Where the client finds this service and the others.

use super::catalog::Catalog;
use super::offer::Offer;
use crate::config::SpaceConfig;
use crate::http::Head;

/// Which listener a request came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The one that all services share.
    Shared,
    /// One of its own; the other services are behind this port.
    Own {
        /// The port of the shared listener.
        shared_port: u16,
    },
}

/// The beginnings of links.
#[derive(Clone, Debug)]
pub struct Site {
    /// The root of the host, without a slash at its end.
    pub host: String,
    /// What links begin with: the root and the prefix that the service is mounted under.
    pub base: String,
    /// What the catalogue's URLs begin with: the root of the listener that has all services.
    services: String,
    /// What is offered here.
    pub offer: Offer,
}

impl Site {
    /// As the client of a request sees it.
    pub fn new(offer: Offer, head: &Head, door: Door) -> Self {
        let host = head.origin().base(offer.trust);
        Self {
            base: [&host, head.prefix()].concat(),
            services: match door {
                Door::Shared => host.clone(),
                Door::Own { shared_port } => head.origin().base_on_port(offer.trust, shared_port),
            },
            host,
            offer,
        }
    }

    /// What the catalogue's URLs begin with: where all services are.
    pub fn services(&self) -> &str {
        &self.services
    }

    /// The catalogue, as the client sees it.
    pub fn catalog(&self, config: &SpaceConfig) -> Catalog {
        Catalog::new(config, self.offer, &self.services)
    }
}
