//! `nova-images serve`: its options, and what it does.

use super::error::CommandError;
use super::greeting::{Greeting, SignIn};
use super::log::LogFormat;
use super::{port_file, signal};
use crate::config::{AuthMode, BaseUrl, Config, Microversion, Profile, WaldurApi};
use crate::control::{Clock, Fixture};
use crate::emulator::Emulator;
use std::io::Write as _;
use std::path::PathBuf;

/// The options.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Address and port; port 0 takes a free one
    #[arg(long, env = "NOVA_IMAGES_LISTEN", default_value = "127.0.0.1:8774")]
    listen: String,
    /// Write the bound port to this file once the server answers
    #[arg(long, env = "NOVA_IMAGES_PORT_FILE", value_name = "PATH")]
    port_file: Option<PathBuf>,
    /// Keep the data in this SQLite file instead of in memory
    #[arg(long, env = "NOVA_IMAGES_DATABASE", value_name = "PATH")]
    database: Option<PathBuf>,
    /// Start from this data set: docs, devcloud, edge, none, or a file; may be repeated
    #[arg(
        long,
        env = "NOVA_IMAGES_FIXTURE",
        value_name = "NAME|PATH",
        value_delimiter = ',',
        default_value = "docs"
    )]
    fixture: Vec<String>,
    /// Whether requests need a token
    #[arg(long, env = "NOVA_IMAGES_AUTH", value_enum, default_value_t)]
    auth: AuthMode,
    /// Which server to be
    #[arg(long, env = "NOVA_IMAGES_PROFILE", value_enum, default_value_t)]
    profile: Profile,
    /// What links begin with, instead of the request's Host
    #[arg(long, env = "NOVA_IMAGES_PUBLIC_URL", value_name = "URL")]
    public_url: Option<BaseUrl>,
    /// What alternate links begin with [default: {base}/image]
    #[arg(long, env = "NOVA_IMAGES_GLANCE_URL", value_name = "URL")]
    glance_url: Option<BaseUrl>,
    /// Newest microversion to advertise and accept [default: 2.35; profile nova-34: 2.104]
    #[arg(long, env = "NOVA_IMAGES_MAX_MICROVERSION", value_name = "VERSION")]
    max_microversion: Option<Microversion>,
    /// Page size up to which next links are made
    #[arg(long, env = "NOVA_IMAGES_MAX_LIMIT", value_name = "IMAGES", default_value_t = 1000,
        value_parser = clap::value_parser!(u64).range(1..))]
    max_limit: u64,
    /// Requests a minute per verb and caller, as Nova 2014.2 limits them [default: no limit]
    #[arg(long, env = "NOVA_IMAGES_RATE_LIMIT", value_name = "REQUESTS",
        value_parser = clap::value_parser!(u32).range(1..))]
    rate_limit: Option<u32>,
    /// Which release of Waldur's API to answer with under /api/openstack-images
    #[arg(long, env = "NOVA_IMAGES_WALDUR_API", value_enum, default_value_t)]
    waldur_api: WaldurApi,
    /// Seconds that a token lives
    #[arg(long, env = "NOVA_IMAGES_TOKEN_TTL", value_name = "SECONDS", default_value_t = 86_400,
        value_parser = clap::value_parser!(u32).range(1..))]
    token_ttl: u32,
    /// Serve Keystone at the root of this address too
    #[arg(long, env = "NOVA_IMAGES_IDENTITY_LISTEN", value_name = "ADDRESS:PORT")]
    identity_listen: Option<String>,
    /// `real`, or an RFC 3339 time at which the clock stands still
    #[arg(
        long,
        env = "NOVA_IMAGES_CLOCK",
        value_name = "real|TIME",
        default_value = "real"
    )]
    clock: String,
    /// How log lines look; `RUST_LOG` chooses which
    #[arg(
        long,
        env = "NOVA_IMAGES_LOG_FORMAT",
        value_enum,
        default_value = "text"
    )]
    pub log_format: LogFormat,
}

impl Serve {
    /// Serves until a signal comes.
    ///
    /// # Errors
    /// When it cannot start.
    pub fn run(self) -> Result<(), CommandError> {
        let mut builder = Emulator::builder()
            .config(self.config())
            .listen(self.listen.clone())
            .clock(Clock::parse(&self.clock)?);
        let mut sign_in = None;
        for name in &self.fixture {
            let fixture = Fixture::named(name)?;
            sign_in = sign_in.or_else(|| SignIn::of(&fixture));
            builder = builder.fixture(fixture);
        }
        let emulator = builder.start()?;
        if let Some(path) = &self.port_file {
            port_file::write(path, emulator.address().port())?;
        }
        let greeting = Greeting {
            emulator: &emulator,
            auth: self.auth,
            profile: self.profile,
            sign_in: sign_in.as_ref(),
        };
        // Whoever closed the pipe does not want to read it.
        _ = std::io::stdout().write_all(greeting.to_string().as_bytes());
        signal::wait()?;
        emulator.stop();
        Ok(())
    }

    fn config(&self) -> Config {
        Config {
            auth: self.auth,
            profile: self.profile,
            database: self.database.clone(),
            public_url: self.public_url.clone().map(BaseUrl::into),
            glance_url: self.glance_url.clone().map(BaseUrl::into),
            max_microversion: self.max_microversion,
            max_limit: self.max_limit,
            rate_limit: self.rate_limit,
            waldur_api: self.waldur_api,
            token_ttl: self.token_ttl,
            identity_listen: self.identity_listen.clone(),
            workers: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        }
    }
}
