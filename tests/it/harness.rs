//! An emulator under test, and what it answered.

use crate::golden::client::{Answer, Client};
use nova_images::{Clock, Emulator, EmulatorBuilder, Fixture, Timestamp};
use std::cell::RefCell;
use std::net::SocketAddr;

/// When it is, for every test that does not say otherwise.
pub const NOW: &str = "2026-01-01T12:00:00Z";

/// A builder with a clock that stands and ids that repeat.
pub fn builder() -> EmulatorBuilder {
    Emulator::builder()
        .clock(Clock::frozen(Timestamp::parse_rfc3339(NOW).unwrap()))
        .seed(1)
}

/// A running emulator with a connection to it.
pub struct Server {
    emulator: Emulator,
    client: RefCell<Client>,
}

impl Server {
    /// The built-in set, everything else by default.
    pub fn with(set: &str) -> Self {
        Self::start(builder().fixture(Fixture::named(set).unwrap()))
    }

    pub fn start(builder: EmulatorBuilder) -> Self {
        Self::around(builder.start().unwrap())
    }

    pub fn around(emulator: Emulator) -> Self {
        let client = RefCell::new(Client::new(emulator.address()));
        Self { emulator, client }
    }

    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    pub fn into_emulator(self) -> Emulator {
        self.emulator
    }

    pub fn address(&self) -> SocketAddr {
        self.emulator.address()
    }

    pub fn get(&self, target: &str) -> Response {
        self.send("GET", target, &[], "")
    }

    pub fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Response {
        self.send("GET", target, headers, "")
    }

    pub fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let headers: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let body = (!body.is_empty()).then_some(body.as_bytes());
        Response(
            self.client
                .borrow_mut()
                .send(method, target, &headers, body)
                .unwrap(),
        )
    }
}

/// An answer that somebody has to look at.
#[must_use]
#[derive(Debug)]
pub struct Response(Answer);

impl Response {
    pub fn status(&self) -> u16 {
        self.0.status
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.0.header(name)
    }

    pub fn text(&self) -> String {
        self.0.text()
    }

    /// The body of a 200.
    pub fn good(&self) -> String {
        assert_eq!(self.status(), 200, "{}", self.text());
        self.text()
    }

    /// The JSON body, whatever the status.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}
