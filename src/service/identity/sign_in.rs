//! Signing in: who, by what proof, for what; and the token that comes of it.

use super::accounts::Accounts;
use super::bearers::Identity;
use super::error::{Refused, SignInError};
use super::tokens::{LiveToken, digest};
use super::words::{DEFAULT_DOMAIN, DomainRef, Proof, Reference, TokenForm, WantedScope};
use crate::domain::{Timestamp, Token, TokenScope, TokenUser};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

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
        loop {
            let accounts = self.accounts();
            let admitted = self.admit(&accounts, proofs, wanted, form);
            // Whose users have changed meanwhile begins again.
            if let Some(issued) = admitted.inspect_err(note)? {
                return Ok(issued);
            }
        }
    }

    fn admit(
        &self,
        accounts: &Accounts,
        proofs: &[Proof],
        wanted: &WantedScope,
        form: TokenForm,
    ) -> Result<Option<Issued>, SignInError> {
        let wanted = &self.completed(accounts, wanted, proofs);
        let scope = accounts.resolve(wanted)?;
        let recognised = self.recognise(accounts, proofs)?;
        let of_system = recognised
            .chain
            .as_ref()
            .is_some_and(|chain| chain.of_system);
        if of_system && matches!(wanted, WantedScope::Project(_) | WantedScope::Domain(_)) {
            return Err(SignInError::SystemToken);
        }
        let scope = match scope {
            Some(scope) => scope,
            None => default_scope(accounts, &recognised),
        };
        let roles = match scope {
            TokenScope::Unscoped => Vec::new(),
            _ => accounts.roles_in(&recognised.user, &scope),
        };
        if scope != TokenScope::Unscoped && roles.is_empty() {
            return Err(no_role(&recognised.user, &scope).into());
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
        let live = self.keep(accounts, digest(&text), token)?;
        Ok(live.map(|live| Issued { text, live }))
    }

    /// Whether there is such a scope, whoever asks for it.
    ///
    /// # Errors
    /// When there is none.
    pub fn check_scope(&self, wanted: &WantedScope) -> Result<(), SignInError> {
        match wanted {
            WantedScope::Project(Reference::Name(_, DomainRef::OfUser)) => Ok(()),
            wanted => {
                let scope = self.accounts().resolve(wanted).map_err(SignInError::from);
                scope.map(|_| ()).inspect_err(note)
            }
        }
    }

    /// What is wanted, with the user's domain where it is to be that.
    fn completed(
        &self,
        accounts: &Accounts,
        wanted: &WantedScope,
        proofs: &[Proof],
    ) -> WantedScope {
        let WantedScope::Project(Reference::Name(name, DomainRef::OfUser)) = wanted else {
            return wanted.clone();
        };
        let domain = proofs.first().and_then(|proof| match proof {
            Proof::Password(Reference::Name(_, domain), _) => Some(domain.clone()),
            Proof::Password(Reference::Id(id), _) => {
                let user = accounts.directory().user(id)?;
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
        let recognised = self.recognise(&self.accounts(), proofs);
        recognised.map(|_| ()).inspect_err(note)
    }

    fn recognise(&self, accounts: &Accounts, proofs: &[Proof]) -> Result<Recognised, SignInError> {
        let mut recognised: Option<Recognised> = None;
        for proof in proofs {
            let next = self.recognise_by(accounts, proof)?;
            recognised = Some(match recognised {
                None => next,
                Some(known) if known.user.id == next.user.id => known.joined(next),
                Some(known) => return Err(Refused::TwoUsers(known.user.id, next.user.id).into()),
            });
        }
        Ok(recognised.ok_or(Refused::NoProof)?)
    }

    fn recognise_by(&self, accounts: &Accounts, proof: &Proof) -> Result<Recognised, SignInError> {
        match proof {
            Proof::Password(reference, password) => Ok(Recognised {
                user: accounts.by_password(reference, password.as_deref())?,
                methods: vec!["password".to_owned()],
                chain: None,
            }),
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

fn default_scope(accounts: &Accounts, recognised: &Recognised) -> TokenScope {
    // Keystone 30: a token made from a token without a scope is unscoped, whatever the user's default
    // project.
    let scope = match recognised.chain {
        Some(_) => None,
        None => accounts.default_scope(&recognised.user),
    };
    scope.unwrap_or(TokenScope::Unscoped)
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

/// Says in the log why; of what failed the facades speak.
fn note(error: &SignInError) {
    if !matches!(error, SignInError::Store(_)) {
        tracing::debug!(why = %error, "nobody signed in");
    }
}

fn no_role(user: &TokenUser, scope: &TokenScope) -> Refused {
    Refused::NoRole {
        user: user.id.clone(),
        scope: match scope {
            TokenScope::Unscoped => "nothing".to_owned(),
            TokenScope::Project { project, .. } => format!("project {}", project.id),
            TokenScope::Domain(domain) => format!("domain {}", domain.id),
            TokenScope::System => "the system".to_owned(),
        },
    }
}
