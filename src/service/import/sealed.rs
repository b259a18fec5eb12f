//! Lines of JSON that tell whether they are still what was written.
//!
//! Each is an object whose first member, `schema`, ends with a digest of all that stands behind it in the
//! line, and of the digest before: so a line that was changed, put in, left out or moved is noticed at the
//! line itself or the next one.

use crate::domain::hexadecimal;
use sha2::{Digest as _, Sha256};

/// What each line begins with, up to its digest.
const BEGINNING: &[u8] = b"{\"schema\":\"nova-images-import/2 ";

/// Hexadecimal digits of a digest.
const DIGITS: usize = 2 * 32;

/// Why a line is none of ours, or no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsealed {
    /// It was never one.
    #[error("it is no line of an import as this release writes them")]
    Foreign,
    /// It was one.
    #[error("it is not what was written there")]
    Changed,
}

/// The digest of the last line, which the next one goes on from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seal([u8; 32]);

impl Seal {
    /// The line that says this object, which has a member and stands in one line.
    pub fn close(&mut self, object: &[u8]) -> Vec<u8> {
        // The rest of the object comes behind the digest.
        let members = object.get(1..).unwrap_or_default();
        let rest = [b"\",", members].concat();
        let mut line = BEGINNING.to_vec();
        line.extend_from_slice(self.advance(&rest).as_bytes());
        line.extend_from_slice(&rest);
        line
    }

    /// Makes sure that a line is the next one that was closed.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&mut self, line: &[u8]) -> Result<(), Unsealed> {
        let line = line.strip_prefix(BEGINNING).ok_or(Unsealed::Foreign)?;
        let split = line.split_at_checked(DIGITS);
        let (found, rest) = split.ok_or(Unsealed::Changed)?;
        match self.advance(rest).as_bytes() == found {
            true => Ok(()),
            false => Err(Unsealed::Changed),
        }
    }

    /// Goes on over what stands behind the next digest, and says which one that is.
    fn advance(&mut self, rest: &[u8]) -> String {
        let digest = Sha256::new().chain_update(self.0).chain_update(rest);
        self.0 = digest.finalize().into();
        hexadecimal(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Seal, Unsealed};

    /// What is found of lines that were written one after the other.
    fn check(lines: &[Vec<u8>]) -> Result<(), (usize, Unsealed)> {
        let mut seal = Seal::default();
        for (number, line) in lines.iter().enumerate() {
            seal.check(line).map_err(|error| (number, error))?;
        }
        Ok(())
    }

    fn lines() -> Vec<Vec<u8>> {
        let mut seal = Seal::default();
        let objects = ["{\"a\":1}", "{\"b\":[]}", "{\"b\":[]}", "{\"c\":\"\"}"];
        let lines = objects.iter().map(|object| seal.close(object.as_bytes()));
        lines.collect()
    }

    #[test]
    fn what_was_written_is_an_object_and_is_found_so() {
        let lines = lines();
        assert_eq!(check(&lines), Ok(()));
        assert_ne!(lines[1], lines[2]);
        let read: serde_json::Value = serde_json::from_slice(&lines[1]).unwrap();
        assert_eq!(read["b"], serde_json::json!([]));
        assert!(
            read["schema"]
                .as_str()
                .unwrap()
                .starts_with("nova-images-import/2 ")
        );
    }

    #[test]
    fn no_byte_of_it_may_be_another() {
        let whole = lines();
        for (number, line) in whole.iter().enumerate() {
            for place in 0..line.len() {
                let mut lines = whole.clone();
                lines[number][place] ^= 1;
                let (found, _) = check(&lines).unwrap_err();
                assert_eq!(found, number, "byte {place}");
            }
            let mut cut = whole.clone();
            cut[number].truncate(60);
            assert_eq!(check(&cut), Err((number, Unsealed::Changed)));
        }
        assert_eq!(check(&[b"{}".to_vec()]), Err((0, Unsealed::Foreign)));
    }

    #[test]
    fn nor_may_a_line_be_missing_or_elsewhere() {
        let whole = lines();
        let without = |number: usize| {
            let mut lines = whole.clone();
            lines.remove(number);
            lines
        };
        for number in 0..3 {
            assert_eq!(check(&without(number)), Err((number, Unsealed::Changed)));
        }
        // The last ones may: what they told is asked for again.
        assert_eq!(check(&without(3)), Ok(()));
        let mut moved = whole.clone();
        moved.swap(1, 2);
        assert_eq!(check(&moved), Err((1, Unsealed::Changed)));
        let mut doubled = whole.clone();
        doubled.insert(1, whole[1].clone());
        assert_eq!(check(&doubled), Err((2, Unsealed::Changed)));
    }
}
