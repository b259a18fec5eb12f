//! An OpenStack Nova image API in one process, for tests and for clients that outlived it.
//!
//! [`Emulator::builder`] starts a server on a free port; [`Emulator::url`] says where; dropping it
//! stops it. It has threads of its own, so the caller's runtime, or the lack of one, does not
//! matter, and any number of emulators live side by side in one process.
//!
//! ```
//! use nova_images::{Clock, Emulator, Fixture, Timestamp};
//! use std::io::{Read, Write};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let noon = Timestamp::parse_rfc3339("2026-01-01T12:00:00Z").ok_or("no time")?;
//! let nova = Emulator::builder()
//!     .fixture(Fixture::docs()?)
//!     .clock(Clock::frozen(noon))
//!     .seed(7)
//!     .start()?;
//!
//! let mut connection = std::net::TcpStream::connect(nova.address())?;
//! write!(
//!     connection,
//!     "GET /v2/openstack/images HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
//!     nova.address()
//! )?;
//! let mut answer = String::new();
//! connection.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK"));
//! assert!(answer.contains("fakeimage7"));
//! # Ok(())
//! # }
//! ```

mod api;
pub mod cli;
mod config;
pub mod control;
pub mod domain;
mod emulator;
#[cfg(fuzzing)]
#[allow(
    clippy::expect_used,
    reason = "a broken invariant must stop the fuzzer"
)]
pub mod fuzzing;
mod http;
mod python;
mod service;
mod store;

pub use config::{AuthMode, Config, ControlAccess, Microversion, Profile, WaldurApi};
pub use control::{Clock, Fixture, FixtureError, Ids};
pub use domain::{BodyWanted, Operation, Plan, Timestamp};
pub use emulator::{
    Emulator, EmulatorBuilder, Exchange, Interceptor, StartError, Verdict, operations,
};
pub use http::{BodyStream, CutOff, Head, Refusal, Reply, Wire};
