//! Nova in front of a real Glance: another emulator, or a stub that answers bytes.

mod changes;
mod faults;
mod figures;
mod ids;
mod pages;
mod proxies;
mod queue;
mod redirects;
mod refused;
mod replay;
mod scene;
mod service;
mod stub;
mod tls;
mod users;

use crate::harness::{Server, builder};
use nova_images::{AuthMode, Emulator, EmulatorBuilder, Fixture, Profile, UpstreamConfig};
use std::path::Path;

/// A cloud of today with its users.
pub fn cloud(fixture: Fixture) -> Emulator {
    let cloud = builder()
        .fixture(fixture)
        .auth(AuthMode::Strict)
        .profile(Profile::Nova34);
    cloud.start().unwrap()
}

/// A proxy in front of an emulator's image service and identity service.
pub fn before(cloud: &Emulator, profile: Profile) -> EmulatorBuilder {
    let config = UpstreamConfig::new(cloud.image_url(), cloud.identity_url());
    builder().profile(profile).upstream(config)
}

/// The same, started.
pub fn proxy(cloud: &Emulator, profile: Profile) -> Server {
    Server::start(before(cloud, profile))
}

/// The 66 images that Nova 34 was recorded with.
pub fn recorded() -> Fixture {
    let dir = crate::golden::set_dir("nova-34");
    Fixture::read(Path::new(&dir).join("fixture.json").as_path()).unwrap()
}

/// A token of the recordings, as a header.
pub const DEMO: (&str, &str) = ("X-Auth-Token", "demo-token");
