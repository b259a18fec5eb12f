//! What signs this server in at a real cloud.

use crate::config::secret::Secret;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Who signs in at a cloud, where, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CloudCredentials {
    /// Where the identity service is (Keystone's API v3), without a version.
    pub auth_url: String,
    /// By what it knows this server.
    pub proof: CloudProof,
    /// What the token is to be good for.
    pub scope: CloudScope,
    /// The region whose services count; when missing, the first of their kind in the catalogue.
    pub region: Option<String>,
    /// Which of a service's addresses is asked; the public one when missing.
    pub interface: Option<ServiceInterface>,
    /// Where the image service is, whatever the catalogue says; without a version.
    pub image_url: Option<String>,
    /// Certificates in PEM that are believed besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// By what a cloud knows who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloudProof {
    /// A user's password.
    Password {
        /// The user.
        user: CloudName,
        /// The password.
        password: Secret,
    },
    /// The secret of an application credential, by the credential's id.
    ApplicationCredential {
        /// The id.
        id: String,
        /// The secret.
        secret: Secret,
    },
    /// The secret of an application credential that is one of a user's, by its name.
    NamedApplicationCredential {
        /// The name.
        name: String,
        /// Whose it is.
        user: CloudName,
        /// The secret.
        secret: Secret,
    },
    /// A token, which nobody renews when it ends.
    Token(Secret),
}

/// A user or a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudName {
    /// By id.
    Id(String),
    /// By a name within a domain.
    Name(String, CloudDomain),
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudDomain {
    /// By id.
    Id(String),
    /// By name.
    Name(String),
}

/// What a token is to be good for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CloudScope {
    /// What the proof says: an application credential's project, or a user's default project.
    #[default]
    Own,
    /// A project.
    Project(CloudName),
    /// A domain.
    Domain(CloudDomain),
    /// The whole deployment.
    System,
}

/// For whom an address of a service is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum ServiceInterface {
    /// Everybody.
    #[default]
    Public,
    /// Other services, on a network of their own.
    Internal,
    /// Administrators.
    Admin,
}

impl ServiceInterface {
    /// As catalogues call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for ServiceInterface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ServiceInterface {
    type Err = ServiceInterfaceError;

    /// Reads `public` or, as older clients have it, `publicURL`.
    fn from_str(text: &str) -> Result<Self, ServiceInterfaceError> {
        match text.strip_suffix("URL").unwrap_or(text) {
            "public" => Ok(Self::Public),
            "internal" => Ok(Self::Internal),
            "admin" => Ok(Self::Admin),
            _ => Err(ServiceInterfaceError(text.to_owned())),
        }
    }
}

/// Why a text is no interface.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of public, internal and admin")]
pub struct ServiceInterfaceError(String);
