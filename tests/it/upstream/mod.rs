//! Nova in front of a real Glance: another emulator, or a stub that answers bytes.

mod replay;

use crate::harness::builder;
use nova_images::{Emulator, EmulatorBuilder, Profile, UpstreamConfig};

/// A proxy in front of an emulator's image service and identity service.
pub fn before(cloud: &Emulator, profile: Profile) -> EmulatorBuilder {
    let url = cloud.url();
    let config = UpstreamConfig::new(format!("{url}/image"), format!("{url}/identity"));
    builder().profile(profile).upstream(config)
}
