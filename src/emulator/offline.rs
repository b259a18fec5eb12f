//! Servers that never listen, for the fuzz targets.

use super::address;
use super::entrance::Entrance;
use super::front;
use super::server::Server;
use super::shared::Shared;
use super::texts::TEXTS;
use crate::config::{Profile, ServerConfig, SpaceConfig};
use crate::control::{Clock, Fixture, Ids};
use crate::domain::{Timestamp, Untold};
use crate::http::{Body, HeaderMap, HeaderName, HeaderValue, Method, Request};
use crate::service::{Shelf, Spaces, Start};
use actix_web::rt::Runtime;
use bytes::Bytes;
use std::error::Error;
use std::net::SocketAddr;

/// A server with the runtime that it answers on.
pub struct Offline {
    server: Server,
    runtime: Runtime,
    profile: Profile,
}

impl Offline {
    /// One of each profile, all with the same images, clock and ids.
    pub fn every_profile() -> Result<Vec<Self>, Box<dyn Error>> {
        let profiles = [
            Profile::Default,
            Profile::Juno,
            Profile::Nova34,
            Profile::Otc,
        ];
        profiles.into_iter().map(Self::of).collect()
    }

    fn of(profile: Profile) -> Result<Self, Box<dyn Error>> {
        let (spaces, _) = Spaces::open(Start {
            server: ServerConfig::default(),
            config: SpaceConfig {
                profile,
                ..SpaceConfig::default()
            },
            fixture: Fixture::docs()?,
            reread: None,
            clock: Clock::frozen(Timestamp::from_micros(0)),
            ids: Ids::seeded(1),
            texts: TEXTS,
            progress: Box::new(Untold),
            operations: || front::operations().collect(),
            resolve: address::resolve,
            upstream: None,
            snapshots: Shelf::default(),
        })?;
        let (shared, _) = Shared::new(spaces, None);
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok(Self {
            server: Server::new(shared, Entrance::shared(nowhere, false)),
            runtime: Runtime::new()?,
            profile,
        })
    }

    /// Whether accidents of real servers are left out.
    pub fn is_for_users(&self) -> bool {
        self.profile == Profile::Default
    }

    /// The status of an answer; headers that HTTP cannot hold are left out.
    pub fn ask(
        &self,
        method: &Method,
        target: &str,
        headers: &[(&str, &[u8])],
        body: &[u8],
    ) -> u16 {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
                map.append(name, value);
            }
        }
        let local = ([127, 0, 0, 1], 8774).into();
        let head = self.server.head(method.clone(), target, map, local);
        let body = Body::Whole(Bytes::copy_from_slice(body));
        let reply = self
            .runtime
            .block_on(self.server.call(Request { head, body }));
        reply.status().as_u16()
    }
}
