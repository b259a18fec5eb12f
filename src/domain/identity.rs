//! Projects, users and what they may do: the directory that sign-in looks at.

use super::password::Password;

/// A Keystone domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityDomain {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Whether its users may sign in.
    pub enabled: bool,
}

impl IdentityDomain {
    /// Keystone's first domain, which is there when nobody names one.
    #[must_use]
    pub fn implied() -> Self {
        Self {
            id: "default".to_owned(),
            name: "Default".to_owned(),
            description: "The default domain".to_owned(),
            enabled: true,
        }
    }
}

/// A project (v2.0: tenant).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The id.
    pub id: String,
    /// The name, unique in its domain.
    pub name: String,
    /// The id of its domain.
    pub domain_id: String,
    /// Free text.
    pub description: String,
    /// Whether a token may be scoped to it.
    pub enabled: bool,
}

/// A role's name.
pub type Role = String;

/// Where a role is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// On a project, by id.
    Project(String),
    /// On a domain, by id.
    Domain(String),
    /// On the whole deployment.
    System,
}

/// One role of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Where.
    pub target: Target,
    /// Which role.
    pub role: Role,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: String,
    /// The name, unique in its domain.
    pub name: String,
    /// The id of its domain.
    pub domain_id: String,
    /// The password as the fixture gives it; hashed before it is kept.
    pub password: Option<Password>,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// The project of a sign-in that names no scope, by id.
    pub default_project: Option<String>,
    /// What the user may do.
    pub grants: Vec<Grant>,
}

/// A token whose text the fixture chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedToken {
    /// What clients send.
    pub id: String,
    /// The user's id.
    pub user_id: String,
    /// The project's id; a token without project opens no Nova.
    pub project_id: Option<String>,
}

/// Everything that fixtures say about identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Domains.
    pub domains: Vec<IdentityDomain>,
    /// Projects.
    pub projects: Vec<Project>,
    /// Users.
    pub users: Vec<User>,
    /// Fixed tokens.
    pub tokens: Vec<FixedToken>,
}

impl Directory {
    /// Whether a user's password stands here as it is, to be hashed yet.
    #[must_use]
    pub fn has_clear_passwords(&self) -> bool {
        let mut passwords = self.users.iter().filter_map(|user| user.password.as_ref());
        passwords.any(|password| matches!(password, Password::Clear(_)))
    }

    /// The domain of an id.
    #[must_use]
    pub fn domain(&self, id: &str) -> Option<&IdentityDomain> {
        self.domains.iter().find(|domain| domain.id == id)
    }

    /// The domain of a name.
    #[must_use]
    pub fn domain_by_name(&self, name: &str) -> Option<&IdentityDomain> {
        self.domains.iter().find(|domain| domain.name == name)
    }

    /// The project of a name in a domain.
    #[must_use]
    pub fn project_by_name(&self, name: &str, domain_id: &str) -> Option<&Project> {
        self.projects
            .iter()
            .find(|project| project.name == name && project.domain_id == domain_id)
    }

    /// The user of a name in a domain.
    #[must_use]
    pub fn user_by_name(&self, name: &str, domain_id: &str) -> Option<&User> {
        self.users
            .iter()
            .find(|user| user.name == name && user.domain_id == domain_id)
    }

    /// The project of an id.
    #[must_use]
    pub fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }

    /// The user of an id.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The id of the project that a caller without any is taken for.
    #[must_use]
    pub fn default_project_id(&self) -> &str {
        self.default_project().map_or("demo", |project| &project.id)
    }

    /// The project that a caller without any is taken for: the first one.
    #[must_use]
    pub fn default_project(&self) -> Option<&Project> {
        self.projects.first()
    }
}
