//! Passwords, which are kept only as hashes.

use crate::domain::password::{HASH_BYTES, LANES, MEMORY_KIB, PASSES, SALT_BYTES};
use crate::domain::{Directory, Password, PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use subtle::ConstantTimeEq as _;

/// The hashes of all users, by user id.
#[derive(Debug)]
pub struct Passwords(HashMap<String, PasswordHash>);

/// What the password of an unknown user is compared with, so that it takes as long.
const NOBODY: PasswordHash = PasswordHash {
    salt: [0; SALT_BYTES],
    hash: [0; HASH_BYTES],
};

impl Passwords {
    /// Takes the passwords out of the directory.
    pub fn take_from(directory: &mut Directory) -> Self {
        let mut hashes = HashMap::new();
        for user in &mut directory.users {
            let hash = match user.password.take() {
                None => None,
                Some(Password::Clear(text)) => hash_of(&user.id, &text),
                Some(Password::Hash(hash)) => Some(hash),
            };
            hashes.extend(hash.map(|hash| (user.id.clone(), hash)));
        }
        Self(hashes)
    }

    /// The directory with what its passwords are recognised by.
    pub fn put_back(&self, directory: &Directory) -> Directory {
        let mut directory = directory.clone();
        for user in &mut directory.users {
            let hash = self.0.get(&user.id);
            user.password = hash.map(|hash| Password::Hash(hash.clone()));
        }
        directory
    }

    /// What changes with the user's password, and is the same in every run while that stays; empty without
    /// one.
    pub fn mark(&self, user_id: &str) -> String {
        match self.0.get(user_id) {
            // Half of it is enough to tell passwords apart.
            Some(hash) if hash.salt == salt_of(user_id) => {
                let (half, _) = hash.hash.split_at(HASH_BYTES / 2);
                URL_SAFE_NO_PAD.encode(half)
            }
            // Nobody knows the text: that it is still the same is known by its hash.
            Some(hash) => hash.to_string(),
            None => String::new(),
        }
    }

    /// Whether this is the user's password. A user without one has none that is right.
    pub fn are_right(&self, user_id: &str, password: &str) -> bool {
        if let Some(hash) = self.0.get(user_id) {
            is_of(hash, password)
        } else {
            is_of(&NOBODY, password);
            false
        }
    }
}

/// The salt of a user's password: the same in every run, so that its hash tells in another one that it is
/// still the same, and so that what is dumped of one state is one text.
fn salt_of(user_id: &str) -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    let digest = Sha256::digest(format!("what tokens depend on: {user_id}"));
    for (byte, of_digest) in salt.iter_mut().zip(digest) {
        *byte = of_digest;
    }
    salt
}

fn hash_of(user_id: &str, password: &str) -> Option<PasswordHash> {
    let salt = salt_of(user_id);
    let hash = hashed(password, &salt)?;
    Some(PasswordHash { salt, hash })
}

fn is_of(known: &PasswordHash, password: &str) -> bool {
    hashed(password, &known.salt).is_some_and(|hash| hash.ct_eq(&known.hash).into())
}

/// Nothing only when Argon2 refuses its parameters or a password of 4 GiB.
fn hashed(password: &str, salt: &[u8; SALT_BYTES]) -> Option<[u8; HASH_BYTES]> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = [0; HASH_BYTES];
    argon2
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::{Passwords, hash_of};
    use crate::control::Fixture;
    use crate::domain::Password;

    #[test]
    fn the_text_is_gone_and_the_hash_knows_it() {
        let mut directory = Fixture::docs().unwrap().directory;
        let passwords = Passwords::take_from(&mut directory);
        assert!(directory.users.iter().all(|user| user.password.is_none()));
        assert!(passwords.are_right("demo", "secret"));
        for (user, password) in [("demo", "Secret"), ("demo", ""), ("nobody", "secret")] {
            assert!(!passwords.are_right(user, password), "{user} {password}");
        }
    }

    #[test]
    fn hashes_are_as_good_as_texts() {
        let mut directory = Fixture::docs().unwrap().directory;
        let first = Passwords::take_from(&mut directory);
        let mut again = first.put_back(&directory);
        let second = Passwords::take_from(&mut again);
        assert_eq!(again, directory);
        assert!(second.are_right("demo", "secret") && !second.are_right("demo", "x"));
        // Tokens of users whose password stays the same live on.
        assert_eq!(second.mark("demo"), first.mark("demo"));
        // So they do by a hash that somebody else has salted.
        let hashes = [("a", "x"), ("b", "x"), ("a", "y")].map(|(salt, text)| {
            for user in &mut again.users {
                user.password = hash_of(salt, text).map(Password::Hash);
            }
            let passwords = Passwords::take_from(&mut again);
            assert!(passwords.are_right("demo", text));
            passwords.mark("demo")
        });
        for (at, mark) in hashes.iter().enumerate() {
            assert!(!mark.is_empty() && *mark != first.mark("demo"));
            assert!(!hashes[..at].contains(mark));
        }
    }
}
