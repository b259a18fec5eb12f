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

/// What has no meaning beside a real cloud is refused in words.
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
    let fixture = [(
        has_fixture,
        "a fixture",
        "images and users are the real cloud's",
    )];
    let asked = fixture.into_iter().chain(of_server(server));
    let mut asked = asked.chain(of_space(space, upstream.auth));
    match asked.find(|(is_asked, ..)| *is_asked) {
        Some((_, what, why)) => Err(UpstreamConfigError::Beside { what, why }.into()),
        None => Ok(()),
    }
}

/// Whether something was asked for that has no meaning there, in words; and why it has none.
type Meaningless = (bool, &'static str, &'static str);

/// Every setting of a server: what is not named in the end has a meaning beside a real cloud, too. Emulated
/// clouds of other spaces are as they are made there.
fn of_server(server: &ServerConfig) -> [Meaningless; 6] {
    let usual = ServerConfig::default();
    let ServerConfig {
        database,
        snapshot_dir,
        sync,
        image_listen,
        max_image_size,
        web_download,
        // How it is reached, by whom, and how much it takes on.
        public_url: _,
        identity_listen: _,
        allow_hosts: _,
        allow_origins: _,
        max_connections: _,
        max_spaces: _,
        patience: _,
        stop_within: _,
        workers: _,
        upstream: _,
        // The control API, which has faults, a journal and metrics of requests to any cloud.
        control: _,
        control_token: _,
        control_listen: _,
        request_faults: _,
        journal: _,
        journal_entries: _,
        journal_bytes: _,
        journal_body_bytes: _,
        // No command has them.
        lock_patience: _,
        sweeps: _,
        steps: _,
    } = server;
    [
        (database.is_some(), "a database", "nothing is stored here"),
        (
            *sync != usual.sync,
            "a word on what writes wait for",
            "nothing is stored here",
        ),
        (
            snapshot_dir.is_some(),
            "a folder for snapshots",
            "none are taken of the real cloud",
        ),
        (
            image_listen.is_some(),
            "a listener for Glance",
            "clients ask the real one",
        ),
        (
            *max_image_size != usual.max_image_size,
            "a bound of image data",
            "the real Glance takes them, and has a bound of its own",
        ),
        (
            !web_download.is_empty(),
            "downloads from the web",
            "the real Glance imports data",
        ),
    ]
}

/// The same of every setting of its own space.
fn of_space(space: &SpaceConfig, auth: UpstreamAuth) -> [Meaningless; 6] {
    let usual = SpaceConfig::default();
    let SpaceConfig {
        profile,
        waldur_api,
        token_ttl,
        max_tokens,
        catalog,
        uploads,
        // What is told of images, and to whom.
        auth: _,
        glance_url: _,
        max_microversion: _,
        max_limit: _,
        rate_limit: _,
        region: _,
        stand_in: _,
    } = space;
    // Where this server signs in itself, it has tokens and a catalogue for clients.
    let is_passed_on = auth == UpstreamAuth::Passthrough;
    [
        (
            *profile == Profile::Juno,
            "the profile juno",
            "it is exact over Glance's API v1, which no Glance has any more; default has the same API",
        ),
        (
            *waldur_api != usual.waldur_api,
            "a release of Waldur's API",
            "there is no Waldur over the real cloud's images",
        ),
        (
            *uploads != UploadTransitions::Immediate,
            "transitions of uploads",
            "the real Glance says when an image is active",
        ),
        (
            is_passed_on && *token_ttl != usual.token_ttl,
            "a life of tokens",
            "the real Keystone issues them (--upstream-auth passthrough)",
        ),
        (
            is_passed_on && *max_tokens != usual.max_tokens,
            "a bound of tokens",
            "the real Keystone issues them (--upstream-auth passthrough)",
        ),
        (
            is_passed_on && !catalog.is_empty(),
            "a service of the catalogue",
            "the real Keystone has that (--upstream-auth passthrough)",
        ),
    ]
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
