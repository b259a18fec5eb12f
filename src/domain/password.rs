//! Passwords, as clients type them and as they are kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::fmt;

/// Memory of one hash, in KiB. Deliberately small: these are the passwords of a test server, which
/// stand in a fixture beside it, and every emulator of a test process hashes all of them at its
/// start. So a hash takes tens of microseconds, where Argon2's own default takes tens of
/// milliseconds; that the text itself is not kept in memory is what is gained.
pub const MEMORY_KIB: u32 = 64;
/// Passes over that memory.
pub const PASSES: u32 = 1;
/// Lanes side by side.
pub const LANES: u32 = 1;

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;
/// Bytes of a hash.
pub const HASH_BYTES: usize = 32;

/// A user's password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Password {
    /// As it is typed.
    Clear(String),
    /// As it is kept.
    Hash(PasswordHash),
}

/// What a password is recognised by: Argon2id with the parameters of this module. Its text is the usual
/// one, `$argon2id$v=19$m=64,t=1,p=1$SALT$HASH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordHash {
    /// The salt.
    pub salt: [u8; SALT_BYTES],
    /// The hash.
    pub hash: [u8; HASH_BYTES],
}

impl PasswordHash {
    /// Reads its text; nothing when it is none, or one with other parameters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (salt, hash) = text.strip_prefix(&prefix())?.split_once('$')?;
        let bytes = |text| STANDARD_NO_PAD.decode(text).ok();
        Some(Self {
            salt: bytes(salt)?.try_into().ok()?,
            hash: bytes(hash)?.try_into().ok()?,
        })
    }
}

impl fmt::Display for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [salt, hash] = [&self.salt[..], &self.hash[..]].map(|it| STANDARD_NO_PAD.encode(it));
        write!(f, "{}{salt}${hash}", prefix())
    }
}

/// 19 is the version that the digits 0x13 mean.
fn prefix() -> String {
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$")
}

#[cfg(test)]
mod tests {
    use super::PasswordHash;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = PasswordHash {
            salt: [7; 16],
            hash: [200; 32],
        };
        let text = hash.to_string();
        assert!(text.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{text}");
        assert_eq!(PasswordHash::parse(&text), Some(hash));
        for wrong in [
            "secret",
            &text.replace("m=64", "m=65536"),
            &text.replace("argon2id", "argon2i"),
            &text[..text.len() - 1],
            &format!("{text}A"),
        ] {
            assert_eq!(PasswordHash::parse(wrong), None, "{wrong}");
        }
    }
}
