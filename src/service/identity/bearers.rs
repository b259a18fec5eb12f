//! The bearers of tokens: which tokens there are, who they stand for, and when they end.

use super::accounts::{Accounts, Manners, People};
use super::error::TokenError;
use super::roles;
use super::tokens::{LiveToken, SavedTokens, Tokens, digest};
use super::words::DEFAULT_DOMAIN;
use crate::config::{Profile, SpaceConfig};
use crate::control::{Clock, Ids};
use crate::domain::{
    Caller, Directory, FixedToken, Named, Timestamp, Token, TokenScope, TokenUser,
};
use crate::service::due::{Agenda, Due};
use crate::service::failure::Failure;
use crate::store::{KeptTokens, Store, StoreError, TokenDigest};
use arc_swap::{ArcSwap, Guard};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// How long an expired token can still be looked at by who asks for that (Keystone:
/// `[token] allow_expired_window`).
pub const EXPIRED_WINDOW_SECONDS: i64 = 172_800;

/// Opens what stands behind the methods of a token that a file keeps: what it depends on.
const BOND: &str = "bond:";

/// What goes with a token when it is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nothing.
    Alone,
    /// All that were made from it, if it was the first of them.
    Chain,
}

/// The directory as it is at the moment. It is held for no longer than it is looked at.
pub struct CurrentDirectory(Guard<Arc<People>>);

impl Deref for CurrentDirectory {
    type Target = Directory;

    fn deref(&self) -> &Directory {
        self.0.directory()
    }
}

/// Knows the directory and the tokens.
#[derive(Debug)]
pub struct Identity {
    /// Looked at without a lock; exchanged for others while no token is issued.
    people: ArcSwap<People>,
    manners: Manners,
    tokens: Tokens,
    token_ttl_seconds: i64,
    /// How long an expired token is still of interest.
    expired_window_seconds: i64,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    /// What falls due in the space.
    agenda: Arc<Agenda>,
    /// For when the agenda has the end of a token, in microseconds.
    announced: AtomicI64,
    /// Whether a file has rows of tokens that were let go.
    has_ended_rows: AtomicBool,
    /// Where issued tokens outlive the process; in memory they do not.
    store: Option<Arc<Store>>,
}

/// What the agenda has nothing for.
const NEVER: i64 = i64::MAX;

impl Identity {
    /// Over people, with the tokens that the store kept when it is a file.
    ///
    /// # Errors
    /// When the store fails.
    pub fn open(
        people: Arc<People>,
        config: &SpaceConfig,
        (clock, ids): (Clock, Ids),
        agenda: Arc<Agenda>,
        store: &Arc<Store>,
    ) -> Result<Self, StoreError> {
        let mut identity = Self {
            people: ArcSwap::new(people),
            manners: Manners::of(config),
            agenda,
            announced: AtomicI64::new(NEVER),
            has_ended_rows: AtomicBool::new(false),
            tokens: Tokens::new([], config.max_tokens),
            expired_window_seconds: match config.profile {
                // v2.0 looks at no expired token.
                Profile::Juno => 0,
                Profile::Default | Profile::Nova34 | Profile::Otc => EXPIRED_WINDOW_SECONDS,
            },
            token_ttl_seconds: i64::from(config.token_ttl),
            clock,
            ids,
            store: store.is_file().then(|| Arc::clone(store)),
        };
        let fixed = identity.fixed_tokens(&identity.accounts());
        identity.tokens = Tokens::new(fixed, config.max_tokens);
        identity.remember()?;
        identity.announce();
        Ok(identity)
    }

    /// Who the token stands for, when it is known and lives.
    #[must_use]
    pub fn authenticate(&self, token: &str) -> Option<Caller> {
        self.bearer(token).map(|live| live.caller.clone())
    }

    /// Why a token opens nothing, for whoever wonders: none was shown, it is not known, it has ended, or it
    /// is for no project.
    #[must_use]
    pub fn why_not(&self, token: Option<&str>) -> String {
        match self.look_up(token.unwrap_or_default(), 0) {
            Err(error) => error.to_string(),
            Ok(live) => format!(
                "a token for a project is needed, and this one is of {}",
                live.token
            ),
        }
    }

    /// The token, when it is known and lives.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Option<Arc<LiveToken>> {
        self.look_up(token, 0).ok()
    }

    /// The token, or why there is none; also one that expired less than so many seconds ago.
    ///
    /// # Errors
    /// When it is not known, revoked or expired.
    pub fn look_up(&self, token: &str, window_seconds: i64) -> Result<Arc<LiveToken>, TokenError> {
        if token.is_empty() {
            return Err(TokenError::Missing);
        }
        let live = self
            .tokens
            .find(&digest(token))
            .ok_or(TokenError::Unknown)?;
        if live.is_revoked() || live.is_expired(self.clock.now().plus_seconds(-window_seconds)) {
            return Err(TokenError::Ended);
        }
        Ok(live)
    }

    /// Ends a token.
    ///
    /// # Errors
    /// When the store fails; then it lives on.
    pub fn revoke(&self, token: &str, reach: Reach) -> Result<(), StoreError> {
        let digest = digest(token);
        let Some(live) = self.tokens.find(&digest) else {
            return Ok(());
        };
        let digests = match reach {
            Reach::Alone => vec![digest],
            Reach::Chain => self.tokens.with_audit_id(&live.token.audit_id),
        };
        if let Some(store) = &self.store {
            store.revoke_tokens(&digests)?;
        }
        for digest in &digests {
            self.tokens.revoke(digest);
        }
        Ok(())
    }

    /// The people as they are at the moment.
    pub fn people(&self) -> Arc<People> {
        self.people.load_full()
    }

    /// What goes for them at the moment.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        Accounts::new(self.people(), &self.manners)
    }

    /// Puts other people in their place. Tokens of users who are gone or may no longer sign in, who have
    /// another password, or have lost a role that is in them, end with that.
    pub fn exchange(&self, people: Arc<People>) {
        let before = self.accounts();
        let next = Accounts::new(Arc::clone(&people), &self.manners);
        let holds = |token: &Token| next.holds(token, &before.bond(token));
        let fixed = self.fixed_tokens(&next);
        let void = self
            .tokens
            .exchange(fixed, holds, || self.people.store(people));
        if let Some(store) = self.store.as_ref().filter(|_| !void.is_empty())
            && let Err(error) = store.revoke_tokens(&void)
        {
            // They have ended here. The next server asks its own users whether they hold.
            _ = Failure::of(&error);
        }
    }

    /// The tokens as they are at the moment.
    pub fn saved(&self) -> SavedTokens {
        self.tokens.saved()
    }

    /// Holds these people, and tokens as they were saved, as the store has done; without any, no issued
    /// token and no revocation. Whatever the agenda had of tokens is gone.
    pub fn replace(&self, people: Arc<People>, saved: Option<&SavedTokens>) {
        let next = Accounts::new(Arc::clone(&people), &self.manners);
        let fixed = self.fixed_tokens(&next);
        self.tokens
            .replace(fixed, saved, || self.people.store(people));
        self.announced.store(NEVER, Ordering::Release);
        self.announce();
    }

    /// Tokens as a file keeps them, and which were revoked.
    pub fn kept(&self, people: &Arc<People>, saved: &SavedTokens) -> KeptTokens {
        let accounts = Accounts::new(Arc::clone(people), &self.manners);
        let mut kept = KeptTokens::default();
        kept.revoked.extend(&saved.revoked);
        for (digest, token, is_revoked) in saved.issued.all() {
            kept.issued.push((digest, with_bond(&accounts, token)));
            kept.revoked.extend(is_revoked.then_some(digest));
        }
        kept
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> CurrentDirectory {
        CurrentDirectory(self.people.load())
    }

    /// A token of the directory that opens the project of a caller who names none.
    #[must_use]
    pub fn example_token(&self) -> Option<String> {
        let directory = self.directory();
        let project_id = directory.default_project_id();
        let mut tokens = directory.tokens.iter();
        let token = tokens.find(|token| token.project_id.as_deref() == Some(project_id));
        token.map(|token| token.id.clone())
    }

    /// When a token that is issued at a moment ends. Keystone cuts off fractions of a second.
    #[must_use]
    pub fn end_of_token_issued(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_micros(at.micros() - at.subsecond_micros())
            .plus_seconds(self.token_ttl_seconds)
    }

    /// When a token ends; one that never does says: as late as one that were issued now.
    #[must_use]
    pub fn end_of(&self, token: &Token) -> Timestamp {
        token
            .expires_at
            .unwrap_or_else(|| self.end_of_token_issued(self.clock.now()))
    }

    fn fixed_tokens(&self, accounts: &Accounts) -> Vec<(TokenDigest, Token)> {
        let tokens = accounts.directory().tokens.iter();
        tokens
            .filter(|_| self.manners.take_fixed_tokens())
            .map(|token| (digest(&token.id), self.fixed_token(accounts, token)))
            .collect()
    }

    fn fixed_token(&self, accounts: &Accounts, token: &FixedToken) -> Token {
        let directory = accounts.directory();
        let user = directory.user(&token.user_id);
        let project_id = token.project_id.as_deref();
        let project = project_id.and_then(|id| directory.project(id));
        let scope = project.map_or(TokenScope::Unscoped, |project| {
            accounts.project_scope(project)
        });
        let audit_id: [u8; 32] = digest(&token.id);
        Token {
            user: match user {
                Some(user) => accounts.token_user(user),
                None => TokenUser {
                    id: token.user_id.clone(),
                    name: token.user_id.clone(),
                    domain: Named {
                        id: DEFAULT_DOMAIN.to_owned(),
                        name: "Default".to_owned(),
                    },
                },
            },
            roles: user.map_or_else(Vec::new, |user| roles::granted(user, &scope)),
            scope,
            methods: vec!["password".to_owned()],
            audit_id: URL_SAFE_NO_PAD.encode(&audit_id[..16]),
            first_audit_id: None,
            issued_at: self.clock.now(),
            expires_at: None,
        }
    }

    /// Takes up the tokens that the file kept.
    fn remember(&self) -> Result<(), StoreError> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        store.drop_tokens_ended_before(self.oldest_end_of_interest())?;
        let mut kept = store.tokens()?;
        kept.issued.sort_by_key(|(_, token)| token.issued_at);
        let mut void = Vec::new();
        let accounts = self.accounts();
        for (digest, mut token) in kept.issued {
            let bond = token.methods.pop_if(|method| method.starts_with(BOND));
            let bond = bond.as_deref().and_then(|bond| bond.strip_prefix(BOND));
            if bond.is_some_and(|bond| accounts.holds(&token, bond)) {
                let inserted = self.tokens.insert(digest, token, || true);
                void.extend(inserted.into_iter().flat_map(|(_, gone)| gone));
            } else {
                void.push(digest);
            }
        }
        if !void.is_empty() {
            tracing::info!(
                void = void.len(),
                "tokens of the database are void: their users or projects are others now"
            );
            store.drop_tokens(&void)?;
        }
        for digest in &kept.revoked {
            self.tokens.revoke(digest);
        }
        Ok(())
    }

    /// Takes up a new token; one of a file outlives a restart. Nothing when it was given on account of
    /// people who are others by now.
    pub(super) fn keep(
        &self,
        accounts: &Accounts,
        digest: TokenDigest,
        token: Token,
    ) -> Result<Option<Arc<LiveToken>>, StoreError> {
        if let Some(store) = &self.store {
            store.keep_token(&digest, &with_bond(accounts, token.clone()))?;
        }
        let are_current = || accounts.are_of(&self.people.load());
        let Some((live, gone)) = self.tokens.insert(digest, token, are_current) else {
            if let Some(store) = &self.store {
                store.drop_tokens(&[digest])?;
            }
            return Ok(None);
        };
        if let Some(store) = &self.store
            && !gone.is_empty()
        {
            store.drop_tokens(&gone)?;
        }
        self.announce();
        Ok(Some(live))
    }

    /// Lets go tokens that have ended, as the agenda says.
    pub fn settle(&self) {
        self.announced.store(NEVER, Ordering::Release);
        if self.tokens.drop_ended_before(self.oldest_end_of_interest()) {
            // That waits for the disk, which no request for something else has to.
            let is_file = self.store.is_some();
            self.has_ended_rows.fetch_or(is_file, Ordering::AcqRel);
        }
        self.announce();
    }

    /// Puts the end of the token that ends first into the agenda, where that is not known yet.
    fn announce(&self) {
        let Some(end) = self.tokens.first_end() else {
            return;
        };
        // A token is of interest until its end, and for as long as some services look at ended ones.
        let due = end.plus_seconds(self.expired_window_seconds).micros();
        let due = Timestamp::from_micros(due.saturating_add(1));
        let is_news = due.micros() < self.announced.fetch_min(due.micros(), Ordering::AcqRel);
        // At the end of all time nothing ends any more.
        if is_news && due <= Timestamp::MAX {
            self.agenda.put(due, Due::TokensEnd);
        }
    }

    /// Lets a file forget tokens that were let go.
    ///
    /// # Errors
    /// When the store fails; it is tried again.
    pub fn tidy(&self) -> Result<(), StoreError> {
        if let Some(store) = &self.store
            && self.has_ended_rows.load(Ordering::Acquire)
        {
            store.drop_tokens_ended_before(self.oldest_end_of_interest())?;
            self.has_ended_rows.store(false, Ordering::Release);
        }
        Ok(())
    }

    fn oldest_end_of_interest(&self) -> Timestamp {
        self.clock.now().plus_seconds(-self.expired_window_seconds)
    }
}

/// With what it depends on, for whoever keeps it longer than the directory lasts.
fn with_bond(accounts: &Accounts, mut token: Token) -> Token {
    let bond = format!("{BOND}{}", accounts.bond(&token));
    token.methods.push(bond);
    token
}
