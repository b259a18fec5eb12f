//! Two emulators, one in front of the other.

use crate::golden::client::{Answer, Client};
use crate::golden::target::Control;
use crate::golden::{self, Target};
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Emulator, EmulatorBuilder, Fixture, Profile, UpstreamConfig};
use std::net::SocketAddr;

/// An emulator that stands for the real cloud, and one in front of it.
pub struct Cloud {
    pub real: Emulator,
    pub front: Server,
}

impl Cloud {
    /// The real one has the users of a fixture, the front none.
    pub fn of(fixture: Fixture, front: EmulatorBuilder) -> Self {
        let real = real(fixture).start().unwrap();
        Self::around(real, front)
    }

    pub fn around(real: Emulator, front: EmulatorBuilder) -> Self {
        let front = Server::start(front.upstream(upstream(&real)));
        Self { real, front }
    }
}

/// A cloud of today, whose image service clients go on asking.
pub fn real(fixture: Fixture) -> EmulatorBuilder {
    builder()
        .seed(2)
        .fixture(fixture)
        .auth(AuthMode::Strict)
        .profile(Profile::Nova34)
        .catalog("image", "http://openstack.example.com/image")
}

/// Where the services of an emulator are.
pub fn upstream(real: &Emulator) -> UpstreamConfig {
    UpstreamConfig::new(real.image_url(), format!("{}/v3", real.identity_url()))
}

/// Both emulators of a replay, reset and moved together.
pub struct Both {
    real: Target,
    front: Target,
}

impl Both {
    pub fn of(real: &Emulator, front: &Emulator) -> Target {
        let both = Self {
            real: Target::new(real.address()),
            front: Target::new(front.address()),
        };
        Target {
            identity: front.identity_address(),
            control: Box::new(both),
            ..Target::new(front.address())
        }
    }
}

impl Control for Both {
    fn reset(&self) -> Result<(), String> {
        self.real.control.reset()?;
        self.front.control.reset()
    }

    fn advance(&self, seconds: u64) -> Result<(), String> {
        self.real.control.advance(seconds)?;
        self.front.control.advance(seconds)
    }
}

/// The fixture of a set of recordings.
pub fn recorded(set: &str) -> Fixture {
    Fixture::read(&golden::set_dir(set).join("fixture.json")).unwrap()
}

/// The body of a sign-in at v3 with a project as its scope.
pub fn sign_in_body(user: &str, password: &str, project: &str) -> String {
    format!(
        r#"{{"auth": {{"identity": {{"methods": ["password"], "password": {{"user": {{
            "name": "{user}", "domain": {{"id": "default"}}, "password": "{password}"}}}}}},
            "scope": {{"project": {{"name": "{project}", "domain": {{"id": "default"}}}}}}}}}}"#
    )
}

/// Asks a listener of its own.
pub fn ask_at(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let body = (!body.is_empty()).then_some(body.as_bytes());
    let mut client = Client::new(address);
    client.send(method, target, &headers, body).unwrap()
}
