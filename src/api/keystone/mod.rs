//! Keystone: sign-in and the catalogue, API v3 as release 30 answers and v2.0 as 2014.2 did.
//!
//! One tree, mounted under `/identity`, at the root beside Nova, and at the root of a listener of
//! its own. Which versions it offers is the profile's choice, and a value: [`Offer`].

mod catalog;
mod v2;
mod v3;

use crate::config::Profile;
use crate::http::{Reply, Request};
use crate::service::App;

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

/// Which versions are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Offer {
    v3: bool,
    v2: Option<v2::Manner>,
}

impl Offer {
    fn of(profile: Profile) -> Self {
        match profile {
            // Keystone 12 was the last with both. Its manner of v2.0 suits clients that send an
            // old token along, and Juno's documents suit those that want XML.
            Profile::Default | Profile::Otc => Self {
                v3: true,
                v2: Some(v2::Manner::BesideV3),
            },
            Profile::Juno => Self {
                v3: false,
                v2: Some(v2::Manner::Juno),
            },
            Profile::Nova34 => Self { v3: true, v2: None },
        }
    }
}

/// Whether a first part of a path is Keystone's at the root that it shares with Nova.
#[must_use]
pub fn has_at_root(profile: Profile, segment: &str) -> bool {
    let offer = Offer::of(profile);
    (segment == "v3" && offer.v3) || (segment == "v2.0" && offer.v2.is_some())
}

/// Answers a request whose path begins behind the mount.
#[must_use]
pub fn answer(app: &App, request: &Request<'_>, door: Door) -> Reply {
    let offer = Offer::of(app.config.profile);
    let site = Site::new(app, request, door);
    let parts = request.path.parts();
    match (parts.split_first(), offer.v2) {
        (Some((&"v2.0", rest)), Some(manner)) => {
            v2::answer(&v2::Call::new(app, request, site, manner), rest)
        }
        (_, Some(manner)) if !offer.v3 => {
            v2::answer_root(&v2::Call::new(app, request, site, manner), parts.is_empty())
        }
        _ => v3::answer(
            &v3::Call::new(app, request, site, offer.v2.is_some()),
            &parts,
        ),
    }
}

/// Where the client finds this service and the others.
#[derive(Clone, Debug)]
struct Site {
    /// The root of the host, without a slash at its end.
    host: String,
    /// What links begin with: the root and the prefix that the service is mounted under.
    base: String,
    /// What the catalogue's URLs begin with: the root of the listener that has all services.
    services: String,
}

impl Site {
    fn new(app: &App, request: &Request<'_>, door: Door) -> Self {
        if let Some(url) = &app.config.public_url {
            return Self {
                host: url.clone(),
                base: format!("{url}{}", request.prefix),
                services: url.clone(),
            };
        }
        let host = request.host();
        let services = match door {
            Door::Shared => format!("http://{host}"),
            Door::Own { shared_port } => {
                format!("http://{}:{shared_port}", without_port(&host))
            }
        };
        Self {
            host: format!("http://{host}"),
            base: format!("http://{host}{}", request.prefix),
            services,
        }
    }
}

/// A host without its port; an IPv6 address keeps its brackets.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn hosts_lose_their_port() {
        for (host, name) in [
            ("127.0.0.1:5000", "127.0.0.1"),
            ("localhost", "localhost"),
            ("[::1]:5000", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(without_port(host), name);
        }
    }
}
