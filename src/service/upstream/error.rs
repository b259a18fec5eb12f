//! Why a service of the real cloud gave no answer.

use crate::config::CloudsError;
use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Why a service of the real cloud gave no answer, or none that counts.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// Nobody knows its name, nobody listens there, or TLS does not come about.
    #[error("{authority} cannot be reached: {source}")]
    Unreachable {
        /// Host and port.
        authority: Arc<str>,
        /// What the operating system or TLS says.
        source: io::Error,
    },
    /// It takes too long.
    #[error("{authority} took longer than {limit:?} to {what}")]
    Late {
        /// Host and port.
        authority: Arc<str>,
        /// What was waited for.
        what: &'static str,
        /// How long.
        limit: Duration,
    },
    /// The connection broke, or what came over it is not HTTP.
    #[error("{authority} broke off: {source}")]
    Broken {
        /// Host and port.
        authority: Arc<str>,
        /// In which way.
        source: hyper::Error,
    },
    /// More came than is taken.
    #[error("{authority} answered with more than {most} bytes")]
    TooLong {
        /// Host and port.
        authority: Arc<str>,
        /// What is taken, in bytes.
        most: usize,
    },
    /// What came is not what such a service answers.
    #[error("{authority} answered something else than was asked for: {what}")]
    Strange {
        /// Host and port.
        authority: Arc<str>,
        /// What is wrong with it.
        what: String,
        /// What found that out.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// It leads to another server, which is not shown what this one was told to show it.
    #[error(
        "{authority} leads to {to}, and tokens are shown to nobody but whom this server was told of: if it \
         is to be asked there, say so (--upstream-url, --keystone-url)"
    )]
    Away {
        /// Host and port.
        authority: Arc<str>,
        /// The scheme, host and port that it leads to.
        to: String,
    },
    /// It leads on and on.
    #[error("{authority} leads from one place to the next, more than {most} times")]
    Circles {
        /// Host and port.
        authority: Arc<str>,
        /// How often it is followed.
        most: usize,
    },
    /// A request could not be written.
    #[error("no request can be made: {0}")]
    Request(#[from] http::Error),
    /// This server is being stopped.
    #[error("the server is being stopped")]
    Stopped,
}

impl UpstreamError {
    /// Whether it may go better at once, on another connection.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            // A certificate, or a proxy, that says no will do so again.
            Self::Unreachable { source, .. } => !matches!(
                source.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::PermissionDenied
            ),
            Self::Broken { source, .. } => !source.is_parse(),
            Self::Late { .. }
            | Self::TooLong { .. }
            | Self::Strange { .. }
            | Self::Away { .. }
            | Self::Circles { .. }
            | Self::Request(_)
            | Self::Stopped => false,
        }
    }
}

/// Why a proxy did not lead to a service.
#[derive(Debug, thiserror::Error)]
#[error("the proxy {proxy}: {source}")]
pub struct ProxyError {
    /// Its host and port.
    pub proxy: Arc<str>,
    /// What it says, or the operating system of it.
    pub source: io::Error,
}

/// Why no client of the real cloud can be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Certificates, or the key of one, cannot be used.
    #[error("{}: {source}", path.display())]
    Certificates {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nobody could be believed.
    #[error(
        "an https URL is to be asked, and this system has no certificates: give some (--upstream-ca)"
    )]
    NoRoots,
    /// A proxy cannot be asked.
    #[error("the proxy {proxy:?} of the environment cannot be used: {why}")]
    Proxy {
        /// Which one, without its user.
        proxy: String,
        /// Why not.
        why: &'static str,
    },
    /// TLS cannot be used.
    #[error("TLS cannot be used: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// It is no URL that can be asked.
    #[error("{0:?} is no URL that can be asked")]
    Url(String),
    /// Nobody says where a service is.
    #[error("nobody says where the {0} service is")]
    Nowhere(&'static str),
    /// This server cannot sign in itself.
    #[error(transparent)]
    Credentials(#[from] CloudsError),
    /// There is no thread for it.
    #[error("no thread for the requests to the real cloud: {0}")]
    Thread(#[from] io::Error),
}
