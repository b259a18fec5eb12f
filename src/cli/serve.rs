//! `nova-images serve`: its options, and what it does.

use super::bar::Bar;
use super::error::CommandError;
use super::greeting::Greeting;
use super::log::{FORMAT_VARIABLE, LogFormat};
use super::port_file::{OwnAddresses, PortFile};
use super::signal::Signals;
use super::tour::Tour;
use super::upstream::Cloud;
use crate::config::{
    AuthMode, BaseUrl, ControlAccess, JOURNAL_BODY_BYTES, JOURNAL_BYTES, JOURNAL_ENTRIES,
    JournalMode, MOST_IMAGE_BYTES, MOST_SPACES, Microversion, Profile, ServerConfig, SpaceConfig,
    SyncMode, UploadTransitions, UpstreamAuth, UpstreamConfig, WaldurApi, WebSource,
};
use crate::control::{Clock, Fixture, is_built_in};
use crate::domain::{Untold, processors};
use crate::emulator::Emulator;
use crate::service::Reread;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The options.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Address and port; port 0 takes a free one
    #[arg(long, env = "NOVA_IMAGES_LISTEN", default_value = "127.0.0.1:8774")]
    listen: String,
    /// Write the bound port to this file while the server answers, and the addresses that Keystone,
    /// Glance and the control API have of their own to PATH.identity, PATH.image and PATH.control
    #[arg(long, env = "NOVA_IMAGES_PORT_FILE", value_name = "PATH")]
    port_file: Option<PathBuf>,
    /// Keep the data in this SQLite file instead of in memory
    #[arg(long, env = "NOVA_IMAGES_DATABASE", value_name = "PATH")]
    database: Option<PathBuf>,
    /// Keep snapshots (`/_control/snapshots`) in this folder, across starts, instead of in memory
    #[arg(long, env = "NOVA_IMAGES_SNAPSHOT_DIR", value_name = "PATH")]
    snapshot_dir: Option<PathBuf>,
    /// What a write to that file waits for before it is answered: the disk, or the operating system
    #[arg(long, env = "NOVA_IMAGES_SYNC", value_enum, default_value_t)]
    sync: SyncMode,
    /// Start from this: docs, devcloud, edge, none, a file, a folder, a name with wild cards, or -; may be
    /// repeated [default: docs, for a new database]
    #[arg(long, env = "NOVA_IMAGES_FIXTURE", value_name = "NAME|PATH")]
    pub fixture: Vec<String>,
    /// Whether requests need a token
    #[arg(long, env = "NOVA_IMAGES_AUTH", value_enum, default_value_t)]
    auth: AuthMode,
    /// Which server to be
    #[arg(long, env = "NOVA_IMAGES_PROFILE", value_enum, default_value_t)]
    profile: Profile,
    /// What links begin with, instead of the request's Host, and what clients are told to use
    #[arg(long, env = "NOVA_IMAGES_PUBLIC_URL", value_name = "URL")]
    public_url: Option<BaseUrl>,
    /// What alternate links begin with; with the profiles default and otc the catalogue's image entry,
    /// too [default: {base}/image]
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
    /// Serve Glance at the root of this address too
    #[arg(long, env = "NOVA_IMAGES_IMAGE_LISTEN", value_name = "ADDRESS:PORT")]
    image_listen: Option<String>,
    /// Put a service into the catalogue, in place of the one of its type; the URL may hold
    /// `$(project_id)s`; may be repeated
    #[arg(long, env = "NOVA_IMAGES_CATALOG", value_name = "TYPE=URL", value_parser = service)]
    catalog: Vec<(String, String)>,
    /// What the catalogue calls the region [default: `RegionOne`; profile otc: `eu-de`]
    #[arg(long, env = "NOVA_IMAGES_REGION", value_name = "NAME")]
    region: Option<String>,
    /// What `/_control` does [default: full in memory, read with a database]; said expressly, full is
    /// for listeners beyond this machine, too
    #[arg(long, env = "NOVA_IMAGES_CONTROL", value_enum)]
    control: Option<ControlAccess>,
    /// Whoever shows this may use `/_control`, by any host's name and from anywhere
    #[arg(
        long,
        env = "NOVA_IMAGES_CONTROL_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    control_token: Option<String>,
    /// Serve `/_control` here; the shared listener then has only its health
    #[arg(long, env = "NOVA_IMAGES_CONTROL_LISTEN", value_name = "ADDRESS:PORT")]
    control_listen: Option<String>,
    /// Let `/_control` be asked by this host's name, too; may be repeated
    #[arg(long, env = "NOVA_IMAGES_ALLOW_HOST", value_name = "NAME")]
    allow_host: Vec<String>,
    /// Let pages of this origin use `/_control`; may be repeated
    #[arg(long, env = "NOVA_IMAGES_ALLOW_ORIGIN", value_name = "URL")]
    allow_origin: Vec<String>,
    /// Let a request bring a fault of its own: `X-Nova-Images-Fault: status=503`
    #[arg(long, env = "NOVA_IMAGES_REQUEST_FAULTS", value_name = "true|false",
        num_args = 0..=1, require_equals = true, default_value_t = false, hide_default_value = true,
        default_missing_value = "true", hide_possible_values = true, action = clap::ArgAction::Set,
        value_parser = clap::builder::BoolishValueParser::new())]
    request_faults: bool,
    /// Connections at once; health is answered beyond [default: what open files allow]
    #[arg(long, env = "NOVA_IMAGES_MAX_CONNECTIONS", value_name = "CONNECTIONS",
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    max_connections: Option<usize>,
    /// Tokens kept besides the fixture's; the oldest go
    #[arg(long, env = "NOVA_IMAGES_MAX_TOKENS", value_name = "TOKENS", default_value_t = 100_000,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    max_tokens: usize,
    /// Most bytes of an image's data [default: 1 TiB, as Glance has it]
    #[arg(long, env = "NOVA_IMAGES_MAX_IMAGE_SIZE", value_name = "BYTES",
        default_value_t = MOST_IMAGE_BYTES, hide_default_value = true,
        value_parser = clap::value_parser!(u64).range(1..))]
    max_image_size: u64,
    /// Let clients have image data fetched by an http URI: from public addresses at port 80, or from
    /// this host, wherever it is; may be repeated
    #[arg(long, env = "NOVA_IMAGES_ALLOW_WEB_DOWNLOAD", value_name = "public|HOST:PORT",
        num_args = 0..=1, require_equals = true, default_missing_value = "public")]
    allow_web_download: Vec<WebSource>,
    /// Whether what is asked and answered is kept for `/_control/requests`
    #[arg(long, env = "NOVA_IMAGES_JOURNAL", value_enum, default_value_t)]
    journal: JournalMode,
    /// Entries that it keeps; the oldest go
    #[arg(long, env = "NOVA_IMAGES_JOURNAL_ENTRIES", value_name = "ENTRIES",
        default_value_t = JOURNAL_ENTRIES,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    journal_entries: usize,
    /// Bytes of memory that its entries take [default: 2 MiB]
    #[arg(long, env = "NOVA_IMAGES_JOURNAL_BYTES", value_name = "BYTES",
        default_value_t = JOURNAL_BYTES, hide_default_value = true,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    journal_bytes: usize,
    /// Bytes that it keeps of each body [default: 64 KiB]
    #[arg(long, env = "NOVA_IMAGES_JOURNAL_BODY_BYTES", value_name = "BYTES",
        default_value_t = JOURNAL_BODY_BYTES, hide_default_value = true)]
    journal_body_bytes: usize,
    /// How an image becomes active once its data are uploaded: at once, so many seconds later on the
    /// clock (clock: 5), behind so many answers that show it saving (reads: 3), or by `/_control`
    #[arg(
        long,
        env = "NOVA_IMAGES_TRANSITIONS",
        value_name = "immediate|clock[=SECONDS]|reads[=N]|manual",
        default_value = "immediate"
    )]
    transitions: UploadTransitions,
    /// Spaces at once, besides the server's own
    #[arg(long, env = "NOVA_IMAGES_MAX_SPACES", value_name = "SPACES",
        default_value_t = MOST_SPACES)]
    max_spaces: usize,
    /// `real`, or an RFC 3339 time at which the clock stands still
    #[arg(
        long,
        env = "NOVA_IMAGES_CLOCK",
        value_name = "real|TIME",
        default_value = "real"
    )]
    clock: String,
    /// Draw the same ids at every start
    #[arg(long, env = "NOVA_IMAGES_SEED", value_name = "NUMBER")]
    seed: Option<u64>,
    #[command(flatten)]
    upstream: Cloud,
    /// How log lines look; `RUST_LOG` chooses which
    #[arg(
        long,
        env = FORMAT_VARIABLE,
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
        // Before anything can fail: a file of an earlier run leads clients astray.
        let port_file = self.port_file.as_deref().map(PortFile::clear).transpose()?;
        let clock = Clock::parse(&self.clock)?;
        let bar = Bar::default();
        let server = self.server()?;
        let auth = self.auth_beside(server.upstream.as_ref());
        let mut builder = Emulator::builder()
            .configs(server, self.space())
            .listen(self.listen.clone())
            .reread(self.reread())
            .clock(clock);
        let mut tour = Tour::default();
        // Images and users of a real cloud are there.
        if !self.upstream.is_there() || !self.fixture.is_empty() {
            let fixture = self.fixture(&bar)?;
            tour = Tour::of(&fixture, self.is_built_in(), self.auth);
            builder = builder.fixture(fixture);
        }
        builder = builder.progress(bar);
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        let emulator = builder.start()?;
        let signals = Signals::keep()?;
        if let Some(port_file) = &port_file {
            let own = OwnAddresses {
                identity: emulator.identity_address(),
                image: emulator.image_address(),
                control: emulator.control_address(),
            };
            port_file.write(emulator.address().port(), own)?;
        }
        let greeting = Greeting {
            listens_on: format!("http://{}", emulator.address()),
            base: emulator.public_url(),
            identity: emulator.identity_address().map(|_| emulator.identity_url()),
            image: emulator.image_address().map(|_| emulator.image_url()),
            control: emulator.control_address().map(|_| emulator.control_url()),
            auth,
            profile: self.profile,
            region: emulator.region(),
            tour: &tour,
        };
        // Whoever closed the pipe does not want to read it.
        _ = std::io::stdout().write_all(greeting.to_string().as_bytes());
        signals.end_by(move || {
            // Nobody is sent here any more while requests under way finish.
            drop(port_file);
            emulator.stop();
        })
    }

    /// What it starts from. Without a word a new server has the published images, and one over a
    /// database that is there already nothing but what is in it.
    fn fixture(&self, bar: &Bar) -> Result<Fixture, CommandError> {
        let mut fixture = if self.fixture.is_empty() {
            let mut fixture = Fixture::docs()?;
            if self.database.as_deref().is_some_and(is_begun) {
                fixture.forget_images();
            }
            fixture
        } else {
            Fixture::open(&self.fixture, bar)?
        };
        fixture.complete();
        Ok(fixture)
    }

    /// Whether something has to be shown: a real cloud wants to know who asks, and clients that it does
    /// not know may have a secret.
    fn auth_beside(&self, upstream: Option<&UpstreamConfig>) -> AuthMode {
        let is_strict = |cloud: &UpstreamConfig| {
            cloud.auth == UpstreamAuth::Passthrough || cloud.client_secret.is_some()
        };
        match upstream.is_some_and(is_strict) {
            true => AuthMode::Strict,
            false => self.auth,
        }
    }

    fn is_built_in(&self) -> bool {
        self.fixture.iter().all(|name| is_built_in(name))
    }

    /// How a file goes back to its fixture, if one was named.
    fn reread(&self) -> Option<Reread> {
        let names = self.fixture.clone();
        (!names.is_empty()).then(|| Reread::by(move || Fixture::open(&names, &Untold)))
    }

    fn server(&self) -> Result<ServerConfig, CommandError> {
        Ok(ServerConfig {
            database: self.database.clone(),
            snapshot_dir: self.snapshot_dir.clone(),
            sync: self.sync,
            public_url: self.public_url.clone().map(BaseUrl::into),
            identity_listen: self.identity_listen.clone(),
            image_listen: self.image_listen.clone(),
            control: self.control,
            control_token: self.control_token.clone(),
            control_listen: self.control_listen.clone(),
            allow_hosts: self.allow_host.clone(),
            allow_origins: self.allow_origin.clone(),
            request_faults: self.request_faults,
            max_connections: self.max_connections,
            max_spaces: self.max_spaces,
            max_image_size: self.max_image_size,
            web_download: self.allow_web_download.clone(),
            journal: self.journal,
            journal_entries: self.journal_entries,
            journal_bytes: self.journal_bytes,
            journal_body_bytes: self.journal_body_bytes,
            upstream: self.upstream.config()?,
            sweeps: true,
            workers: processors(),
            ..ServerConfig::default()
        })
    }

    fn space(&self) -> SpaceConfig {
        SpaceConfig {
            auth: self.auth,
            profile: self.profile,
            glance_url: self.glance_url.clone().map(BaseUrl::into),
            max_microversion: self.max_microversion,
            max_limit: self.max_limit,
            rate_limit: self.rate_limit,
            waldur_api: self.waldur_api,
            token_ttl: self.token_ttl,
            max_tokens: self.max_tokens,
            catalog: self.catalog.clone(),
            region: self.region.clone(),
            uploads: self.transitions,
            stand_in: None,
        }
    }
}

/// A service of the catalogue.
fn service(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((kind, url)) if !kind.is_empty() && !url.is_empty() => {
            Ok((kind.to_owned(), url.to_owned()))
        }
        _ => Err(format!("{text:?} is not TYPE=URL")),
    }
}

/// Whether a database has been written to.
fn is_begun(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() > 0)
}
