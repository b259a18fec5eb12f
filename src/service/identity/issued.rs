//! The tokens that were issued, in little room and of a bounded number.
//!
//! What tokens of one user in one scope have in common is kept once. The rest is a few fixed numbers:
//! less than 300 bytes a token, whatever a client called itself. Which one ends next and which one is
//! the oldest is known without looking at the others.

use crate::domain::identity::Role;
use crate::domain::{Timestamp, Token, TokenScope, TokenUser};
use crate::store::TokenDigest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What users and scopes may take together: in open mode, clients choose their names.
const MOST_HOLDER_BYTES: usize = 64 * 1024 * 1024;

/// The part of a digest that tells tokens apart; 128 bits are more than anybody guesses.
type Key = [u8; 16];

/// Tokens by their digests.
#[derive(Debug)]
pub struct IssuedTokens {
    most: usize,
    entries: HashMap<Key, Box<Entry>>,
    /// By the order in which they came.
    by_age: BTreeMap<u64, Key>,
    /// With the place in that order, of those that end.
    by_end: BTreeSet<(Timestamp, u64)>,
    next: u64,
    holders: HashSet<Arc<Holder>>,
    holder_bytes: usize,
}

/// What a token shares with others.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Holder {
    user: TokenUser,
    scope: TokenScope,
    roles: Vec<Role>,
    methods: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    digest: TokenDigest,
    holder: Arc<Holder>,
    audit_id: AuditId,
    first_audit_id: Option<AuditId>,
    issued_at: Timestamp,
    expires_at: Option<Timestamp>,
    age: u64,
    is_revoked: bool,
}

/// As bytes where it is one that we have made.
#[derive(Debug, PartialEq, Eq)]
enum AuditId {
    Ours([u8; 16]),
    Other(Box<str>),
}

/// Room for any number.
impl Default for IssuedTokens {
    fn default() -> Self {
        Self::new(usize::MAX)
    }
}

impl IssuedTokens {
    /// For so many tokens.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            entries: HashMap::new(),
            by_age: BTreeMap::new(),
            by_end: BTreeSet::new(),
            next: 0,
            holders: HashSet::new(),
            holder_bytes: 0,
        }
    }

    /// The token of a digest, and whether it was revoked.
    pub fn find(&self, digest: &TokenDigest) -> Option<(Token, bool)> {
        let entry = self.entries.get(&key(digest))?;
        (entry.digest == *digest).then(|| (entry.token(), entry.is_revoked))
    }

    /// Adds a token; says which had to go for it.
    pub fn insert(&mut self, digest: TokenDigest, token: Token) -> Vec<TokenDigest> {
        self.remove(&key(&digest));
        let age = self.next;
        self.next += 1;
        let entry = Entry {
            digest,
            audit_id: AuditId::of(&token.audit_id),
            first_audit_id: token.first_audit_id.as_deref().map(AuditId::of),
            issued_at: token.issued_at,
            expires_at: token.expires_at,
            age,
            is_revoked: false,
            holder: self.holder(Holder {
                user: token.user,
                scope: token.scope,
                roles: token.roles,
                methods: token.methods,
            }),
        };
        self.by_age.insert(age, key(&digest));
        self.by_end.extend(entry.expires_at.map(|end| (end, age)));
        self.entries.insert(key(&digest), Box::new(entry));
        let mut gone = Vec::new();
        // The newest one stays, whatever it takes.
        while self.entries.len() > self.most.max(1)
            || (self.holder_bytes > MOST_HOLDER_BYTES && self.entries.len() > 1)
        {
            let oldest = self.by_age.first_key_value().map(|(_, key)| *key);
            let removed = oldest.and_then(|key| self.remove(&key));
            gone.extend(removed.map(|entry| entry.digest));
        }
        gone
    }

    /// Marks a token as revoked.
    pub fn revoke(&mut self, digest: &TokenDigest) {
        if let Some(entry) = self.entries.get_mut(&key(digest)) {
            entry.is_revoked = true;
        }
    }

    /// The same tokens once more, as far as there is room for so many.
    pub fn copy(&self, most: usize) -> Self {
        let mut copy = Self::new(most);
        for (digest, token, is_revoked) in self.all() {
            copy.insert(digest, token);
            if is_revoked {
                copy.revoke(&digest);
            }
        }
        copy
    }

    /// All of them in the order in which they came, and whether they were revoked.
    pub fn all(&self) -> impl Iterator<Item = (TokenDigest, Token, bool)> {
        let entries = self.by_age.values();
        let entries = entries.filter_map(|key| self.entries.get(key));
        entries.map(|entry| (entry.digest, entry.token(), entry.is_revoked))
    }

    /// Those that do not hold any more. What tokens of one user in one scope have in common is looked
    /// at once.
    pub fn void(&self, holds: impl Fn(&Token) -> bool) -> Vec<TokenDigest> {
        let mut known: HashMap<*const Holder, bool> = HashMap::new();
        let entries = self.entries.values().filter(|entry| !entry.is_revoked);
        let void = entries.filter(|entry| {
            let holder = Arc::as_ptr(&entry.holder);
            !*known.entry(holder).or_insert_with(|| holds(&entry.token()))
        });
        void.map(|entry| entry.digest).collect()
    }

    /// When the first of them ends.
    pub fn first_end(&self) -> Option<Timestamp> {
        self.by_end.first().map(|(end, _)| *end)
    }

    /// Forgets those that ended before a moment; says whether there were any.
    pub fn drop_ended_before(&mut self, moment: Timestamp) -> bool {
        let before = self.entries.len();
        while let Some((end, age)) = self.by_end.first().copied()
            && end < moment
        {
            let key = self.by_age.get(&age).copied();
            if key.and_then(|key| self.remove(&key)).is_none() {
                self.by_end.pop_first();
            }
        }
        self.entries.len() < before
    }

    /// The digests of the tokens that carry an audit id.
    pub fn with_audit_id(&self, audit_id: &str) -> impl Iterator<Item = TokenDigest> {
        let wanted = AuditId::of(audit_id);
        self.entries
            .values()
            .filter(move |entry| {
                entry.audit_id == wanted || entry.first_audit_id.as_ref() == Some(&wanted)
            })
            .map(|entry| entry.digest)
    }

    /// How many there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    fn remove(&mut self, key: &Key) -> Option<Box<Entry>> {
        let entry = self.entries.remove(key)?;
        self.by_age.remove(&entry.age);
        if let Some(end) = entry.expires_at {
            self.by_end.remove(&(end, entry.age));
        }
        // The set's own share, and this one.
        if Arc::strong_count(&entry.holder) == 2 {
            self.holders.remove(&entry.holder);
            self.holder_bytes -= entry.holder.weight();
        }
        Some(entry)
    }

    fn holder(&mut self, holder: Holder) -> Arc<Holder> {
        if let Some(known) = self.holders.get(&holder) {
            return Arc::clone(known);
        }
        let holder = Arc::new(holder);
        self.holder_bytes += holder.weight();
        self.holders.insert(Arc::clone(&holder));
        holder
    }
}

impl Entry {
    fn token(&self) -> Token {
        let Holder {
            user,
            scope,
            roles,
            methods,
        } = &*self.holder;
        Token {
            user: user.clone(),
            scope: scope.clone(),
            roles: roles.clone(),
            methods: methods.clone(),
            audit_id: self.audit_id.text(),
            first_audit_id: self.first_audit_id.as_ref().map(AuditId::text),
            issued_at: self.issued_at,
            expires_at: self.expires_at,
        }
    }
}

impl Holder {
    /// What it takes to keep, in bytes.
    fn weight(&self) -> usize {
        let named = |named: &crate::domain::Named| named.id.len() + named.name.len();
        let scope = match &self.scope {
            TokenScope::Project { project, domain } => named(project) + named(domain),
            TokenScope::Domain(domain) => named(domain),
            TokenScope::Unscoped | TokenScope::System => 0,
        };
        let user = self.user.id.len() + self.user.name.len() + named(&self.user.domain);
        let lists = self.roles.iter().chain(&self.methods);
        size_of::<Self>() + user + scope + lists.map(|text| 24 + text.len()).sum::<usize>()
    }
}

impl AuditId {
    fn of(text: &str) -> Self {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        match bytes.and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) => Self::Ours(bytes),
            None => Self::Other(text.into()),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Ours(bytes) => URL_SAFE_NO_PAD.encode(bytes),
            Self::Other(text) => text.to_string(),
        }
    }
}

fn key(digest: &TokenDigest) -> Key {
    let mut key = Key::default();
    for (byte, of_digest) in key.iter_mut().zip(digest) {
        *byte = *of_digest;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::{Entry, IssuedTokens, MOST_HOLDER_BYTES};
    use crate::domain::{Named, Timestamp, Token, TokenScope, TokenUser};
    use crate::service::identity::tokens::digest;

    fn token(user: &str, ends_at_second: i64) -> Token {
        let domain = Named {
            id: "default".to_owned(),
            name: "Default".to_owned(),
        };
        Token {
            user: TokenUser {
                id: user.to_owned(),
                name: user.to_owned(),
                domain,
            },
            scope: TokenScope::Unscoped,
            roles: vec!["member".to_owned()],
            methods: vec!["password".to_owned()],
            audit_id: "VcxU2JYqT8OzfUVvrjEITQ".to_owned(),
            first_audit_id: Some("another".to_owned()),
            issued_at: Timestamp::from_micros(7),
            expires_at: Some(Timestamp::from_micros(ends_at_second * 1_000_000)),
        }
    }

    #[test]
    fn a8_the_oldest_go_and_the_rest_is_as_it_was() {
        let mut issued = IssuedTokens::new(3);
        for number in 0..5 {
            let gone = issued.insert(digest(&number.to_string()), token("u", 100 - number));
            let expected = (number > 2).then(|| digest(&(number - 3).to_string()));
            assert_eq!(gone, Vec::from_iter(expected));
        }
        assert_eq!(issued.find(&digest("1")), None);
        assert_eq!(issued.find(&digest("4")), Some((token("u", 96), false)));
        issued.revoke(&digest("4"));
        assert_eq!(issued.find(&digest("4")), Some((token("u", 96), true)));
        assert_eq!(issued.with_audit_id("another").count(), 3);
        let ends = |second: i64| Timestamp::from_micros(second * 1_000_000);
        assert!(!issued.drop_ended_before(ends(96)));
        assert!(issued.drop_ended_before(ends(97)));
        assert_eq!(
            (issued.len(), issued.by_age.len(), issued.by_end.len()),
            (2, 2, 2)
        );
        assert!(issued.drop_ended_before(ends(1000)));
        assert_eq!((issued.by_age.len(), issued.by_end.len()), (0, 0));
        assert_eq!((issued.holders.len(), issued.holder_bytes), (0, 0));
    }

    #[test]
    fn a8_names_are_bounded_too() {
        let mut issued = IssuedTokens::new(usize::MAX);
        for number in 0..100 {
            let name = format!("{number}{}", "x".repeat(MOST_HOLDER_BYTES / 40));
            issued.insert(digest(&name), token(&name, 1));
            assert!(issued.holder_bytes <= MOST_HOLDER_BYTES);
        }
        assert!(issued.len() < 25);
        // With the key, and shares of the two trees and of the table.
        assert!(size_of::<Entry>() + 16 + 47 + 32 + 57 < 300);
    }
}
