//! How an emulator is started, however that was said: flags, environment, or the library's builder.

mod base_url;
mod clouds;
mod secret;
mod service_url;
mod upload_transitions;
mod upstream;
mod upstream_proxy;
mod web_origin;
mod web_source;

pub use base_url::{BaseUrl, BaseUrlError};
pub use clouds::{
    CloudCredentials, CloudDomain, CloudName, CloudProof, CloudScope, CloudSource, CloudStamp,
    CloudsError, Place, ServiceInterface, ServiceInterfaceError,
};
pub use secret::Secret;
pub use service_url::{GLANCE_VERSIONS, unversioned};
pub use upload_transitions::{UploadTransitions, UploadTransitionsError};
pub use upstream::{UpstreamAuth, UpstreamConfig, UpstreamConfigError};
pub use upstream_proxy::UpstreamProxy;
pub use web_origin::WebOriginError;
pub use web_source::{WebSource, WebSourceError};

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use web_origin::{check_host, check_origin};

/// Whether requests need a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum AuthMode {
    /// None is needed: the caller is a member of the project in the URL.
    #[default]
    Open,
    /// A valid one is needed, as in a real cloud.
    Strict,
}

/// What a write to a database file waits for before it is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum SyncMode {
    /// For the disk: what was answered survives a power cut.
    #[default]
    Full,
    /// For the operating system: what was answered survives the end of the process; a power cut may
    /// take the last of it.
    Normal,
}

/// Which server it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Profile {
    /// Made for users: Juno's API at /v2, today's at /v2.1, accidents of the real servers left out.
    #[default]
    Default,
    /// A Nova 2014.2, exactly.
    Juno,
    /// A Nova 34, exactly.
    #[cfg_attr(feature = "cli", value(name = "nova-34"))]
    Nova34,
    /// The Open Telekom Cloud's flavour.
    Otc,
}

/// Which release of Waldur's API `/api/openstack-images` answers as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum WaldurApi {
    /// As published in November 2025.
    #[default]
    #[cfg_attr(feature = "cli", value(name = "2025"))]
    V2025,
    /// As the clients 8.1 expect it: with the fields for rescue images.
    #[cfg_attr(feature = "cli", value(name = "2026"))]
    V2026,
}

/// What the control API under `/_control` does for those who may ask it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum ControlAccess {
    /// Nothing but telling its health.
    Off,
    /// What changes nothing.
    Read,
    /// All of it.
    Full,
}

/// Whether what is asked and answered is kept for a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum JournalMode {
    /// It is not.
    Off,
    /// It is, as much of it as there is room for.
    #[default]
    On,
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
    /// The first one there was.
    pub const OLDEST: Self = Self::v2(1);
    /// The newest that is known: that of Nova 34.
    pub const NEWEST: Self = Self::v2(104);

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
    type Err = MicroversionError;

    /// Reads a text such as `2.35`.
    fn from_str(text: &str) -> Result<Self, MicroversionError> {
        let number = |digits: &str| -> Result<u32, MicroversionError> {
            digits.parse().map_err(|source| MicroversionError::Number {
                text: text.to_owned(),
                source,
            })
        };
        let other = || MicroversionError::Form {
            text: text.to_owned(),
        };
        let (major, minor) = text.split_once('.').ok_or_else(other)?;
        let version = Self {
            major: number(major)?,
            minor: number(minor)?,
        };
        if version < Self::OLDEST || version.major > 2 {
            return Err(other());
        }
        Ok(version)
    }
}

/// Why a text is no microversion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MicroversionError {
    /// It is not `2.N`, with N from 1 on.
    #[error("{text:?} is no microversion such as 2.35")]
    Form {
        /// The text.
        text: String,
    },
    /// One side of the dot is no number.
    #[error("{text:?} is no microversion such as 2.35: {source}")]
    Number {
        /// The text.
        text: String,
        /// What is wrong with it.
        source: std::num::ParseIntError,
    },
}

/// Most bytes of an image's data when nothing else is said: Glance's own bound (`image_size_cap`), 1 TiB.
pub const MOST_IMAGE_BYTES: u64 = 1 << 40;

/// Most entries of the journal when nothing else is said.
pub const JOURNAL_ENTRIES: usize = 1000;

/// Most bytes that they take when nothing else is said: 2 MiB.
pub const JOURNAL_BYTES: usize = 2 * 1024 * 1024;

/// Most bytes that are kept of each body when nothing else is said: 64 KiB.
pub const JOURNAL_BODY_BYTES: usize = 64 * 1024;

/// Spaces at once when nothing else is said: more than a server's memory mostly takes.
pub const MOST_SPACES: usize = 10_000;

/// What one cloud is, whichever server it is on.
#[derive(Clone, Debug)]
pub struct SpaceConfig {
    /// Whether requests need a token.
    pub auth: AuthMode,
    /// Which server it is.
    pub profile: Profile,
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
    /// Tokens that are kept, besides the fixture's; beyond that the oldest go.
    pub max_tokens: usize,
    /// Services by type and URL that the catalogue has in place of its own, or beside them; the URL may
    /// hold `$(project_id)s`.
    pub catalog: Vec<(String, String)>,
    /// The region of the catalogue; the profile's own when missing.
    pub region: Option<String>,
    /// How images become active whose data were uploaded.
    pub uploads: UploadTransitions,
    /// That it stands in for clients in front of a real cloud, if it does.
    pub stand_in: Option<StandIn>,
}

/// A space that shows a real cloud's images to clients that cannot sign in there.
#[derive(Clone, Debug)]
pub struct StandIn {
    /// What clients have to show; nothing when missing.
    pub client_secret: Option<Secret>,
}

/// What all clouds of a server share.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The file that holds the data of the server's own cloud; in memory when missing.
    pub database: Option<PathBuf>,
    /// The folder that keeps the snapshots of its own space; in memory without one.
    pub snapshot_dir: Option<PathBuf>,
    /// What a write to it waits for.
    pub sync: SyncMode,
    /// How long a write waits for another process that has it locked.
    pub lock_patience: Duration,
    /// What links begin with; the request's `Host` when missing.
    pub public_url: Option<String>,
    /// A listener for the identity service alone, beside the shared one.
    pub identity_listen: Option<String>,
    /// A listener for the image service alone, beside the shared one.
    pub image_listen: Option<String>,
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
    /// Whether a request may bring a fault of its own.
    pub request_faults: bool,
    /// Connections at once; when missing, what the process's descriptors allow.
    pub max_connections: Option<usize>,
    /// Spaces at once, besides its own.
    pub max_spaces: usize,
    /// Most bytes of an image's data.
    pub max_image_size: u64,
    /// From where data may be fetched by their URI; from nowhere when empty.
    pub web_download: Vec<WebSource>,
    /// Whether what is asked and answered is kept for a while.
    pub journal: JournalMode,
    /// Most entries of the journal; the oldest go.
    pub journal_entries: usize,
    /// Most bytes that they take in memory.
    pub journal_bytes: usize,
    /// Most bytes that are kept of each body.
    pub journal_body_bytes: usize,
    /// The real cloud whose images are served; the server's own when missing.
    pub upstream: Option<UpstreamConfig>,
    /// Whether data are removed that other servers of this machine left behind when they were killed.
    pub sweeps: bool,
    /// How long a body that is wanted whole may take, and the window over which a stream must move
    /// 1 kB/s, either way.
    pub patience: Duration,
    /// How long requests under way may take when the server is stopped, in whole seconds.
    pub stop_within: Duration,
    /// Threads that answer requests.
    pub workers: usize,
    /// Is told how many steps SQLite takes in a database file: the measure of tests of what scales.
    pub steps: Option<Arc<AtomicU64>>,
}

impl Default for SpaceConfig {
    fn default() -> Self {
        Self {
            auth: AuthMode::default(),
            profile: Profile::default(),
            glance_url: None,
            max_microversion: None,
            max_limit: 1000,
            rate_limit: None,
            waldur_api: WaldurApi::default(),
            token_ttl: 86_400,
            max_tokens: 100_000,
            catalog: Vec::new(),
            region: None,
            uploads: UploadTransitions::default(),
            stand_in: None,
        }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            database: None,
            snapshot_dir: None,
            sync: SyncMode::default(),
            lock_patience: Duration::from_secs(5),
            public_url: None,
            identity_listen: None,
            image_listen: None,
            control: None,
            control_token: None,
            control_listen: None,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            request_faults: false,
            max_connections: None,
            max_spaces: MOST_SPACES,
            max_image_size: MOST_IMAGE_BYTES,
            web_download: Vec::new(),
            journal: JournalMode::default(),
            journal_entries: JOURNAL_ENTRIES,
            journal_bytes: JOURNAL_BYTES,
            journal_body_bytes: JOURNAL_BODY_BYTES,
            upstream: None,
            sweeps: false,
            patience: Duration::from_secs(30),
            stop_within: Duration::from_secs(5),
            workers: 1,
            steps: None,
        }
    }
}

impl SpaceConfig {
    /// What is given as it is used.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn checked(mut self) -> Result<Self, SettingError> {
        self.glance_url = checked_url("Glance", self.glance_url)?;
        match self.max_microversion {
            Some(version) if version > Microversion::NEWEST => {
                Err(SettingError::Microversion { version })
            }
            _ => Ok(self),
        }
    }
}

impl ServerConfig {
    /// What the control API does, said or not.
    #[must_use]
    pub fn control_access(&self) -> ControlAccess {
        let usual = match self.database {
            Some(_) => ControlAccess::Read,
            None => ControlAccess::Full,
        };
        self.control.unwrap_or(usual)
    }

    /// What is given as it is used.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn checked(mut self) -> Result<Self, SettingError> {
        self.public_url = checked_url("public", self.public_url)?;
        self.upstream = self.upstream.map(UpstreamConfig::checked).transpose()?;
        for origin in &self.allow_origins {
            check_origin(origin).map_err(|source| SettingError::WebOrigin {
                setting: "origin",
                text: origin.clone(),
                source,
            })?;
        }
        for host in &self.allow_hosts {
            check_host(host).map_err(|source| SettingError::WebOrigin {
                setting: "host",
                text: host.clone(),
                source,
            })?;
        }
        if let Some(path) = &self.database {
            let text = path.to_string_lossy();
            if text.is_empty() || text == ":memory:" || text.starts_with("file:") {
                return Err(SettingError::Database { path: path.clone() });
            }
        }
        Ok(self)
    }
}

fn checked_url(setting: &'static str, url: Option<String>) -> Result<Option<String>, SettingError> {
    let Some(text) = url else {
        return Ok(None);
    };
    let parsed: Result<BaseUrl, _> = text.parse();
    match parsed {
        Ok(parsed) => Ok(Some(parsed.into())),
        Err(source) => Err(SettingError::Url {
            setting,
            text,
            source,
        }),
    }
}

/// Why a setting makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// Links cannot begin with this.
    #[error("the {setting} URL {text:?} {source}")]
    Url {
        /// Which URL.
        setting: &'static str,
        /// What it was to be.
        text: String,
        /// Why not.
        source: BaseUrlError,
    },
    /// No real cloud can be asked so.
    #[error(transparent)]
    Upstream(#[from] UpstreamConfigError),
    /// No client says this of where it is, or whom it asks.
    #[error("the allowed {setting} {text:?} {source}")]
    WebOrigin {
        /// An origin, or a host.
        setting: &'static str,
        /// What was allowed.
        text: String,
        /// Why it is none.
        source: WebOriginError,
    },
    /// Nobody knows what this microversion is to be.
    #[error(
        "microversion {version} is not known: the newest is {}",
        Microversion::NEWEST
    )]
    Microversion {
        /// Which.
        version: Microversion,
    },
    /// This is SQLite's word for something else than a file.
    #[error(
        "the database {:?} is no file; without a database the data are in memory",
        path.display()
    )]
    Database {
        /// What was given.
        path: PathBuf,
    },
}
