//! How an emulator is started, however that was said: flags, environment, or the library's builder.

use std::path::PathBuf;
use std::time::Duration;

/// Whether requests need a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum AuthMode {
    /// None is needed: the caller is a member of the project in the URL.
    #[default]
    Open,
    /// A valid one is needed, as in a real cloud.
    Strict,
}

/// Which server it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// Made for users: Juno's API at /v2, today's at /v2.1, accidents of the real servers left out.
    #[default]
    Default,
    /// A Nova 2014.2, exactly.
    Juno,
    /// A Nova 34, exactly.
    #[value(name = "nova-34")]
    Nova34,
    /// The Open Telekom Cloud's flavour.
    Otc,
}

/// Which release of Waldur's API `/api/openstack-images` answers as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum WaldurApi {
    /// As published in November 2025.
    #[default]
    #[value(name = "2025")]
    V2025,
    /// As the clients 8.1 expect it: with the fields for rescue images.
    #[value(name = "2026")]
    V2026,
}

/// What the control API under `/_control` does for those who may ask it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ControlAccess {
    /// Nothing but telling its health.
    Off,
    /// What changes nothing.
    Read,
    /// All of it.
    Full,
}

/// A microversion of Nova.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Microversion {
    /// Always 2 so far.
    pub major: u32,
    /// What changes.
    pub minor: u32,
}

impl Microversion {
    /// A microversion of API 2.
    #[must_use]
    pub const fn v2(minor: u32) -> Self {
        Self { major: 2, minor }
    }
}

impl std::fmt::Display for Microversion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl std::str::FromStr for Microversion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no microversion such as 2.35");
        let (major, minor) = text.split_once('.').ok_or_else(wrong)?;
        let version = Self {
            major: major.parse().map_err(|_| wrong())?,
            minor: minor.parse().map_err(|_| wrong())?,
        };
        if version < Self::v2(1) || version.major > 2 {
            Err(wrong())
        } else {
            Ok(version)
        }
    }
}

/// Everything that can be chosen at the start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether requests need a token.
    pub auth: AuthMode,
    /// Which server it is.
    pub profile: Profile,
    /// The file that holds the data; in memory when missing.
    pub database: Option<PathBuf>,
    /// What links begin with; the request's `Host` when missing.
    pub public_url: Option<String>,
    /// What `alternate` links begin with; `{base}/image` when missing.
    pub glance_url: Option<String>,
    /// The newest microversion that is advertised and accepted; the profile's own when missing.
    pub max_microversion: Option<Microversion>,
    /// The page size up to which `next` links are made (Nova: `[api] max_limit`).
    pub max_limit: u64,
    /// Requests a minute per verb and caller; no limit when missing.
    pub rate_limit: Option<u32>,
    /// Which release of Waldur's API there is.
    pub waldur_api: WaldurApi,
    /// Seconds that a token lives.
    pub token_ttl: u32,
    /// A listener for the identity service alone, beside the shared one.
    pub identity_listen: Option<String>,
    /// What the control API does; when missing, all in memory and nothing that changes a database.
    pub control: Option<ControlAccess>,
    /// Whoever shows this to the control API need not be on this machine.
    pub control_token: Option<String>,
    /// A listener for the control API; the shared one then has only its health.
    pub control_listen: Option<String>,
    /// Hosts by whose names the control API may be asked, besides its own.
    pub allow_hosts: Vec<String>,
    /// Origins whose pages may ask the control API, besides its own.
    pub allow_origins: Vec<String>,
    /// Connections at once; when missing, what the process's descriptors allow.
    pub max_connections: Option<usize>,
    /// Tokens that are kept, besides the fixture's; beyond that the oldest go.
    pub max_tokens: usize,
    /// How long a body that is wanted whole may take, and the window over which a stream must move
    /// 1 kB/s, either way.
    pub patience: Duration,
    /// How long requests under way may take when the server is stopped, in whole seconds.
    pub stop_within: Duration,
    /// Threads that answer requests.
    pub workers: usize,
}

impl Config {
    /// What the control API does, said or not.
    #[must_use]
    pub fn control_access(&self) -> ControlAccess {
        let usual = match self.database {
            Some(_) => ControlAccess::Read,
            None => ControlAccess::Full,
        };
        self.control.unwrap_or(usual)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            auth: AuthMode::default(),
            profile: Profile::default(),
            database: None,
            public_url: None,
            glance_url: None,
            max_microversion: None,
            max_limit: 1000,
            rate_limit: None,
            waldur_api: WaldurApi::default(),
            token_ttl: 86_400,
            identity_listen: None,
            control: None,
            control_token: None,
            control_listen: None,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            max_connections: None,
            max_tokens: 100_000,
            patience: Duration::from_secs(30),
            stop_within: Duration::from_secs(5),
            workers: 1,
        }
    }
}
