//! The tokens that live: those of the fixture, and those that were issued.
//!
//! A token is found by the SHA-256 digest of its text, so that nothing compares the secret itself
//! and the time of a lookup tells nothing about it.

use super::issued::IssuedTokens;
use crate::domain::{Caller, Roles, Timestamp, Token};
use crate::store::TokenDigest;
use arc_swap::ArcSwap;
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A token with what requests need of it at once.
#[derive(Debug)]
pub struct LiveToken {
    /// The token.
    pub token: Token,
    /// Who it stands for, at every other service.
    pub caller: Caller,
    revoked: AtomicBool,
}

impl LiveToken {
    fn new(token: Token, revoked: bool) -> Arc<Self> {
        let caller = Caller {
            user_id: Some(token.user.id.clone()),
            project_id: token.project_id().map(str::to_owned),
            is_admin: token.project_id().is_some() && token.is_admin(),
            roles: Roles::Given(token.roles.as_slice().into()),
        };
        Arc::new(Self {
            token,
            caller,
            revoked: AtomicBool::new(revoked),
        })
    }

    /// Whether somebody ended it.
    pub fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Acquire)
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.token.expires_at.is_some_and(|end| end <= now)
    }
}

/// The tokens of a fixture.
type Fixed = HashMap<TokenDigest, Arc<LiveToken>>;

/// All tokens of an emulator.
#[derive(Debug)]
pub struct Tokens {
    /// Never changes, but for the marks of revocation, and is exchanged for another: looked at without
    /// a lock.
    fixed: ArcSwap<Fixed>,
    /// Locked for no longer than one look or one insertion.
    issued: RwLock<IssuedTokens>,
    most: usize,
}

/// Tokens as they were at a moment.
#[derive(Debug, Default)]
pub struct SavedTokens {
    /// Those that were issued.
    pub issued: IssuedTokens,
    /// Fixed ones that were revoked.
    pub revoked: HashSet<TokenDigest>,
}

fn live(
    fixed: impl IntoIterator<Item = (TokenDigest, Token)>,
    is_revoked: impl Fn(&TokenDigest) -> bool,
) -> Fixed {
    let fixed = fixed.into_iter();
    fixed
        .map(|(digest, token)| (digest, LiveToken::new(token, is_revoked(&digest))))
        .collect()
}

/// What a text is found by.
pub fn digest(text: &str) -> TokenDigest {
    Sha256::digest(text.as_bytes()).into()
}

impl Tokens {
    /// With the tokens of a fixture, and room for so many others.
    pub fn new(fixed: impl IntoIterator<Item = (TokenDigest, Token)>, most: usize) -> Self {
        let fixed = live(fixed, |_| false);
        Self {
            fixed: ArcSwap::from_pointee(fixed),
            issued: RwLock::new(IssuedTokens::new(most)),
            most,
        }
    }

    /// The token of a digest, be it alive or not.
    pub fn find(&self, digest: &TokenDigest) -> Option<Arc<LiveToken>> {
        if let Some(token) = self.fixed.load().get(digest) {
            return Some(Arc::clone(token));
        }
        let found = self.read().find(digest);
        found.map(|(token, is_revoked)| LiveToken::new(token, is_revoked))
    }

    /// Adds a token; says also which had to go for it. Nothing when by now it should not be issued.
    pub fn insert(
        &self,
        digest: TokenDigest,
        token: Token,
        may_be_issued: impl FnOnce() -> bool,
    ) -> Option<(Arc<LiveToken>, Vec<TokenDigest>)> {
        let mut issued = self.write();
        if !may_be_issued() {
            return None;
        }
        let gone = issued.insert(digest, token.clone());
        Some((LiveToken::new(token, false), gone))
    }

    /// Puts other fixed tokens in place of those that are there, and ends issued ones that no longer
    /// hold; says which. `note` is called when no token is issued.
    pub fn exchange(
        &self,
        fixed: impl IntoIterator<Item = (TokenDigest, Token)>,
        holds: impl Fn(&Token) -> bool,
        note: impl FnOnce(),
    ) -> Vec<TokenDigest> {
        let mut issued = self.write();
        note();
        let void = issued.void(holds);
        let known = self.fixed.load();
        let is_revoked = |digest: &_| known.get(digest).is_some_and(|token| token.is_revoked());
        self.fixed.store(Arc::new(live(fixed, is_revoked)));
        for digest in &void {
            issued.revoke(digest);
        }
        void
    }

    /// What there is of tokens, but for what a fixture says.
    pub fn saved(&self) -> SavedTokens {
        let issued = self.read().copy(self.most);
        let fixed = self.fixed.load();
        let revoked = fixed.iter().filter(|(_, token)| token.is_revoked());
        SavedTokens {
            issued,
            revoked: revoked.map(|(digest, _)| *digest).collect(),
        }
    }

    /// Holds fixed tokens and others as they were saved; without any, the fixed ones are as new. `note`
    /// is called when no token is issued.
    pub fn replace(
        &self,
        fixed: impl IntoIterator<Item = (TokenDigest, Token)>,
        saved: Option<&SavedTokens>,
        note: impl FnOnce(),
    ) {
        let mut issued = self.write();
        note();
        let is_revoked = |digest: &_| saved.is_some_and(|saved| saved.revoked.contains(digest));
        self.fixed.store(Arc::new(live(fixed, is_revoked)));
        *issued = match saved {
            Some(saved) => saved.issued.copy(self.most),
            None => IssuedTokens::new(self.most),
        };
    }

    /// The digests of the tokens that carry an audit id: the token itself, and those made from it
    /// when it was the first of its chain.
    pub fn with_audit_id(&self, audit_id: &str) -> Vec<TokenDigest> {
        let fixed = self.fixed.load();
        let fixed = fixed.iter();
        fixed
            .filter(|(_, live)| live.token.audit_ids().contains(&audit_id))
            .map(|(digest, _)| *digest)
            .chain(self.read().with_audit_id(audit_id))
            .collect()
    }

    /// Ends a token.
    pub fn revoke(&self, digest: &TokenDigest) {
        match self.fixed.load().get(digest) {
            Some(token) => token.revoked.store(true, Ordering::Release),
            None => self.write().revoke(digest),
        }
    }

    /// When the first of the issued tokens ends.
    pub fn first_end(&self) -> Option<Timestamp> {
        self.read().first_end()
    }

    /// Forgets issued tokens that ended before a moment; says whether there were any.
    pub fn drop_ended_before(&self, moment: Timestamp) -> bool {
        self.write().drop_ended_before(moment)
    }

    fn read(&self) -> RwLockReadGuard<'_, IssuedTokens> {
        self.issued.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, IssuedTokens> {
        self.issued.write().unwrap_or_else(PoisonError::into_inner)
    }
}
