//! A folder for one test, gone when the test is.

use std::path::{Path, PathBuf};

pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(test: &str) -> Self {
        let name = format!("{test}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file of this content.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Where SQLite keeps `user_version` and `application_id` in the first page, big-endian.
pub const USER_VERSION: usize = 60;
pub const APPLICATION_ID: usize = 68;

/// Overwrites a number in the header of a SQLite file that nobody has open.
pub fn patch_header(path: &Path, at: usize, number: u32) {
    let mut bytes = std::fs::read(path).unwrap();
    assert!(bytes.starts_with(b"SQLite format 3\0"));
    bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
    std::fs::write(path, bytes).unwrap();
}
