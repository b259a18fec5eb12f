//! What a sign-in leads to: a token, with all that was decided when it was issued.

use super::identity::Role;
use super::timestamp::Timestamp;
use std::fmt;

/// The role whose holders see and do more.
pub const ADMIN: &str = "admin";

/// Something that has an id and a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// Who signed in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenUser {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The domain of the user.
    pub domain: Named,
}

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TokenScope {
    /// Nothing but getting other tokens.
    Unscoped,
    /// A project.
    Project {
        /// Which.
        project: Named,
        /// The domain of the project.
        domain: Named,
    },
    /// A domain.
    Domain(Named),
    /// The whole deployment.
    System,
}

impl TokenScope {
    /// The project, where it is one.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        match self {
            Self::Project { project, .. } => Some(&project.id),
            Self::Unscoped | Self::Domain(_) | Self::System => None,
        }
    }
}

/// A token, but for its text, which only its owner has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Who signed in.
    pub user: TokenUser,
    /// What for.
    pub scope: TokenScope,
    /// The roles that the user holds there; what they imply is not among them.
    pub roles: Vec<Role>,
    /// How the user was recognised: `password`, `token`.
    pub methods: Vec<String>,
    /// The token's own audit id.
    pub audit_id: String,
    /// The audit id of the first token of the chain, when it was made from another one.
    pub first_audit_id: Option<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends; a token of a fixture never does.
    pub expires_at: Option<Timestamp>,
}

impl fmt::Display for Token {
    /// Who it stands for: `user ada, whose roles on project web are: member`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "user {}, whose roles", self.user.id)?;
        match &self.scope {
            TokenScope::Unscoped => return write!(f, " are none: the token is for nothing yet"),
            TokenScope::Project { project, .. } => write!(f, " on project {}", project.id)?,
            TokenScope::Domain(domain) => write!(f, " on domain {}", domain.id)?,
            TokenScope::System => write!(f, " on the system")?,
        }
        match self.roles.is_empty() {
            true => f.write_str(" are none"),
            false => write!(f, " are: {}", self.roles.join(", ")),
        }
    }
}

impl Token {
    /// The project that it is scoped to.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.scope.project_id()
    }

    /// Whether the role `admin` is held, in whatever scope.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role == ADMIN)
    }

    /// Its own audit id, and that of the first of its chain.
    #[must_use]
    pub fn audit_ids(&self) -> Vec<&str> {
        let own = std::iter::once(self.audit_id.as_str());
        own.chain(self.first_audit_id.as_deref()).collect()
    }

    /// The audit id that a token made from this one carries as its second.
    #[must_use]
    pub fn chain_id(&self) -> &str {
        self.first_audit_id.as_deref().unwrap_or(&self.audit_id)
    }
}
