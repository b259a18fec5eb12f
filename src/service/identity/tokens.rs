//! The tokens that live: those of the fixture, and those that were issued.
//!
//! A token is found by the SHA-256 digest of its text, so that nothing compares the secret itself
//! and the time of a lookup tells nothing about it.

use super::issued::IssuedTokens;
use crate::domain::{Caller, Timestamp, Token};
use crate::store::TokenDigest;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
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
            roles: token.roles.as_slice().into(),
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

/// All tokens of an emulator.
#[derive(Debug)]
pub struct Tokens {
    /// Never changes, but for the marks of revocation: looked at without a lock.
    fixed: HashMap<TokenDigest, Arc<LiveToken>>,
    /// Locked for no longer than one look or one insertion.
    issued: RwLock<IssuedTokens>,
    most: usize,
}

/// What a text is found by.
pub fn digest(text: &str) -> TokenDigest {
    Sha256::digest(text.as_bytes()).into()
}

impl Tokens {
    /// With the tokens of a fixture, and room for so many others.
    pub fn new(fixed: impl IntoIterator<Item = (TokenDigest, Token)>, most: usize) -> Self {
        let fixed = fixed
            .into_iter()
            .map(|(digest, token)| (digest, LiveToken::new(token, false)))
            .collect();
        Self {
            fixed,
            issued: RwLock::new(IssuedTokens::new(most)),
            most,
        }
    }

    /// The token of a digest, be it alive or not.
    pub fn find(&self, digest: &TokenDigest) -> Option<Arc<LiveToken>> {
        if let Some(token) = self.fixed.get(digest) {
            return Some(Arc::clone(token));
        }
        let found = self.read().find(digest);
        found.map(|(token, is_revoked)| LiveToken::new(token, is_revoked))
    }

    /// Adds a token; says also which had to go for it.
    pub fn insert(&self, digest: TokenDigest, token: Token) -> (Arc<LiveToken>, Vec<TokenDigest>) {
        let gone = self.write().insert(digest, token.clone());
        (LiveToken::new(token, false), gone)
    }

    /// The digests of the tokens that carry an audit id: the token itself, and those made from it
    /// when it was the first of its chain.
    pub fn with_audit_id(&self, audit_id: &str) -> Vec<TokenDigest> {
        let fixed = self.fixed.iter();
        fixed
            .filter(|(_, live)| live.token.audit_ids().contains(&audit_id))
            .map(|(digest, _)| *digest)
            .chain(self.read().with_audit_id(audit_id))
            .collect()
    }

    /// Ends a token.
    pub fn revoke(&self, digest: &TokenDigest) {
        match self.fixed.get(digest) {
            Some(token) => token.revoked.store(true, Ordering::Release),
            None => self.write().revoke(digest),
        }
    }

    /// Forgets what was issued; the fixed tokens are as new.
    pub fn forget(&self) {
        *self.write() = IssuedTokens::new(self.most);
        for token in self.fixed.values() {
            token.revoked.store(false, Ordering::Release);
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
