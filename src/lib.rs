//! An OpenStack Nova image API in one process, for tests and for clients that outlived it.
//!
//! [`Emulator::builder`] starts a server on a free port; [`Emulator::url`] says where; dropping it
//! stops it. It has threads of its own, so the caller's runtime, or the lack of one, does not
//! matter, and any number of emulators live side by side in one process.
//!
//! ```
//! # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
//! use nova_images::{Emulator, Fixture};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
//!
//! // `get` stands for the HTTP client of your choice.
//! let list = client::get(&format!("{}/v2/openstack/images", nova.url()))?;
//! assert!(list.contains("fakeimage7"));
//! # Ok(())
//! # }
//! ```
//!
//! # What it holds
//!
//! A [`Fixture`]: one of the built-in sets (`docs`, `devcloud`, `edge`, `none`), a file in the form of
//! Glance's own list (so the answer of a real cloud is one), or images made by hand. Several are put
//! together; of what two of them say, the later one's word counts.
//!
//! ```
//! # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
//! use nova_images::{Emulator, Fixture, Image, Visibility};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let image = Image::builder("6f1e0e2c-6e9f-4f0d-9d4e-2f3c5a7b9d10")
//!     .name("debian-13")
//!     .visibility(Visibility::Public)
//!     .property("os_distro", "debian")
//!     .build();
//! let nova = Emulator::builder()
//!     .fixture(Fixture::named("devcloud")?)
//!     .fixture(Fixture::of([image]))
//!     .start()?;
//!
//! let project = nova.default_project_id();
//! let url = format!("{}/v2.1/{project}/images?name=debian-13", nova.url());
//! assert!(client::get(&url)?.contains("6f1e0e2c"));
//! # Ok(())
//! # }
//! ```
//!
//! Users, projects, fixed tokens, members and instances stand beside the images, in JSON:
//! [`Fixture::parse`].
//!
//! # The same at every run
//!
//! A [`Clock`] that stands, and moves when it is told to; a seed, so that request ids and tokens
//! repeat.
//!
//! ```
//! # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
//! use nova_images::{Clock, Emulator, Fixture};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = Clock::parse("2026-01-01T12:00:00Z")?;
//! let nova = Emulator::builder()
//!     .fixture(Fixture::docs()?)
//!     .clock(clock.clone())
//!     .seed(7)
//!     .start()?;
//!
//! clock.advance(Duration::from_secs(60))?;
//! let image = "70a599e0-31e7-49b7-b260-868f441e862b";
//! let image = format!("{}/v2.1/openstack/images/{image}", nova.url());
//! let admin = [("X-Auth-Token", "admin-token"), ("Content-Type", "application/json")];
//! client::ask("PUT", &format!("{image}/metadata/colour"), &admin, r#"{"meta": {"colour": "red"}}"#)?;
//! assert!(client::get(&image)?.contains(r#""updated": "2026-01-01T12:01:00Z""#));
//! # Ok(())
//! # }
//! ```
//!
//! # Who asks
//!
//! Nobody needs a token unless [`AuthMode::Strict`] says so. Then it is as in a real cloud: clients sign
//! in at Keystone, on the same port, or send one of the fixture's tokens.
//!
//! ```
//! # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
//! use nova_images::{AuthMode, Emulator, Fixture};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let people = Fixture::parse("people", r#"{
//!     "projects": [{"id": "p1", "name": "web"}],
//!     "users": [{"id": "u1", "name": "ada", "password": "pass",
//!                "roles": [{"project": "web", "role": "member"}]}],
//!     "tokens": [{"id": "ada-token", "user": "ada", "project": "web"}]
//! }"#)?;
//! let nova = Emulator::builder().fixture(people).auth(AuthMode::Strict).start()?;
//!
//! let images = format!("{}/v2.1/images", nova.url());
//! let (status, _) = client::ask("GET", &images, &[], "")?;
//! assert_eq!(status, 401);
//! let (status, _) = client::ask("GET", &images, &[("X-Auth-Token", "ada-token")], "")?;
//! assert_eq!(status, 200);
//! # Ok(())
//! # }
//! ```
//!
//! # What stays
//!
//! Data are in memory, unless a file is named. What it holds wins over the fixture.
//!
//! ```
//! # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
//! use nova_images::{Emulator, Fixture};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let path = std::env::temp_dir().join(format!("nova-images-manual-{}.db", std::process::id()));
//! let start = || -> Result<Emulator, Box<dyn std::error::Error>> {
//!     let fixture = Fixture::docs()?;
//!     Ok(Emulator::builder().database(&path).fixture(fixture).start()?)
//! };
//! let image = "/v2.1/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b";
//!
//! let nova = start()?;
//! let admin = [("X-Auth-Token", "admin-token")];
//! let (status, _) = client::ask("DELETE", &format!("{}{image}", nova.url()), &admin, "")?;
//! assert_eq!(status, 204);
//! drop(nova);
//!
//! let nova = start()?;
//! let (status, _) = client::ask("GET", &format!("{}{image}", nova.url()), &[], "")?;
//! assert_eq!(status, 404);
//! # drop(nova);
//! # std::fs::remove_file(&path)?;
//! # Ok(())
//! # }
//! ```
//!
//! # Many of them
//!
//! One a test takes milliseconds; they know nothing of each other. A suite that prefers one for all
//! keeps it where every thread sees it.
//!
//! ```
//! use nova_images::{Emulator, Fixture};
//! use std::sync::OnceLock;
//!
//! static NOVA: OnceLock<Emulator> = OnceLock::new();
//!
//! fn nova() -> &'static Emulator {
//!     NOVA.get_or_init(|| {
//!         let fixture = Fixture::docs().expect("a built-in set");
//!         let started = Emulator::builder().fixture(fixture).start();
//!         started.expect("a free port")
//!     })
//! }
//!
//! let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(|| nova().url())).collect();
//! for thread in threads {
//!     assert_eq!(thread.join().unwrap(), nova().url());
//! }
//!
//! let another = Emulator::builder().start()?;
//! assert_ne!(another.url(), nova().url());
//! # Ok::<(), nova_images::StartError>(())
//! ```
//!
//! Within one emulator there are spaces: clouds of their own under `/_space/{name}`, made in less time still
//! ([`Emulator::make_space`]).
//!
//! ```
//! # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
//! use nova_images::{Emulator, Fixture};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
//! let mine = nova.make_space("mine").make()?;
//! let yours = nova.make_space("yours").fixture(Fixture::named("devcloud")?).make()?;
//! assert!(client::get(&format!("{}/v2.1/images", mine.url()))?.contains("fakeimage7"));
//! assert!(!client::get(&format!("{}/v2.1/images", yours.url()))?.contains("fakeimage7"));
//!
//! // Each has a clock of its own, and goes back to where it began by itself.
//! mine.clock().advance(Duration::from_secs(60))?;
//! yours.reset()?;
//! assert!(nova.remove_space("mine"));
//! # Ok(())
//! # }
//! ```
//!
//! # What was asked
//!
//! The last requests are kept, with their answers and why some were refused ([`Emulator::requests`]).
//!
//! ```
//! # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
//! use nova_images::{Emulator, Fixture, Matching};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
//! client::get(&format!("{}/v2/openstack/images/detail", nova.url()))?;
//! client::get(&format!("{}/v2/openstack/images?limit=1", nova.url()))?;
//!
//! nova.requests().verify(2, Matching::operation("nova.images.*").status(200));
//! nova.requests().verify(0, Matching::all().method("DELETE"));
//! # Ok(())
//! # }
//! ```
//!
//! # What goes wrong
//!
//! [`StartError`] and [`FixtureError`] are one line to print, values to match, and keep what caused
//! them.
//!
//! ```
//! use nova_images::{Emulator, Fixture, FixtureError, StartError};
//!
//! let wrong = Fixture::parse("mine", r#"{"images": [{"id": "a", "created_at": "yesterday"}]}"#);
//! match wrong {
//!     Err(FixtureError::Wrong { path, .. }) => assert_eq!(path, "$.images[0].created_at"),
//!     other => panic!("{other:?}"),
//! }
//!
//! let nowhere = Emulator::builder().database("/no/such/folder/nova.db").start();
//! assert!(matches!(nowhere, Err(StartError::Store { .. })));
//! ```
//!
//! # What fails on demand
//!
//! A [`Fault`] says which requests, at which of them, and what happens: an error in the service's own
//! shape, a delay, a broken connection, half a body, images as they were. [`Emulator::faults`] takes them.
//!
//! ```
//! # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
//! use nova_images::{Emulator, Fault, Fixture};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
//! let image = format!("{}/v2.1/images/70a599e0-31e7-49b7-b260-868f441e862b", nova.url());
//! let admin = [("X-Auth-Token", "admin-token")];
//!
//! // The first deletion is answered with an error, and done all the same.
//! nova.faults().add(Fault::on("nova.images.delete").status(500).applied().times(1))?;
//! assert_eq!(client::ask("DELETE", &image, &admin, "")?.0, 500);
//! assert_eq!(client::ask("DELETE", &image, &admin, "")?.0, 404);
//! # Ok(())
//! # }
//! ```
//!
//! # Other servers
//!
//! [`Profile`] chooses which server it is, [`Microversion`] how new, [`WaldurApi`] which Waldur. An
//! [`Interceptor`] sees each request before it is answered: for what no fault says.
//!
//! # Features
//!
//! `cli`, on by default, is the command `nova-images` and what only it needs: clap and the log writer.
//! A library user turns it off with `default-features = false`.

mod api;
#[cfg(feature = "cli")]
mod cli;
mod config;
mod control;
mod domain;
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

#[cfg(feature = "cli")]
#[doc(hidden)]
pub use cli::run as run_command;
pub use config::{
    AuthMode, BaseUrlError, CloudCredentials, CloudDomain, CloudName, CloudProof, CloudScope,
    CloudSource, CloudStamp, CloudsError, ControlAccess, JournalMode, Microversion,
    MicroversionError, Place, Profile, Secret, ServiceInterface, ServiceInterfaceError,
    SettingError, SyncMode, UploadTransitions, UploadTransitionsError, UpstreamAuth,
    UpstreamConfig, UpstreamConfigError, UpstreamProxy, WaldurApi, WebOriginError, WebSource,
    WebSourceError,
};
pub use control::faults::{
    Fault, FaultId, FaultReply, FaultReport, FaultState, TooManyFaults, WrongFault,
};
pub use control::journal::{
    End, Entry, KeptBody, Matching, NearMiss, StatusError, Statuses, Times, TimesError,
};
pub use control::{Clock, ClockError, Fixture, FixtureError};
pub use domain::{
    BodyWanted, GlanceStatus, Image, ImageBuilder, Member, MemberStatus, Operation, Plan,
    Properties, PropertyValue, Timestamp, Transition, TransitionPlanError, Trigger, Visibility,
    Work,
};
pub use emulator::{
    Emulator, EmulatorBuilder, Exchange, Faults, Images, Interceptor, Requests, Space,
    SpaceBuilder, StartError, Verdict, WaitError, operations,
};
pub use http::{CutOff, Head, Refusal, Reply, ReplyStream, Wire};
pub use service::{
    FaultError, ImageControlError, PutImageError, ResetError, SnapshotError, SnapshotInfo,
    SpaceError, StateError,
};

/// The page about it is run as this manual is; its client comes with the command.
#[cfg(all(doctest, feature = "cli"))]
#[doc = include_str!("../docs/embedding.md")]
struct PageOnEmbedding;
