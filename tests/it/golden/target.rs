//! The server under test: where it listens, and how its state and clock are driven.
//!
//! The runner needs two things that no recorded request can do, a fresh fixture and time that
//! passes; [`Control`] is the seam for both.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::client::Client;

/// A running server that has the set's fixture loaded.
pub struct Target {
    pub address: SocketAddr,
    /// The listener that has only the identity service; without it its cases are skipped.
    pub identity: Option<SocketAddr>,
    /// Whether it is the listener of one service alone, which stands at its root.
    pub is_alone: bool,
    /// What the server knows the recorded tokens as, where it does not know them as they are.
    pub tokens: BTreeMap<String, String>,
    pub control: Box<dyn Control>,
}

/// What the runner may do to a server beside sending it recorded requests.
pub trait Control {
    /// Loads the fixture afresh.
    fn reset(&self) -> Result<(), String>;
    /// Lets time pass on the server's clock.
    fn advance(&self, seconds: u64) -> Result<(), String>;
}

impl Target {
    /// A server with its control API on the same listener.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            identity: None,
            is_alone: false,
            tokens: BTreeMap::new(),
            control: Box::new(HttpControl { address }),
        }
    }
}

/// The emulator's control API.
struct HttpControl {
    address: SocketAddr,
}

impl Control for HttpControl {
    fn reset(&self) -> Result<(), String> {
        self.post("/_control/reset", None)
    }

    fn advance(&self, seconds: u64) -> Result<(), String> {
        let body = serde_json::json!({ "seconds": seconds }).to_string();
        self.post("/_control/clock/advance", Some(&body))
    }
}

impl HttpControl {
    fn post(&self, target: &str, body: Option<&str>) -> Result<(), String> {
        let headers = match body {
            Some(_) => vec![("Content-Type".to_owned(), "application/json".to_owned())],
            None => Vec::new(),
        };
        let answer = Client::new(self.address)
            .send("POST", target, &headers, body.map(str::as_bytes))
            .map_err(|error| format!("POST {target}: {error}"))?;
        match answer.status {
            200 | 204 => Ok(()),
            status => Err(format!("POST {target}: status {status}: {}", answer.text())),
        }
    }
}
