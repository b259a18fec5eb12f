//! Who asks.

use super::identity::Role;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

/// What whoever is taken for a member of a project has; one for all of them.
static MEMBER: LazyLock<[Role; 1]> = LazyLock::new(|| ["member".to_owned()]);

/// Roles that somebody was given. Clones share them, without a count where many threads would keep one.
#[derive(Clone)]
pub enum Roles {
    /// Always the same.
    Fixed(&'static [Role]),
    /// Somebody's.
    Given(Arc<[Role]>),
}

impl Deref for Roles {
    type Target = [Role];

    fn deref(&self) -> &[Role] {
        match self {
            Self::Fixed(roles) => roles,
            Self::Given(roles) => roles,
        }
    }
}

impl Default for Roles {
    fn default() -> Self {
        Self::Fixed(&[])
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for Roles {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Roles {}

impl Hash for Roles {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

/// The identity that a request carries after sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The user's id; open mode without a token knows none.
    pub user_id: Option<String>,
    /// The project that the token is scoped to.
    pub project_id: Option<String>,
    /// Whether the role `admin` is among the caller's roles.
    pub is_admin: bool,
    /// The roles that the caller was given there; what they imply is not among them.
    pub roles: Roles,
}

impl fmt::Display for Caller {
    /// Who it is: `user ada, whose roles on project web are: member`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user_id.as_deref();
        match user {
            Some(user) => write!(f, "user {user}, whose roles on ")?,
            None => f.write_str("a user without a token, whose roles on ")?,
        }
        match &self.project_id {
            Some(project) => write!(f, "project {project} are: ")?,
            None => f.write_str("no project are: ")?,
        }
        match self.roles.is_empty() {
            true => f.write_str("none"),
            false => f.write_str(&self.roles.join(", ")),
        }
    }
}

impl Caller {
    /// A plain member of a project.
    #[must_use]
    pub fn member_of(project_id: impl Into<String>) -> Self {
        Self {
            user_id: None,
            project_id: Some(project_id.into()),
            is_admin: false,
            roles: Roles::Fixed(&*MEMBER),
        }
    }

    /// Whether one of the roles is given.
    #[must_use]
    pub fn has_any(&self, roles: &[&str]) -> bool {
        self.roles.iter().any(|role| roles.contains(&role.as_str()))
    }

    /// Whether `owner` is this caller's project.
    #[must_use]
    pub fn owns(&self, owner: Option<&str>) -> bool {
        owner.is_some() && owner == self.project_id.as_deref()
    }
}
