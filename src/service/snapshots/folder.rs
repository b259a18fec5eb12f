//! The folder that keeps snapshots across starts.
//!
//! Of each there are `NAME.snapshot`, the manifest, which makes it one, `NAME-….pages`, a database of its
//! images, and in `data` the data of images, each once. Files are whole before a manifest names them; what
//! none names is removed.

use super::error::SnapshotError;
use super::manifest::{self, Card};
use super::snapshot::{Snapshot, SnapshotInfo};
use crate::control::Ids;
use crate::domain::{TextMaker, hexadecimal};
use crate::store::Seed;
use crate::store::spool::{DataName, Spool};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// How manifests end.
const MANIFEST: &str = ".snapshot";

/// How files of images end.
const PAGES: &str = ".pages";

/// How files end that are being written.
const UNFINISHED: &str = ".unfinished";

/// Keeps a second server away.
const LOCK: &str = "lock";

/// Where the data of images are.
const DATA: &str = "data";

/// The folder of a server.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    lock: File,
}

/// A file of images that is being written.
#[derive(Debug)]
pub struct Pages {
    /// Where it is.
    pub path: PathBuf,
    name: String,
}

/// What a folder has under a name.
pub type Found = (String, Result<SnapshotInfo, SnapshotError>);

impl Folder {
    /// Opens a folder, and makes it when it is not there. Says what is in it.
    ///
    /// # Errors
    /// When it cannot be used, or another server has it.
    pub fn open(path: &Path) -> Result<(Self, Vec<Found>), SnapshotError> {
        fs::create_dir_all(path.join(DATA)).map_err(SnapshotError::of(path))?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let lock = path.join(LOCK);
        let lock = options.open(&lock).map_err(SnapshotError::of(&lock))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let folder = path.to_owned();
                return Err(SnapshotError::InUse { folder });
            }
            Err(TryLockError::Error(error)) => return Err(SnapshotError::of(path)(error)),
        }
        let folder = Self {
            path: path.to_owned(),
            lock,
        };
        let mut found = Vec::new();
        for name in folder.names()? {
            let file = folder.manifest(&name);
            let card = read(&file).and_then(|text| manifest::read_card(&file, &text));
            found.push((name, card.map(|card| card.info())));
        }
        folder.sweep();
        Ok((folder, found))
    }

    /// A file for the images of another snapshot.
    pub fn new_pages(&self, name: &str) -> Pages {
        // A seeded sequence repeats; the name must not.
        let name = format!("{name}-{}{PAGES}", Ids::random().uuid().simple());
        Pages {
            path: self.path.join(&name),
            name,
        }
    }

    /// Removes what was written of a snapshot that came to nothing.
    pub fn give_up(&self, pages: &Pages) {
        _ = fs::remove_file(&pages.path);
        self.sweep();
    }

    /// Keeps a snapshot whose images have been written, in place of the one of its name.
    ///
    /// # Errors
    /// When something cannot be written; then the one that was there is there still.
    pub fn save(
        &self,
        snapshot: &Snapshot,
        pages: &Pages,
        spool: Option<&Spool>,
    ) -> Result<(), SnapshotError> {
        let mut data: Vec<_> = snapshot.images.data_names();
        data.sort_unstable();
        data.dedup();
        for name in &data {
            self.keep_data(name, spool)?;
        }
        let file = File::open(&pages.path).map_err(SnapshotError::of(&pages.path))?;
        file.sync_all().map_err(SnapshotError::of(&pages.path))?;
        let info = &snapshot.info;
        let card = Card {
            name: info.name.clone(),
            taken_at: info.taken_at.micros(),
            images: info.images,
            bytes: info.bytes,
            pages: pages.name.clone(),
            pages_digest: digest(&pages.path).map_err(SnapshotError::of(&pages.path))?,
            data: data.iter().map(|name| name.as_str().to_owned()).collect(),
        };
        let file = self.manifest(&info.name);
        let text = manifest::write(&card, &snapshot.rest)
            .map_err(|error| SnapshotError::of(&file)(error.into()))?;
        put(&file, text.as_bytes()).map_err(SnapshotError::of(&file))?;
        self.sweep();
        Ok(())
    }

    /// Keeps data beside the snapshots: as the same file where the system lets it be one.
    fn keep_data(&self, name: &DataName, spool: Option<&Spool>) -> Result<(), SnapshotError> {
        let kept = self.path.join(DATA).join(name.as_str());
        if kept.is_file() {
            return Ok(());
        }
        let missing = || SnapshotError::damaged(&kept, &"the data of an image are gone");
        let file = spool.and_then(|spool| spool.file_of(name));
        let file = file.ok_or_else(missing)?;
        let unfinished = with_ending(&kept, UNFINISHED);
        _ = fs::remove_file(&unfinished);
        let written = || -> io::Result<()> {
            if fs::hard_link(&file, &unfinished).is_err() {
                fs::copy(&file, &unfinished)?;
            }
            File::open(&unfinished)?.sync_all()?;
            fs::rename(&unfinished, &kept)
        };
        written().map_err(SnapshotError::of(&kept))
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// When a file of it is gone, damaged, or of another version.
    pub fn read(
        &self,
        name: &str,
        maker: &TextMaker,
        spool: Option<&Spool>,
    ) -> Result<Snapshot, SnapshotError> {
        let file = self.manifest(name);
        let text = read(&file)?;
        let card = manifest::read_card(&file, &text)?;
        let pages = self.path.join(&card.pages);
        let found = digest(&pages).map_err(SnapshotError::of(&pages))?;
        if found != card.pages_digest {
            return Err(SnapshotError::damaged(&pages, &"its digest is another"));
        }
        let damaged = |error| SnapshotError::damaged(&pages, &error);
        let mut images = Seed::at(&pages, maker).map_err(damaged)?;
        let mut held = Vec::new();
        for name in images.names_in_rows().map_err(damaged)? {
            let Some(spool) = spool else { break };
            let kept = self.path.join(DATA).join(name.as_str());
            let adopted = spool.adopt(&kept, &name);
            held.push(adopted.map_err(|error| SnapshotError::damaged(&kept, &error))?);
        }
        images.keep(held);
        let rest = manifest::read_rest(&file, &text, &images)?;
        let info = card.info();
        Ok(Snapshot { info, images, rest })
    }

    /// Removes a snapshot.
    ///
    /// # Errors
    /// When its manifest cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), SnapshotError> {
        let file = self.manifest(name);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(SnapshotError::of(&file)(error));
            }
            _ => {}
        }
        self.sweep();
        Ok(())
    }

    fn manifest(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}{MANIFEST}"))
    }

    /// The names of all manifests, in order.
    fn names(&self) -> Result<BTreeSet<String>, SnapshotError> {
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(&self.path).map_err(SnapshotError::of(&self.path))? {
            let entry = entry.map_err(SnapshotError::of(&self.path))?;
            let name = entry.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(MANIFEST));
            names.extend(name.map(str::to_owned));
        }
        Ok(names)
    }

    /// Removes what no manifest names. Where one cannot be read, nothing is.
    fn sweep(&self) {
        match self.named() {
            Ok(named) => {
                let is_over = |name: &str| {
                    let is_file = name.contains(PAGES) && !named.contains(name);
                    is_file || name.ends_with(UNFINISHED)
                };
                remove_from(&self.path, is_over);
                remove_from(&self.path.join(DATA), |name| !named.contains(name));
            }
            Err(error) => tracing::debug!(%error, "the folder of snapshots is not swept"),
        }
    }

    /// The files that manifests name.
    fn named(&self) -> Result<HashSet<String>, SnapshotError> {
        let mut named = HashSet::new();
        for name in self.names()? {
            let file = self.manifest(&name);
            let card = second_line(&file).map_err(SnapshotError::of(&file))?;
            let card: Card = serde_json::from_str(&card)
                .map_err(|error| SnapshotError::damaged(&file, &error))?;
            named.insert(card.pages);
            named.extend(card.data);
        }
        Ok(named)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A process that is about to be started has a copy of the handle.
        _ = self.lock.unlock();
    }
}

fn read(file: &Path) -> Result<String, SnapshotError> {
    let bytes = fs::read(file).map_err(SnapshotError::of(file))?;
    String::from_utf8(bytes).map_err(|_| SnapshotError::damaged(file, &"it is no text"))
}

fn second_line(file: &Path) -> io::Result<String> {
    let mut lines = BufReader::new(File::open(file)?).lines();
    lines.next().transpose()?;
    Ok(lines.next().transpose()?.unwrap_or_default())
}

/// Writes a file so that it is there whole or not at all.
fn put(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = with_ending(file, UNFINISHED);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    for_the_owner(&mut options);
    let mut written = options.open(&unfinished)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    fs::rename(&unfinished, file)?;
    match file.parent().filter(|_| cfg!(unix)) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// It holds tokens' digests and passwords' hashes.
#[cfg(unix)]
fn for_the_owner(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn for_the_owner(_: &mut OpenOptions) {}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.to_owned().into_os_string();
    name.push(ending);
    name.into()
}

/// SHA-256 of a file.
fn digest(file: &Path) -> io::Result<String> {
    let mut file = File::open(file)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        match buffer.get(..read) {
            Some([]) | None => return Ok(hexadecimal(&digest.finalize())),
            Some(bytes) => digest.update(bytes),
        }
    }
}

fn remove_from(folder: &Path, is_over: impl Fn(&str) -> bool) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let is_over = name.to_str().is_some_and(&is_over);
        if is_over && let Err(error) = fs::remove_file(entry.path()) {
            let file = entry.path().display().to_string();
            tracing::warn!(%error, file, "a file of a snapshot that is gone stays");
        }
    }
}
