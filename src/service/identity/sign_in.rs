//! Signing in: who, by what proof, for what; and the token that comes of it.

use super::roles;
use super::tokens::{LiveToken, digest};
use super::{Identity, TokenError};
use crate::config::{AuthMode, Profile};
use crate::domain::token::ADMIN;
use crate::domain::{
    IdentityDomain, Named, Project, Timestamp, Token, TokenScope, TokenUser, User,
};
use crate::store::StoreError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

/// The domain of v2.0, which knows none.
pub const DEFAULT_DOMAIN: &str = "default";

/// A domain, as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainRef {
    /// By id.
    Id(String),
    /// By name.
    Name(String),
    /// That of the user who signs in.
    OfUser,
}

/// A user or a project, as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// By id.
    Id(String),
    /// By a name within a domain.
    Name(String, DomainRef),
}

/// By what a user is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By a password; a missing one is as wrong as any.
    Password(Reference, Option<String>),
    /// By a token that was issued before.
    Token(String),
}

/// What the token is to be good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedScope {
    /// The user's default project if that is possible, else nothing.
    Default,
    /// Nothing.
    Unscoped,
    /// A project.
    Project(Reference),
    /// A domain.
    Domain(DomainRef),
    /// The deployment.
    System,
}

/// How a token's text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenForm {
    /// As long as a Fernet token of today, and as opaque.
    Opaque,
    /// 32 hex digits, as the UUID tokens of 2014.
    Hex,
}

/// Why nobody signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Something was wrong; nobody learns what.
    #[error("the request requires authentication")]
    Refused,
    /// The token that was to prove the user does not.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token that proves the user is the system's, which gives none for less.
    #[error("a system-scoped token gives no token for a project or a domain")]
    SystemToken,
    /// The new token cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new token.
#[derive(Debug)]
pub struct Issued {
    /// Its text: the only time that it is known.
    pub text: String,
    /// What it stands for.
    pub live: Arc<LiveToken>,
}

/// Who proved to be whom.
struct Recognised {
    user: TokenUser,
    methods: Vec<String>,
    /// From the token that was shown, if one was.
    chain: Option<Chain>,
}

struct Chain {
    first_audit_id: String,
    expires_at: Option<Timestamp>,
    of_system: bool,
}

/// How exactly a client must name things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Naming {
    /// A domain's id is taken where its name is wanted, and its name where its id is.
    pub domain_by_either: bool,
}

impl Naming {
    /// The choice of a profile: real ones are strict.
    pub fn of(profile: Profile) -> Self {
        Self {
            domain_by_either: matches!(profile, Profile::Default | Profile::Otc),
        }
    }
}

impl Identity {
    /// Signs in.
    ///
    /// # Errors
    /// When a proof does not hold, the proofs are of different users, there is no such scope, the
    /// user has no role there, or the token cannot be kept.
    pub fn sign_in(
        &self,
        proofs: &[Proof],
        wanted: &WantedScope,
        form: TokenForm,
    ) -> Result<Issued, SignInError> {
        let wanted = &self.completed(wanted, proofs);
        let scope = self.resolve(wanted)?;
        let recognised = self.recognise(proofs)?;
        let of_system = recognised
            .chain
            .as_ref()
            .is_some_and(|chain| chain.of_system);
        if of_system && matches!(wanted, WantedScope::Project(_) | WantedScope::Domain(_)) {
            return Err(SignInError::SystemToken);
        }
        let scope = match scope {
            Some(scope) => scope,
            None => self.default_scope(&recognised),
        };
        let roles = match scope {
            TokenScope::Unscoped => Vec::new(),
            _ => self.roles_in(&recognised.user, &scope),
        };
        if scope != TokenScope::Unscoped && roles.is_empty() {
            return Err(SignInError::Refused);
        }
        let now = self.clock.now();
        let (first_audit_id, expires_at) = match recognised.chain {
            Some(chain) => (Some(chain.first_audit_id), chain.expires_at),
            None => (None, None),
        };
        let token = Token {
            user: recognised.user,
            scope,
            roles,
            methods: recognised.methods,
            audit_id: URL_SAFE_NO_PAD.encode(self.ids.bytes::<16>()),
            first_audit_id,
            issued_at: now,
            expires_at: Some(expires_at.unwrap_or_else(|| self.end_of_token_issued(now))),
        };
        let text = self.new_text(form);
        let live = self.keep(digest(&text), token)?;
        Ok(Issued { text, live })
    }

    /// Whether there is such a scope, whoever asks for it.
    ///
    /// # Errors
    /// When there is none.
    pub fn check_scope(&self, wanted: &WantedScope) -> Result<(), SignInError> {
        match wanted {
            WantedScope::Project(Reference::Name(_, DomainRef::OfUser)) => Ok(()),
            wanted => self.resolve(wanted).map(|_| ()),
        }
    }

    /// What is wanted, with the user's domain where it is to be that.
    fn completed(&self, wanted: &WantedScope, proofs: &[Proof]) -> WantedScope {
        let WantedScope::Project(Reference::Name(name, DomainRef::OfUser)) = wanted else {
            return wanted.clone();
        };
        let domain = proofs.first().and_then(|proof| match proof {
            Proof::Password(Reference::Name(_, domain), _) => Some(domain.clone()),
            Proof::Password(Reference::Id(id), _) => {
                let user = self.directory.user(id)?;
                Some(DomainRef::Id(user.domain_id.clone()))
            }
            Proof::Token(text) => {
                let live = self.look_up(text, 0).ok()?;
                Some(DomainRef::Id(live.token.user.domain.id.clone()))
            }
        });
        let domain = domain.unwrap_or_else(|| DomainRef::Id(DEFAULT_DOMAIN.to_owned()));
        WantedScope::Project(Reference::Name(name.clone(), domain))
    }

    /// Whether the proofs hold, without a token coming of it.
    ///
    /// # Errors
    /// When they do not.
    pub fn check(&self, proofs: &[Proof]) -> Result<(), SignInError> {
        self.recognise(proofs).map(|_| ())
    }

    fn recognise(&self, proofs: &[Proof]) -> Result<Recognised, SignInError> {
        let mut recognised: Option<Recognised> = None;
        for proof in proofs {
            let next = self.recognise_by(proof)?;
            recognised = Some(match recognised {
                None => next,
                Some(known) if known.user.id == next.user.id => known.joined(next),
                Some(_) => return Err(SignInError::Refused),
            });
        }
        recognised.ok_or(SignInError::Refused)
    }

    fn recognise_by(&self, proof: &Proof) -> Result<Recognised, SignInError> {
        match proof {
            Proof::Password(reference, password) => {
                let password = password.as_deref().unwrap_or_default();
                let known = self.user_named(reference);
                let user = match (known, self.mode) {
                    (Some(user), AuthMode::Open) => Some(self.token_user(user)),
                    (None, AuthMode::Open) => Some(self.stranger(reference)),
                    (user, AuthMode::Strict) => {
                        let id = user.map_or("", |user| user.id.as_str());
                        let right = self.passwords.are_right(id, password);
                        user.filter(|_| right).map(|user| self.token_user(user))
                    }
                };
                Ok(Recognised {
                    user: user.ok_or(SignInError::Refused)?,
                    methods: vec!["password".to_owned()],
                    chain: None,
                })
            }
            Proof::Token(text) => {
                let live = self.look_up(text, 0)?;
                let mut methods = live.token.methods.clone();
                if !methods.iter().any(|method| method == "token") {
                    methods.push("token".to_owned());
                }
                Ok(Recognised {
                    user: live.token.user.clone(),
                    methods,
                    chain: Some(Chain {
                        first_audit_id: live.token.chain_id().to_owned(),
                        of_system: live.token.scope == TokenScope::System,
                        expires_at: live.token.expires_at,
                    }),
                })
            }
        }
    }

    /// The enabled user of an enabled domain.
    fn user_named(&self, reference: &Reference) -> Option<&User> {
        let user = match reference {
            Reference::Id(id) => self.directory.user(id)?,
            Reference::Name(name, domain) => {
                let domain = self.domain_named(domain)?;
                self.directory.user_by_name(name, &domain.id)?
            }
        };
        let domain = self.directory.domain(&user.domain_id)?;
        (user.enabled && domain.enabled).then_some(user)
    }

    fn domain_named(&self, reference: &DomainRef) -> Option<&IdentityDomain> {
        let either = self.naming.domain_by_either;
        let (by_id, by_name) = match reference {
            DomainRef::Id(id) => (Some(id), either.then_some(id)),
            DomainRef::Name(name) => (either.then_some(name), Some(name)),
            DomainRef::OfUser => (None, None),
        };
        let of_id = || by_id.and_then(|id| self.directory.domain(id));
        let of_name = || by_name.and_then(|name| self.directory.domain_by_name(name));
        // What it was said to be goes first.
        let domain = match reference {
            DomainRef::Name(_) => of_name().or_else(of_id),
            DomainRef::Id(_) | DomainRef::OfUser => of_id().or_else(of_name),
        };
        domain.filter(|domain| domain.enabled)
    }

    fn project_named(&self, reference: &Reference) -> Option<&Project> {
        let project = match reference {
            Reference::Id(id) => self.directory.project(id)?,
            Reference::Name(name, domain) => {
                let domain = self.domain_named(domain)?;
                self.directory.project_by_name(name, &domain.id)?
            }
        };
        self.is_open_for_scope(project).then_some(project)
    }

    fn is_open_for_scope(&self, project: &Project) -> bool {
        let domain = self.directory.domain(&project.domain_id);
        project.enabled && domain.is_some_and(|domain| domain.enabled)
    }

    /// The scope, or nothing when it is up to the user's default project.
    fn resolve(&self, wanted: &WantedScope) -> Result<Option<TokenScope>, SignInError> {
        let open = self.mode == AuthMode::Open;
        let scope = match wanted {
            WantedScope::Default => return Ok(None),
            WantedScope::Unscoped => Some(TokenScope::Unscoped),
            WantedScope::System => Some(TokenScope::System),
            WantedScope::Project(reference) => match self.project_named(reference) {
                Some(project) => Some(self.project_scope(project)),
                None => open.then(|| self.project_of_that_name(reference)),
            },
            WantedScope::Domain(reference) => match self.domain_named(reference) {
                Some(domain) => Some(TokenScope::Domain(named(domain))),
                None => open.then(|| TokenScope::Domain(self.domain_of_that_name(reference))),
            },
        };
        scope.map(Some).ok_or(SignInError::Refused)
    }

    fn default_scope(&self, recognised: &Recognised) -> TokenScope {
        // Keystone 30: a token made from a token without a scope is unscoped, whatever the user's
        // default project.
        if recognised.chain.is_some() {
            return TokenScope::Unscoped;
        }
        let user = self.directory.user(&recognised.user.id);
        let project_id = user.and_then(|user| user.default_project.as_deref());
        let project = project_id.and_then(|id| self.directory.project(id));
        let scope = project
            .filter(|project| self.is_open_for_scope(project))
            .map(|project| self.project_scope(project))
            .filter(|scope| !self.roles_in(&recognised.user, scope).is_empty());
        scope.unwrap_or(TokenScope::Unscoped)
    }

    fn roles_in(&self, user: &TokenUser, scope: &TokenScope) -> Vec<String> {
        let known = self.directory.user(&user.id);
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

    pub(super) fn token_user(&self, user: &User) -> TokenUser {
        TokenUser {
            id: user.id.clone(),
            name: user.name.clone(),
            domain: self.domain_of_id(&user.domain_id),
        }
    }

    pub(super) fn project_scope(&self, project: &Project) -> TokenScope {
        TokenScope::Project {
            project: Named {
                id: project.id.clone(),
                name: project.name.clone(),
            },
            domain: self.domain_of_id(&project.domain_id),
        }
    }

    fn domain_of_id(&self, id: &str) -> Named {
        match self.directory.domain(id) {
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

    fn new_text(&self, form: TokenForm) -> String {
        match form {
            TokenForm::Hex => self.ids.uuid().simple().to_string(),
            TokenForm::Opaque => {
                let mut text = String::from("gAAAAA");
                URL_SAFE_NO_PAD.encode_string(self.ids.bytes::<72>(), &mut text);
                text
            }
        }
    }
}

impl Recognised {
    /// With what a second proof says about the same user.
    fn joined(mut self, other: Self) -> Self {
        for method in other.methods {
            if !self.methods.contains(&method) {
                self.methods.push(method);
            }
        }
        self.chain = self.chain.or(other.chain);
        self
    }
}

fn named(domain: &IdentityDomain) -> Named {
    Named {
        id: domain.id.clone(),
        name: domain.name.clone(),
    }
}
