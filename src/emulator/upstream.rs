//! The real cloud behind an emulator, as it is started with one.

use super::address;
use crate::config::{
    AuthMode, Profile, ServerConfig, SettingError, SpaceConfig, StandIn, UploadTransitions,
    UpstreamAuth, UpstreamConfig, UpstreamConfigError,
};
use crate::control::Clock;
use crate::service::upstream::{ClientError, Upstream};
use std::net::SocketAddr;
use std::sync::Arc;

/// What is not there beside a real cloud is refused in words.
pub fn check(
    server: &ServerConfig,
    space: &SpaceConfig,
    has_fixture: bool,
) -> Result<(), SettingError> {
    let Some(upstream) = &server.upstream else {
        return Ok(());
    };
    if upstream.auth == UpstreamAuth::Service && space.auth == AuthMode::Strict {
        let other = UpstreamConfigError::OtherSignIn {
            what: "--auth strict",
            auth: "service",
            why: "clients are nobody's users; a secret of clients keeps others out",
        };
        return Err(other.into());
    }
    let refused = [
        (
            has_fixture,
            "a fixture",
            "images and users are the real cloud's",
        ),
        (
            server.database.is_some(),
            "a database",
            "nothing is stored here",
        ),
        (
            server.image_listen.is_some(),
            "a listener for Glance",
            "clients ask the real one",
        ),
        (
            !server.web_download.is_empty(),
            "downloads from the web",
            "the real Glance imports data",
        ),
        (
            space.uploads != UploadTransitions::Immediate,
            "transitions of uploads",
            "the real Glance says when an image is active",
        ),
        (
            space.profile == Profile::Juno,
            "the profile juno",
            "it is exact over Glance's API v1, which no Glance has any more; default has the same API",
        ),
    ];
    match refused.into_iter().find(|(is_asked, ..)| *is_asked) {
        Some((_, what, why)) => Err(UpstreamConfigError::Beside { what, why }.into()),
        None => Ok(()),
    }
}

/// Who may ask beside a real cloud: whom that knows, or, where this server signs in itself, everybody
/// who knows the secret.
pub fn admit(server: &ServerConfig, space: &mut SpaceConfig) {
    let Some(upstream) = &server.upstream else {
        return;
    };
    match upstream.auth {
        // The real cloud wants to know who asks.
        UpstreamAuth::Passthrough => space.auth = AuthMode::Strict,
        UpstreamAuth::Service => {
            space.stand_in = Some(StandIn {
                client_secret: upstream.client_secret.clone(),
            });
        }
    }
}

/// What this server's own account sees is not for everybody who reaches it.
pub fn check_listeners(
    server: &ServerConfig,
    bound: impl IntoIterator<Item = SocketAddr>,
) -> Result<(), SettingError> {
    let is_open = |upstream: &UpstreamConfig| {
        upstream.auth == UpstreamAuth::Service && upstream.client_secret.is_none()
    };
    if !server.upstream.as_ref().is_some_and(is_open) {
        return Ok(());
    }
    let far = |address: &SocketAddr| !address.ip().to_canonical().is_loopback();
    match bound.into_iter().find(far) {
        Some(address) => Err(UpstreamConfigError::Exposed { address }.into()),
        None => Ok(()),
    }
}

/// The real cloud, if there is to be one.
pub fn of(
    server: &ServerConfig,
    space: &SpaceConfig,
    clock: &Clock,
) -> Result<Option<Arc<Upstream>>, ClientError> {
    let Some(upstream) = &server.upstream else {
        return Ok(None);
    };
    let region = space.region.clone();
    let cloud = Upstream::new(upstream, clock, address::resolve, region)?;
    if cloud.compute.is_none() && !cloud.stands_in() {
        tracing::warn!(
            "the catalogue leads to this server for all of Nova, and only images are here: give \
             --upstream-compute-url, or split the paths in front (docs/upstream-keystone.md)"
        );
    }
    Ok(Some(Arc::new(cloud)))
}
