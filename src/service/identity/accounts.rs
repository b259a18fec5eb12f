//! The accounts: who the users are, how they are recognised, and where they have roles.
//!
//! In open mode whatever the directory does not know is what a client says it is.

use super::error::Refused;
use super::passwords::Passwords;
use super::roles;
use super::words::{DEFAULT_DOMAIN, DomainRef, Reference, WantedScope};
use crate::config::{AuthMode, Profile, Secret, SpaceConfig};
use crate::domain::token::ADMIN;
use crate::domain::{
    Directory, IdentityDomain, Named, Project, Token, TokenScope, TokenUser, User,
};
use std::sync::Arc;

/// A directory and the hashes of its passwords. It never changes, and all spaces of a fixture share it:
/// a space whose users change has another one from then on.
#[derive(Debug)]
pub struct People {
    directory: Directory,
    passwords: Passwords,
}

impl People {
    /// Of a directory, whose passwords are taken out of it.
    pub fn of(mut directory: Directory) -> Self {
        let passwords = Passwords::take_from(&mut directory);
        Self {
            directory,
            passwords,
        }
    }

    /// The directory, without passwords.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The directory with the hashes of its passwords.
    pub fn whole_directory(&self) -> Directory {
        self.passwords.put_back(&self.directory)
    }
}

/// What is made of those whom a directory does not know.
#[derive(Clone, Debug)]
pub struct Manners {
    mode: AuthMode,
    naming: Naming,
    /// Everybody's password.
    secret: Option<Secret>,
}

impl Manners {
    /// Of a space that is made so.
    pub fn of(config: &SpaceConfig) -> Self {
        Self {
            mode: config.auth,
            naming: Naming::of(config.profile),
            secret: config
                .stand_in
                .as_ref()
                .and_then(|it| it.client_secret.clone()),
        }
    }

    /// Whether tokens count that were never signed in for.
    pub fn take_fixed_tokens(&self) -> bool {
        self.secret.is_none()
    }
}

/// The people as they were at a moment, and what is made of others.
#[derive(Debug)]
pub struct Accounts {
    people: Arc<People>,
    mode: AuthMode,
    naming: Naming,
    secret: Option<Secret>,
}

/// How exactly a client must name things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Naming {
    /// A domain's id is taken where its name is wanted, and its name where its id is.
    domain_by_either: bool,
}

impl Naming {
    /// The choice of a profile: real ones are strict.
    fn of(profile: Profile) -> Self {
        Self {
            domain_by_either: matches!(profile, Profile::Default | Profile::Otc),
        }
    }
}

impl Accounts {
    /// Of these people.
    pub fn new(people: Arc<People>, manners: &Manners) -> Self {
        Self {
            people,
            mode: manners.mode,
            naming: manners.naming,
            secret: manners.secret.clone(),
        }
    }

    /// Whether it is of these very people.
    pub fn are_of(&self, people: &Arc<People>) -> bool {
        Arc::ptr_eq(&self.people, people)
    }

    /// The directory.
    pub fn directory(&self) -> &Directory {
        &self.people.directory
    }

    /// The projects where a user has a role, disabled ones too. In open mode a user without any,
    /// known or not, has a role wherever a sign-in goes: in every project.
    pub fn projects_of(&self, user_id: &str) -> Vec<&Project> {
        let user = self.directory().user(user_id);
        let projects = self.directory().projects.iter();
        projects
            .filter(|project| match user {
                Some(user) => {
                    let scope = self.project_scope(project);
                    !roles::granted(user, &scope).is_empty()
                }
                None => self.mode == AuthMode::Open,
            })
            .collect()
    }

    /// The user whose password this is; in open mode any is right, unless clients have a secret.
    pub fn by_password(
        &self,
        reference: &Reference,
        password: Option<&str>,
    ) -> Result<TokenUser, Refused> {
        if let Some(secret) = &self.secret
            && !secret.is(password.unwrap_or_default())
        {
            return Err(Refused::NotTheSecret);
        }
        match (self.user_named(reference), self.mode) {
            (Some(user), AuthMode::Open) => Ok(self.token_user(user)),
            (None, AuthMode::Open) => Ok(self.stranger(reference)),
            (user, AuthMode::Strict) => {
                // For an unknown user, too, so that it takes as long.
                let id = user.map_or("", |user| user.id.as_str());
                let right = self
                    .people
                    .passwords
                    .are_right(id, password.unwrap_or_default());
                match user {
                    Some(user) if right => Ok(self.token_user(user)),
                    Some(user) => Err(Refused::WrongPassword(user.id.clone())),
                    None => Err(Refused::NoSuchUser(reference.clone())),
                }
            }
        }
    }

    /// The scope, or nothing when it is up to the user's default project.
    pub fn resolve(&self, wanted: &WantedScope) -> Result<Option<TokenScope>, Refused> {
        let open = self.mode == AuthMode::Open;
        Ok(Some(match wanted {
            WantedScope::Default => return Ok(None),
            WantedScope::Unscoped => TokenScope::Unscoped,
            WantedScope::System => TokenScope::System,
            WantedScope::Project(reference) => match self.project_named(reference) {
                Some(project) => self.project_scope(project),
                None if open => self.project_of_that_name(reference),
                None => return Err(Refused::NoSuchProject(reference.clone())),
            },
            WantedScope::Domain(reference) => match self.domain_named(reference) {
                Some(domain) => TokenScope::Domain(named(domain)),
                None if open => TokenScope::Domain(self.domain_of_that_name(reference)),
                None => return Err(Refused::NoSuchDomain(reference.clone())),
            },
        }))
    }

    /// The scope on a user's default project, if the user has a role there.
    pub fn default_scope(&self, user: &TokenUser) -> Option<TokenScope> {
        let known = self.directory().user(&user.id);
        let project_id = known.and_then(|user| user.default_project.as_deref());
        let project = project_id.and_then(|id| self.directory().project(id))?;
        let scope = self.project_scope(project);
        let is_open = self.is_open_for_scope(project);
        (is_open && !self.roles_in(user, &scope).is_empty()).then_some(scope)
    }

    /// The roles that a user has in a scope.
    pub fn roles_in(&self, user: &TokenUser, scope: &TokenScope) -> Vec<String> {
        let known = self.directory().user(&user.id);
        let granted = known.map(|user| roles::granted(user, scope));
        match granted {
            Some(roles) if !roles.is_empty() => roles,
            _ if self.mode == AuthMode::Strict => Vec::new(),
            _ => {
                let is_admin =
                    known.is_some_and(|user| user.grants.iter().any(|grant| grant.role == ADMIN));
                vec![if is_admin { ADMIN } else { "member" }.to_owned()]
            }
        }
    }

    /// What a token depends on, for whoever keeps it longer than the directory lasts: whether user and
    /// scope were of the directory, and the user's password.
    pub fn bond(&self, token: &Token) -> String {
        let user = match self.directory().user(&token.user.id) {
            Some(user) => format!("known {}", self.people.passwords.mark(&user.id)),
            None => "stranger".to_owned(),
        };
        let scope = match &token.scope {
            TokenScope::Project { project, .. } => self.directory().project(&project.id).is_some(),
            TokenScope::Domain(domain) => self.directory().domain(&domain.id).is_some(),
            TokenScope::Unscoped | TokenScope::System => true,
        };
        let scope = if scope { "known" } else { "stranger" };
        format!("{user} in {scope}")
    }

    /// Whether a token still holds that was issued when it depended on this.
    pub fn holds(&self, token: &Token, bond: &str) -> bool {
        if bond != self.bond(token) || (self.mode == AuthMode::Strict && bond.contains("stranger"))
        {
            return false;
        }
        let has_open_domain = |id: &str| self.directory().domain(id).is_some_and(|it| it.enabled);
        let user = self.directory().user(&token.user.id);
        let user_may = user.is_none_or(|user| user.enabled && has_open_domain(&user.domain_id));
        let scope_may = match &token.scope {
            TokenScope::Project { project, .. } => {
                let known = self.directory().project(&project.id);
                known.is_none_or(|project| self.is_open_for_scope(project))
            }
            TokenScope::Domain(domain) => {
                let known = self.directory().domain(&domain.id);
                known.is_none_or(|domain| domain.enabled)
            }
            TokenScope::Unscoped | TokenScope::System => true,
        };
        let roles = self.roles_in(&token.user, &token.scope);
        user_may && scope_may && token.roles.iter().all(|role| roles.contains(role))
    }

    /// A user of the directory, as tokens name it.
    pub fn token_user(&self, user: &User) -> TokenUser {
        TokenUser {
            id: user.id.clone(),
            name: user.name.clone(),
            domain: self.domain_of_id(&user.domain_id),
        }
    }

    /// The scope on a project of the directory.
    pub fn project_scope(&self, project: &Project) -> TokenScope {
        TokenScope::Project {
            project: Named {
                id: project.id.clone(),
                name: project.name.clone(),
            },
            domain: self.domain_of_id(&project.domain_id),
        }
    }

    fn domain_of_id(&self, id: &str) -> Named {
        match self.directory().domain(id) {
            Some(domain) => named(domain),
            None => Named {
                id: id.to_owned(),
                name: if id == DEFAULT_DOMAIN { "Default" } else { id }.to_owned(),
            },
        }
    }

    /// Open mode: a domain that the directory does not know is what the client says it is.
    fn domain_of_that_name(&self, reference: &DomainRef) -> Named {
        match (self.domain_named(reference), reference) {
            (Some(domain), _) => named(domain),
            (None, DomainRef::Id(text)) => self.domain_of_id(text),
            (None, DomainRef::Name(text)) => Named {
                id: text.clone(),
                name: text.clone(),
            },
            (None, DomainRef::OfUser) => self.domain_of_id(DEFAULT_DOMAIN),
        }
    }

    /// Open mode: so is a user …
    fn stranger(&self, reference: &Reference) -> TokenUser {
        let (named, domain) = self.taken_at_its_word(reference);
        TokenUser {
            id: named.id,
            name: named.name,
            domain,
        }
    }

    /// … and a project.
    fn project_of_that_name(&self, reference: &Reference) -> TokenScope {
        let (project, domain) = self.taken_at_its_word(reference);
        TokenScope::Project { project, domain }
    }

    fn taken_at_its_word(&self, reference: &Reference) -> (Named, Named) {
        let (text, domain) = match reference {
            Reference::Id(id) => (id, self.domain_of_id(DEFAULT_DOMAIN)),
            Reference::Name(name, domain) => (name, self.domain_of_that_name(domain)),
        };
        let named = Named {
            id: text.clone(),
            name: text.clone(),
        };
        (named, domain)
    }

    /// The enabled user of an enabled domain.
    fn user_named(&self, reference: &Reference) -> Option<&User> {
        let user = match reference {
            Reference::Id(id) => self.directory().user(id)?,
            Reference::Name(name, domain) => {
                let domain = self.domain_named(domain)?;
                self.directory().user_by_name(name, &domain.id)?
            }
        };
        let domain = self.directory().domain(&user.domain_id)?;
        (user.enabled && domain.enabled).then_some(user)
    }

    fn domain_named(&self, reference: &DomainRef) -> Option<&IdentityDomain> {
        let either = self.naming.domain_by_either;
        let (by_id, by_name) = match reference {
            DomainRef::Id(id) => (Some(id), either.then_some(id)),
            DomainRef::Name(name) => (either.then_some(name), Some(name)),
            DomainRef::OfUser => (None, None),
        };
        let of_id = || by_id.and_then(|id| self.directory().domain(id));
        let of_name = || by_name.and_then(|name| self.directory().domain_by_name(name));
        // What it was said to be goes first.
        let domain = match reference {
            DomainRef::Name(_) => of_name().or_else(of_id),
            DomainRef::Id(_) | DomainRef::OfUser => of_id().or_else(of_name),
        };
        domain.filter(|domain| domain.enabled)
    }

    fn project_named(&self, reference: &Reference) -> Option<&Project> {
        let project = match reference {
            Reference::Id(id) => self.directory().project(id)?,
            Reference::Name(name, domain) => {
                let domain = self.domain_named(domain)?;
                self.directory().project_by_name(name, &domain.id)?
            }
        };
        self.is_open_for_scope(project).then_some(project)
    }

    fn is_open_for_scope(&self, project: &Project) -> bool {
        let domain = self.directory().domain(&project.domain_id);
        project.enabled && domain.is_some_and(|domain| domain.enabled)
    }
}

fn named(domain: &IdentityDomain) -> Named {
    Named {
        id: domain.id.clone(),
        name: domain.name.clone(),
    }
}
