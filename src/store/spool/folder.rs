//! Where the files of a spool are, and what becomes of a folder that nobody cleared up.

use super::error::SpoolError;
use super::name::DataName;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What temporary folders are called, in front of what tells one from another.
const TEMPORARY: &str = "nova-images-data-";

/// In a temporary folder, locked by the process that has it.
const LOCK: &str = "lock";

/// Where a spool keeps its files.
#[derive(Clone, Debug)]
pub enum Place {
    /// Beside the file of a database, for as long as that is there: `PATH-data`. A crash of the system
    /// loses no data of which a row tells.
    Beside(PathBuf),
    /// In the system's folder of temporary files, while the server runs. Two of one name are never
    /// there at once.
    Temporary(String),
}

/// The folder. It is made when there are data, not before.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    is_temporary: bool,
    /// What a temporary folder's lock is taken with, once it is made.
    lock: Mutex<Option<File>>,
}

impl Folder {
    /// At a place.
    pub fn at(place: &Place) -> Self {
        let (path, is_temporary) = match place {
            Place::Beside(database) => {
                let mut path = database.clone().into_os_string();
                path.push("-data");
                (PathBuf::from(path), false)
            }
            Place::Temporary(name) => {
                let name = format!("{TEMPORARY}{name}");
                (std::env::temp_dir().join(name), true)
            }
        };
        Self {
            path,
            is_temporary,
            lock: Mutex::default(),
        }
    }

    /// Whether what is written has to be on the disk before it counts.
    pub fn is_durable(&self) -> bool {
        !self.is_temporary
    }

    /// Where it is, or is to be.
    #[cfg(feature = "cli")]
    pub fn place(&self) -> &Path {
        &self.path
    }

    /// Where it is, if it is there.
    pub fn path(&self) -> Option<&Path> {
        let is_there = match self.is_temporary {
            true => self.lock().is_some(),
            false => self.path.is_dir(),
        };
        is_there.then_some(self.path.as_path())
    }

    fn lock(&self) -> MutexGuard<'_, Option<File>> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where it is, from now on. Only its owner looks into it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn made(&self) -> Result<&Path, SpoolError> {
        self.make().map_err(|source| self.failed(source))?;
        Ok(&self.path)
    }

    fn failed(&self, source: io::Error) -> SpoolError {
        SpoolError::Folder {
            folder: self.path.clone(),
            source,
        }
    }

    fn make(&self) -> io::Result<()> {
        if !self.is_temporary {
            return match for_the_owner().create(&self.path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && self.path.is_dir() => {
                    Ok(())
                }
                Ok(()) => sync_folder(self.path.parent().unwrap_or(&self.path)),
                other => other,
            };
        }
        let mut lock = self.lock();
        if lock.is_none() {
            for_the_owner().create(&self.path)?;
            let mut options = OpenOptions::new();
            let file = options.write(true).create_new(true);
            let file = file.open(self.path.join(LOCK))?;
            file.try_lock()?;
            // Whoever swept meanwhile took it for a dead one's.
            fs::metadata(self.path.join(LOCK))?;
            *lock = Some(file);
        }
        Ok(())
    }

    /// Makes sure that the names in it outlive the system, where that matters.
    pub fn sync(&self) -> io::Result<()> {
        match self.is_durable() {
            true => sync_folder(&self.path),
            false => Ok(()),
        }
    }

    /// Removes files of a spool that are not needed, and touches no others; says how many.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file not be removed.
    pub fn sweep(&self, is_needed: impl Fn(&str) -> bool) -> Result<usize, SpoolError> {
        let Some(path) = self.path() else {
            return Ok(0);
        };
        let swept = || -> io::Result<usize> {
            let mut removed = 0;
            for entry in fs::read_dir(path)? {
                let entry = entry?;
                let name = entry.file_name();
                let is_over = |name: &str| is_of_spool(name) && !is_needed(name);
                if name.to_str().is_some_and(is_over) {
                    fs::remove_file(entry.path())?;
                    removed += 1;
                }
            }
            Ok(removed)
        };
        swept().map_err(|source| self.failed(source))
    }

    /// Removes a temporary folder.
    pub fn close(&self) {
        if let Some(file) = self.lock().take() {
            if let Err(error) = fs::remove_dir_all(&self.path) {
                let folder = self.path.display();
                tracing::warn!(%error, %folder, "a folder of image data stays behind");
            }
            // A process that is about to be started has a copy of the handle.
            _ = file.unlock();
        }
    }
}

/// Makes sure that names in a folder outlive the system; where folders are no files, they do.
fn sync_folder(path: &Path) -> io::Result<()> {
    // A relative path of one part has an empty parent.
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    match cfg!(unix) {
        true => File::open(path)?.sync_all(),
        false => Ok(()),
    }
}

/// Whether a file of this name is a spool's.
fn is_of_spool(name: &str) -> bool {
    let numbered = ["part-", "gone-"].into_iter();
    let mut numbers = numbered.filter_map(|prefix| name.strip_prefix(prefix));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    DataName::parse(name).is_some() || numbers.any(is_number)
}

/// Removes temporary folders whose processes are dead; says how many.
pub fn sweep_temporary() -> usize {
    sweep_stale(&std::env::temp_dir())
}

fn sweep_stale(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let named = entries.flatten().filter(|entry| {
        let name = entry.file_name();
        name.to_str()
            .is_some_and(|name| name.starts_with(TEMPORARY))
    });
    named.filter(|entry| remove_stale(&entry.path())).count()
}

/// Removes the folder of a dead process. Everybody may write to where it is: what is another user's
/// cannot be opened, and what is no folder of ours is left alone.
fn remove_stale(path: &Path) -> bool {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    if !is_folder {
        return false;
    }
    match OpenOptions::new().write(true).open(path.join(LOCK)) {
        // It is held no longer than it takes to remove it.
        Ok(lock) => lock.try_lock().is_ok() && fs::remove_dir_all(path).is_ok(),
        // Its process died before it had a lock; one that is making it will say so.
        Err(error) if error.kind() == ErrorKind::NotFound => fs::remove_dir(path).is_ok(),
        Err(_) => false,
    }
}

#[cfg(unix)]
fn for_the_owner() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn for_the_owner() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Folder, LOCK, Place, TEMPORARY, sweep_stale};
    use std::fs;

    #[test]
    fn folders_of_the_dead_are_swept() {
        let all = std::env::temp_dir().join(format!("nova-images-sweep-{}", std::process::id()));
        _ = fs::remove_dir_all(&all);
        fs::create_dir(&all).unwrap();
        let folder = |name: &str| all.join(format!("{TEMPORARY}{name}"));
        let [dead, begun, living] = ["dead", "begun", "living"].map(folder);
        let others = all.join("nova-images-other");
        for path in [&dead, &begun, &living, &others] {
            fs::create_dir(path).unwrap();
        }
        fs::write(dead.join(LOCK), "").unwrap();
        fs::write(dead.join("part-0"), "data").unwrap();
        let lock = fs::File::create(living.join(LOCK)).unwrap();
        lock.lock().unwrap();
        assert_eq!(sweep_stale(&all), 2);
        assert!(!dead.exists() && !begun.exists());
        assert!(living.exists() && others.exists());
        lock.unlock().unwrap();
        fs::remove_dir_all(&all).unwrap();
    }

    #[test]
    fn a_temporary_folder_is_there_while_it_is_needed() {
        let name = format!("test-{}", std::process::id());
        let folder = Folder::at(&Place::Temporary(name));
        assert_eq!(folder.path(), None);
        let path = folder.made().unwrap().to_owned();
        assert!(path.is_dir() && folder.path().is_some());
        folder.close();
        assert!(!path.exists());
        assert_eq!(folder.path(), None);
    }
}
