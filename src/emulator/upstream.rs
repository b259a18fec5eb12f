//! The real cloud behind an emulator, as it is started with one.

use super::address;
use crate::config::{
    Profile, ServerConfig, SettingError, SpaceConfig, UploadTransitions, UpstreamConfigError,
};
use crate::control::Clock;
use crate::service::upstream::{ClientError, Upstream};
use std::sync::Arc;

/// What is not there beside a real cloud is refused in words.
pub fn check(
    server: &ServerConfig,
    space: &SpaceConfig,
    has_fixture: bool,
) -> Result<(), SettingError> {
    if server.upstream.is_none() {
        return Ok(());
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
    if cloud.compute.is_none() {
        tracing::warn!(
            "the catalogue leads to this server for all of Nova, and only images are here: give \
             --upstream-compute-url, or split the paths in front (docs/upstream-keystone.md)"
        );
    }
    Ok(Some(Arc::new(cloud)))
}
