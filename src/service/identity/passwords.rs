//! Passwords, which are kept only as hashes.

use crate::control::Ids;
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
pub struct Passwords {
    hashes: HashMap<String, PasswordHash>,
    /// What tells in another run of the server that a password is still the same.
    marks: HashMap<String, String>,
    /// What the password of an unknown user is compared with, so that it takes as long.
    nobody: PasswordHash,
}

impl Passwords {
    /// Takes the passwords out of the directory. Who had the same hash before keeps what went with it.
    pub fn take_from(directory: &mut Directory, salts: &Ids, before: Option<&Self>) -> Self {
        let mut passwords = Self {
            hashes: HashMap::new(),
            marks: HashMap::new(),
            nobody: PasswordHash {
                salt: salts.bytes(),
                hash: salts.bytes(),
            },
        };
        for user in &mut directory.users {
            match user.password.take() {
                None => {}
                Some(Password::Clear(text)) => passwords.take(&user.id, &text, salts),
                Some(Password::Hash(hash)) => {
                    let known = before.filter(|it| it.hashes.get(&user.id) == Some(&hash));
                    let mark = known.map(|known| known.mark(&user.id).to_owned());
                    // Nobody knows the text: that it is still the same is known by its hash.
                    let mark = mark.unwrap_or_else(|| hash.to_string());
                    passwords.marks.insert(user.id.clone(), mark);
                    passwords.hashes.insert(user.id.clone(), hash);
                }
            }
        }
        passwords
    }

    fn take(&mut self, user_id: &str, text: &str, salts: &Ids) {
        self.marks.extend(marked(user_id, text));
        let hash = hash_of(text, salts);
        self.hashes
            .extend(hash.map(|hash| (user_id.to_owned(), hash)));
    }

    /// The directory with what its passwords are recognised by.
    pub fn put_back(&self, directory: &Directory) -> Directory {
        let mut directory = directory.clone();
        for user in &mut directory.users {
            let hash = self.hashes.get(&user.id);
            user.password = hash.map(|hash| Password::Hash(hash.clone()));
        }
        directory
    }

    /// What changes with the user's password; empty without one.
    pub fn mark(&self, user_id: &str) -> &str {
        self.marks.get(user_id).map_or("", String::as_str)
    }

    /// Whether this is the user's password. A user without one has none that is right.
    pub fn are_right(&self, user_id: &str, password: &str) -> bool {
        if let Some(hash) = self.hashes.get(user_id) {
            is_of(hash, password)
        } else {
            is_of(&self.nobody, password);
            false
        }
    }
}

/// A hash whose salt is the user's id: the same in every run. Half of it is enough to tell passwords
/// apart.
fn marked(user_id: &str, password: &str) -> Option<(String, String)> {
    let mut salt = [0; SALT_BYTES];
    let digest = Sha256::digest(format!("what tokens depend on: {user_id}"));
    for (byte, of_digest) in salt.iter_mut().zip(digest) {
        *byte = of_digest;
    }
    let hash = hashed(password, &salt)?;
    let half = hash.get(..HASH_BYTES / 2)?;
    Some((user_id.to_owned(), URL_SAFE_NO_PAD.encode(half)))
}

fn hash_of(password: &str, salts: &Ids) -> Option<PasswordHash> {
    let salt = salts.bytes();
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
    use super::Passwords;
    use crate::control::{Fixture, Ids};

    #[test]
    fn the_text_is_gone_and_the_hash_knows_it() {
        let mut directory = Fixture::docs().unwrap().directory;
        let passwords = Passwords::take_from(&mut directory, &Ids::seeded(1), None);
        assert!(directory.users.iter().all(|user| user.password.is_none()));
        assert!(passwords.are_right("demo", "secret"));
        for (user, password) in [("demo", "Secret"), ("demo", ""), ("nobody", "secret")] {
            assert!(!passwords.are_right(user, password), "{user} {password}");
        }
    }

    #[test]
    fn hashes_are_as_good_as_texts() {
        let mut directory = Fixture::docs().unwrap().directory;
        let first = Passwords::take_from(&mut directory, &Ids::seeded(1), None);
        let mut again = first.put_back(&directory);
        let second = Passwords::take_from(&mut again, &Ids::seeded(2), Some(&first));
        assert_eq!(again, directory);
        assert!(second.are_right("demo", "secret") && !second.are_right("demo", "x"));
        // Tokens of users whose password stays the same live on.
        assert_eq!(second.mark("demo"), first.mark("demo"));
        let mut again = first.put_back(&directory);
        let third = Passwords::take_from(&mut again, &Ids::seeded(2), None);
        assert_ne!(third.mark("demo"), first.mark("demo"));
    }
}
