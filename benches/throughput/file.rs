//! Emulators over files.

use crate::{WORKERS, images};
use nova_images::Emulator;
use std::path::{Path, PathBuf};

/// An emulator over a file: memory databases end at one GiB, which a million images exceed.
pub struct OnFile {
    // Before the file, so that it is closed when the file goes.
    pub emulator: Emulator,
    file: File,
}

impl OnFile {
    pub fn start(count: u32) -> Self {
        let file = File::named(&format!("images-{count}.sqlite"));
        let emulator = Emulator::builder()
            .fixture(images::fixture(count))
            .database(&file.0)
            .workers(WORKERS)
            .start()
            .expect("the emulator starts");
        Self { emulator, file }
    }

    pub fn megabytes(&self) -> f64 {
        let file = std::fs::metadata(&self.file.0).expect("the database is there");
        let kilobytes = u32::try_from(file.len() / 1000).unwrap_or(u32::MAX);
        f64::from(kilobytes) / 1000.0
    }
}

/// A database that is removed in the end, with what the store puts beside it.
pub struct File(pub PathBuf);

impl File {
    /// In the folder for such.
    pub fn named(name: &str) -> Self {
        let name = format!("{}-{name}", std::process::id());
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(suffix);
            _ = std::fs::remove_file(path);
        }
    }
}
