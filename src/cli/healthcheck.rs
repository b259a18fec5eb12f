//! `nova-images healthcheck`: asks a server whether it is ready, for containers that hold no other
//! program that could. It is told where the server listens as the server is: by the same options, or
//! the same environment.

use super::client::{Call, Deadline, Unreachable, status_line};
use super::place::Place;
use std::io::Read as _;
use std::time::Duration;
use ureq::Body;
use ureq::http::{Response, StatusCode};

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// More than any answer about health.
const MOST_BYTES: u64 = 65_536;

/// The options.
#[derive(Debug, clap::Args)]
pub struct Healthcheck {
    #[command(flatten)]
    place: Place,
}

/// Why a server is not ready, as far as one can tell from outside.
#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
    /// Nobody answers.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// It says that it is not.
    #[error("the server is not ready: {0}")]
    NotReady(String),
}

impl Healthcheck {
    /// Asks it.
    ///
    /// # Errors
    /// When it is not ready, or there is none.
    pub fn run(&self) -> Result<(), Unhealthy> {
        let deadline = Deadline::within(PATIENCE);
        let call = Call {
            method: "GET",
            target: "/_control/health/ready",
            token: None,
            body: None,
        };
        let answer = self.place.health()?.ask(&call, Some(&deadline))?;
        match answer.status() {
            StatusCode::OK => Ok(()),
            _ => Err(Unhealthy::NotReady(said(answer))),
        }
    }
}

/// In one line.
fn said(answer: Response<Body>) -> String {
    let status = status_line(answer.status());
    let mut body = Vec::new();
    // Half of what it has to say is more than nothing.
    _ = answer
        .into_body()
        .into_reader()
        .take(MOST_BYTES)
        .read_to_end(&mut body);
    let text = format!("{status} {}", String::from_utf8_lossy(&body));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
