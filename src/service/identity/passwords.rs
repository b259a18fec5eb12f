//! Passwords, which are kept only as hashes.

use crate::control::Ids;
use crate::domain::Directory;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use subtle::ConstantTimeEq as _;

/// Memory of one hash, in KiB. Deliberately small: these are the passwords of a test server, which
/// stand in a fixture beside it, and every emulator of a test process hashes all of them at its
/// start. So a hash takes tens of microseconds, where Argon2's own default takes tens of
/// milliseconds; that the text itself is not kept in memory is what is gained.
const MEMORY_KIB: u32 = 64;
const PASSES: u32 = 1;
const LANES: u32 = 1;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// The hashes of all users, by user id.
#[derive(Debug)]
pub struct Passwords {
    hashes: HashMap<String, PasswordHash>,
    /// What tells in another run of the server that a password is still the same.
    marks: HashMap<String, String>,
    /// What the password of an unknown user is compared with, so that it takes as long.
    nobody: PasswordHash,
}

#[derive(Debug)]
struct PasswordHash {
    salt: [u8; SALT_BYTES],
    hash: [u8; HASH_BYTES],
}

impl Passwords {
    /// Takes the passwords out of the directory.
    pub fn take_from(directory: &mut Directory, salts: &Ids) -> Self {
        let mut marks = HashMap::new();
        let users = directory.users.iter_mut();
        let hashes = users
            .filter_map(|user| {
                let password = user.password.take()?;
                marks.extend(marked(&user.id, &password));
                Some((user.id.clone(), PasswordHash::new(&password, salts)?))
            })
            .collect();
        let nobody = PasswordHash {
            salt: salts.bytes(),
            hash: salts.bytes(),
        };
        Self {
            hashes,
            marks,
            nobody,
        }
    }

    /// What changes with the user's password; empty without one.
    pub fn mark(&self, user_id: &str) -> &str {
        self.marks.get(user_id).map_or("", String::as_str)
    }

    /// Whether this is the user's password. A user without one has none that is right.
    pub fn are_right(&self, user_id: &str, password: &str) -> bool {
        if let Some(hash) = self.hashes.get(user_id) {
            hash.is_of(password)
        } else {
            self.nobody.is_of(password);
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

impl PasswordHash {
    fn new(password: &str, salts: &Ids) -> Option<Self> {
        let salt = salts.bytes();
        let hash = hashed(password, &salt)?;
        Some(Self { salt, hash })
    }

    fn is_of(&self, password: &str) -> bool {
        hashed(password, &self.salt).is_some_and(|hash| hash.ct_eq(&self.hash).into())
    }
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
        let passwords = Passwords::take_from(&mut directory, &Ids::seeded(1));
        assert!(directory.users.iter().all(|user| user.password.is_none()));
        assert!(passwords.are_right("demo", "secret"));
        for (user, password) in [("demo", "Secret"), ("demo", ""), ("nobody", "secret")] {
            assert!(!passwords.are_right(user, password), "{user} {password}");
        }
    }
}
