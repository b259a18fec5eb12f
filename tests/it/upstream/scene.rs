//! A proxy in front of a scripted image service.

use super::stub::{Act, Stub};
use super::{DEMO, cloud, recorded};
use crate::harness::{Response, Server, builder};
use nova_images::{Clock, Emulator, Profile, UpstreamConfig};
use std::time::Duration;

pub const LIST: &str = "/v2.1/images";

/// No fault takes longer to be told, in seconds.
const BOUND: i64 = 10;

/// For whoever answers at all, however busy the machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A proxy whose image service is a stub, and whose identity service is an emulator's.
pub struct Scene {
    pub glance: Stub,
    pub proxy: Server,
    _keystone: Emulator,
}

impl Scene {
    pub fn of(script: impl IntoIterator<Item = Act>) -> Self {
        Self::with(Profile::Default, script)
    }

    pub fn with(profile: Profile, script: impl IntoIterator<Item = Act>) -> Self {
        Self::set(profile, script, |_| ())
    }

    /// Whose proxy is set like this.
    pub fn set(
        profile: Profile,
        script: impl IntoIterator<Item = Act>,
        settings: impl FnOnce(&mut UpstreamConfig),
    ) -> Self {
        Self::among(cloud(recorded()), profile, script, settings)
    }

    /// Whose users are those of a cloud.
    pub fn among(
        keystone: Emulator,
        profile: Profile,
        script: impl IntoIterator<Item = Act>,
        settings: impl FnOnce(&mut UpstreamConfig),
    ) -> Self {
        let glance = Stub::playing(script);
        let proxy = proxy(profile, &glance.url(), &keystone, settings);
        Self {
            glance,
            proxy,
            _keystone: keystone,
        }
    }

    pub fn list(&self) -> Response {
        let begun = Clock::real().now();
        let answer = self.proxy.get_with(LIST, &[DEMO]);
        let seconds = Clock::real().now().seconds() - begun.seconds();
        assert!(seconds <= BOUND, "{seconds} s");
        answer
    }

    /// Whether the next list is one.
    pub fn is_well(&self) {
        let list = self.list().good();
        assert!(list.contains(r#""name": "good""#), "{list}");
    }
}

pub fn proxy(
    profile: Profile,
    glance: &str,
    keystone: &Emulator,
    settings: impl FnOnce(&mut UpstreamConfig),
) -> Server {
    let mut config = UpstreamConfig::new(glance, keystone.identity_url());
    config.connect_timeout = PATIENCE;
    config.first_byte_timeout = PATIENCE;
    settings(&mut config);
    Server::start(builder().profile(profile).upstream(config))
}

/// What users are told.
pub fn unavailable(answer: &Response) {
    assert_eq!(answer.status(), 503, "{}", answer.text());
    let said = &answer.json()["serviceUnavailable"]["message"];
    assert_eq!(
        said,
        "The server is currently unavailable. Please try again at a later time."
    );
    assert!(answer.header("x-compute-request-id").is_some());
}
