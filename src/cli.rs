//! The command line.

use crate::config::{AuthMode, Config, Microversion, Profile, WaldurApi};
use crate::control::{Clock, Fixture};
use crate::domain::Target;
use crate::emulator::Emulator;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// Which log lines are written unless `RUST_LOG` says otherwise: ours, not those of the machinery.
const DEFAULT_LOGS: &str = "info,actix_server=warn";

/// What a run that could not start ends with.
const EXIT_CANNOT_START: u8 = 2;

#[derive(Debug, Parser)]
#[command(
    name = "nova-images",
    version,
    about = "OpenStack Nova's image API in one binary"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve(Serve),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
struct Serve {
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
    #[arg(long, env = "NOVA_IMAGES_PUBLIC_URL", value_name = "URL", value_parser = base_url)]
    public_url: Option<String>,
    /// What alternate links begin with [default: {base}/image]
    #[arg(long, env = "NOVA_IMAGES_GLANCE_URL", value_name = "URL", value_parser = base_url)]
    glance_url: Option<String>,
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
    log_format: LogFormat,
}

/// Runs the command that the process was called with.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let serve = match cli.command {
        Some(Command::Serve(serve)) => serve,
        None => cli.serve,
    };
    start_logging(serve.log_format);
    match serve.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("nova-images: {reason}");
            ExitCode::from(EXIT_CANNOT_START)
        }
    }
}

impl Serve {
    fn run(self) -> Result<(), String> {
        let mut builder = Emulator::builder()
            .config(self.config())
            .listen(self.listen.clone())
            .clock(Clock::parse(&self.clock)?);
        let mut sign_in = None;
        for name in &self.fixture {
            let fixture = Fixture::named(name).map_err(|error| error.to_string())?;
            sign_in = sign_in.or_else(|| SignIn::of(&fixture));
            builder = builder.fixture(fixture);
        }
        let emulator = builder.start().map_err(|error| error.to_string())?;
        if let Some(path) = &self.port_file {
            write_port(path, emulator.address().port())?;
        }
        // Whoever closed the pipe does not want to read it.
        _ = std::io::stdout().write_all(self.greeting(&emulator, sign_in.as_ref()).as_bytes());
        let waited = emulator.stop_on_signal();
        waited.map_err(|error| format!("cannot wait for signals: {error}"))
    }

    fn config(&self) -> Config {
        Config {
            auth: self.auth,
            profile: self.profile,
            database: self.database.clone(),
            public_url: self.public_url.clone(),
            glance_url: self.glance_url.clone(),
            max_microversion: self.max_microversion,
            max_limit: self.max_limit,
            rate_limit: self.rate_limit,
            waldur_api: self.waldur_api,
            token_ttl: self.token_ttl,
            identity_listen: self.identity_listen.clone(),
            workers: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            ..Config::default()
        }
    }

    /// The base URL, lines to try it with, and what clients sign in with.
    fn greeting(&self, emulator: &Emulator, sign_in: Option<&SignIn>) -> String {
        let url = emulator.url();
        let project = emulator.default_project_id();
        let token = match (self.auth, emulator.example_token()) {
            (AuthMode::Strict, Some(token)) => format!(" -H 'X-Auth-Token: {token}'"),
            _ => String::new(),
        };
        let list = format!("{url}/v2/{project}/images/detail");
        let mut lines = vec![
            format!("nova-images listens on {url}"),
            String::new(),
            format!("  curl -s {url}/"),
            format!("  curl -s{token} {list}"),
        ];
        if matches!(self.profile, Profile::Default | Profile::Juno) {
            lines.push(format!(
                "  curl -s{token} -H 'Accept: application/xml' {list}"
            ));
        }
        if let Some(sign_in) = sign_in {
            lines.push(String::new());
            lines.extend(sign_in.exports(&url, self.profile));
        }
        lines.join("\n") + "\n"
    }
}

/// A user of a fixture, with the password that only the fixture still knows.
struct SignIn {
    user: String,
    password: String,
    project: String,
}

impl SignIn {
    /// The first user with a password and a role on a project.
    fn of(fixture: &Fixture) -> Option<Self> {
        let directory = &fixture.directory;
        directory.users.iter().find_map(|user| {
            let project = user.grants.iter().find_map(|grant| match &grant.target {
                Target::Project(id) => directory.project(id),
                Target::Domain(_) | Target::System => None,
            })?;
            Some(Self {
                user: user.name.clone(),
                password: user.password.clone()?,
                project: project.name.clone(),
            })
        })
    }

    /// The environment of clients: of today, or of Juno's time.
    fn exports(&self, url: &str, profile: Profile) -> Vec<String> {
        let Self {
            user,
            password,
            project,
        } = self;
        let account = format!("OS_USERNAME={user} OS_PASSWORD={password}");
        let region = "OS_REGION_NAME=RegionOne";
        match profile {
            Profile::Juno => vec![format!(
                "  export OS_AUTH_URL={url}/v2.0 {account} OS_TENANT_NAME={project} {region}"
            )],
            Profile::Default | Profile::Nova34 | Profile::Otc => vec![
                format!("  export OS_AUTH_URL={url}/v3 OS_IDENTITY_API_VERSION=3 {region}"),
                format!("  export {account} OS_PROJECT_NAME={project}"),
                "  export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default".to_owned(),
            ],
        }
    }
}

fn base_url(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    match rest {
        Some(host) if !host.trim_end_matches('/').is_empty() => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("must be an http:// or https:// URL".to_owned()),
    }
}

/// Written beside and moved, so that whoever waits for the file never reads half of it.
fn write_port(path: &std::path::Path, port: u16) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("port file {}: {error}", path.display());
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    std::fs::write(&partial, format!("{port}\n")).map_err(failed)?;
    std::fs::rename(&partial, path).map_err(failed)
}

fn start_logging(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(DEFAULT_LOGS));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second logger in one process is refused; the first one stays.
    _ = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
}
