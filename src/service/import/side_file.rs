//! The file beside the database that holds what has come of a cloud so far.
//!
//! Each line is a document that a fixture may have. The first says whose view of which cloud it is; each of
//! the others is a page of images, members of images, or which data came. What that is stands in `self`,
//! and what tells that it is as it was written in `schema`, both of which fixtures leave alone. A line
//! counts when its end is there: what a crash cuts off is asked for again.

use super::error::ImportError;
use super::identity::CloudIdentity;
use super::page::SeenImage;
use super::sealed::Seal;
use super::staged::{PageEnd, Staged};
use crate::store::ImageDataRow;
use crate::store::spool::DataName;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// How much of it is read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// The file.
#[derive(Debug)]
pub struct SideFile {
    path: PathBuf,
    file: File,
    /// Of the last line.
    seal: Seal,
}

/// A line as it is written.
#[derive(Default, Serialize)]
struct Written<'w> {
    #[serde(rename = "self")]
    word: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<&'w [&'w RawValue]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<BTreeMap<&'w str, &'w [Box<RawValue>]>>,
}

/// A line as it is read.
#[derive(Deserialize)]
struct Read<'r> {
    #[serde(rename = "self", borrow)]
    word: Cow<'r, str>,
    #[serde(default)]
    images: Vec<SeenImage>,
}

/// The members of images, by the images' ids.
pub type MembersOf = Vec<(String, Vec<Box<RawValue>>)>;

impl SideFile {
    /// Where it is, beside a database.
    pub fn beside(database: &Path) -> PathBuf {
        let mut path = database.to_owned().into_os_string();
        path.push(".import");
        path.into()
    }

    /// Throws away what there is.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn discard(path: &Path) -> Result<(), ImportError> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(path, error)),
            _ => Ok(()),
        }
    }

    /// Whose view of which cloud it is that has begun to come into the file of this path; nothing when it is not there,
    /// or nothing stands in it.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn begun_by(path: &Path) -> Result<Option<CloudIdentity>, ImportError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(path, error)),
        };
        let mut lines = Lines::of(path, &file);
        let first = lines.next()?;
        first.map(|line| identity(&line)).transpose()
    }

    /// Goes on with it, or begins it; says what has come.
    ///
    /// # Errors
    /// When it is damaged, or from another cloud.
    pub fn open(path: PathBuf, cloud: &CloudIdentity) -> Result<(Self, Staged), ImportError> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        for_the_owner(&mut options);
        let file = options.open(&path).map_err(|error| failed(&path, error))?;
        let mut staged = Staged::default();
        let mut lines = Lines::of(&path, &file);
        if let Some(first) = lines.next()? {
            let found = identity(&first)?;
            if found != *cloud {
                return Err(ImportError::OtherCloud {
                    path,
                    found: found.into(),
                    wanted: cloud.clone().into(),
                });
            }
        }
        while let Some(line) = lines.next()? {
            let found = line.read()?;
            let added = add(&mut staged, found);
            added.ok_or_else(|| line.damaged("it is none of an import"))?;
        }
        let (seal, bytes) = (lines.seal, lines.bytes);
        let cut = file.set_len(bytes);
        cut.map_err(|error| failed(&path, error))?;
        let mut side = Self { path, file, seal };
        if bytes == 0 {
            let identity = serde_json::to_string(cloud);
            let identity = identity.map_err(|error| failed(&side.path, error.into()))?;
            side.write(&Written {
                word: format!("cloud {identity}"),
                ..Written::default()
            })?;
        }
        Ok((side, staged))
    }

    /// Makes sure that it holds what was written, all of it.
    ///
    /// # Errors
    /// When it does not.
    pub fn check(&self) -> Result<(), ImportError> {
        let file = File::open(&self.path).map_err(|error| failed(&self.path, error))?;
        let mut lines = Lines::of(&self.path, &file);
        while lines.next()?.is_some() {}
        match lines.seal == self.seal {
            true => Ok(()),
            false => Err(lines.damaged("what was written behind it is gone")),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A page has come, with these images on it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn page(&mut self, images: &[&RawValue], end: &PageEnd) -> Result<(), ImportError> {
        let end = serde_json::to_string(end);
        let end = end.map_err(|error| failed(&self.path, error.into()))?;
        self.write(&Written {
            word: format!("page {end}"),
            images: Some(images),
            ..Written::default()
        })
    }

    /// So many images have been asked for their members by now, and these have some.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn members(&mut self, asked: usize, members: &MembersOf) -> Result<(), ImportError> {
        let members = members.iter();
        let members = members.map(|(id, members)| (id.as_str(), members.as_slice()));
        self.write(&Written {
            word: format!("members {asked}"),
            members: Some(members.collect()),
            ..Written::default()
        })
    }

    /// The data of an image have come.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn data(&mut self, id: &str, row: &ImageDataRow) -> Result<(), ImportError> {
        let ImageDataRow { name, md5, size } = row;
        self.write(&Written {
            word: format!("data {size} {md5} {name} {id}"),
            ..Written::default()
        })
    }

    fn write(&mut self, line: &Written<'_>) -> Result<(), ImportError> {
        let mut written = || -> io::Result<()> {
            let mut object = serde_json::to_vec(line)?;
            // Within a text of JSON there are none.
            for byte in &mut object {
                if matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
            let mut bytes = self.seal.close(&object);
            bytes.push(b'\n');
            self.file.write_all(&bytes)?;
            self.file.sync_data()
        };
        written().map_err(|error| failed(&self.path, error))
    }
}

/// The lines of a file that are there as they were written.
struct Lines<'f> {
    path: &'f Path,
    file: BufReader<&'f File>,
    seal: Seal,
    /// How many there were.
    count: usize,
    /// How much of the file they are.
    bytes: u64,
}

/// One of them.
struct Line<'f> {
    path: &'f Path,
    number: usize,
    text: Vec<u8>,
}

impl<'f> Lines<'f> {
    fn of(path: &'f Path, file: &'f File) -> Self {
        Self {
            path,
            file: BufReader::with_capacity(CHUNK_BYTES, file),
            seal: Seal::default(),
            count: 0,
            bytes: 0,
        }
    }

    /// The next one; nothing when there is none, or its end was cut off.
    fn next(&mut self) -> Result<Option<Line<'f>>, ImportError> {
        let mut text = Vec::new();
        let read = self.file.read_until(b'\n', &mut text);
        read.map_err(|error| failed(self.path, error))?;
        if text.pop() != Some(b'\n') {
            return Ok(None);
        }
        self.bytes += text.len() as u64 + 1;
        self.count += 1;
        match self.seal.check(&text) {
            Ok(()) => Ok(Some(Line {
                path: self.path,
                number: self.count,
                text,
            })),
            Err(why) => Err(self.damaged(why)),
        }
    }

    fn damaged(&self, what: impl fmt::Display) -> ImportError {
        damaged(self.path, self.count, what)
    }
}

impl Line<'_> {
    fn read(&self) -> Result<Read<'_>, ImportError> {
        serde_json::from_slice(&self.text).map_err(|error| self.damaged(error))
    }

    fn damaged(&self, what: impl fmt::Display) -> ImportError {
        damaged(self.path, self.number, what)
    }
}

/// Whose view of which cloud it is, by the first line.
fn identity(first: &Line<'_>) -> Result<CloudIdentity, ImportError> {
    let found = first.read()?;
    let cloud = found.word.strip_prefix("cloud ").unwrap_or_default();
    serde_json::from_str(cloud).map_err(|error| first.damaged(error))
}

/// Adds what a line tells; nothing when it tells nothing that can come next.
fn add(staged: &mut Staged, line: Read<'_>) -> Option<()> {
    let (what, rest) = line.word.split_once(' ')?;
    match what {
        "page" => staged.page(line.images, serde_json::from_str(rest).ok()?),
        "members" => {
            let asked = rest.parse().ok()?;
            let is_next = (staged.asked..=staged.shared.len()).contains(&asked);
            staged.asked = is_next.then_some(asked)?;
        }
        "data" => {
            let mut words = rest.splitn(4, ' ');
            let size = words.next()?.parse().ok()?;
            let md5 = words.next()?.to_owned();
            let name = DataName::parse(words.next()?)?;
            let id = words.next()?.to_owned();
            staged.data.insert(id, ImageDataRow { name, md5, size });
        }
        _ => return None,
    }
    Some(())
}

fn damaged(path: &Path, line: usize, what: impl fmt::Display) -> ImportError {
    ImportError::Damaged {
        path: path.to_owned(),
        line,
        what: what.to_string(),
    }
}

fn failed(path: &Path, source: io::Error) -> ImportError {
    ImportError::SideFile {
        path: path.to_owned(),
        source,
    }
}

/// It holds what others must not read.
#[cfg(unix)]
fn for_the_owner(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn for_the_owner(_: &mut OpenOptions) {}

#[cfg(test)]
mod tests {
    use super::{CloudIdentity, PageEnd, RawValue, SideFile};

    #[test]
    fn damage_that_comes_behind_the_reader_is_noticed_as_well() {
        let name = format!("nova-images-{}.import", std::process::id());
        let path = std::env::temp_dir().join(name);
        let cloud = CloudIdentity {
            image_url: "http://glance".to_owned(),
            user: "u".to_owned(),
            project: None,
        };
        let (mut side, staged) = SideFile::open(path.clone(), &cloud).unwrap();
        assert!(staged.is_empty());
        for id in ["a", "b"] {
            let image = RawValue::from_string(format!("{{\"id\":\n\"{id}\"}}")).unwrap();
            side.page(&[&image], &PageEnd::default()).unwrap();
        }
        side.check().unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = whole.split_inclusive('\n').collect();
        for (damaged, told) in [
            (
                whole.replacen("\"a\"", "\"c\"", 1),
                "line 2 is damaged: it is not what was written there",
            ),
            (
                lines[..2].concat(),
                "line 2 is damaged: what was written behind it is gone",
            ),
            (
                whole.trim_end().to_owned(),
                "line 2 is damaged: what was written behind it is gone",
            ),
        ] {
            std::fs::write(&path, damaged).unwrap();
            let error = side.check().unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        std::fs::write(&path, &whole).unwrap();
        side.check().unwrap();
        let (again, staged) = SideFile::open(path.clone(), &cloud).unwrap();
        assert_eq!((again.seal, staged.images), (side.seal, 2));
        assert_eq!(SideFile::begun_by(&path).unwrap(), Some(cloud));
        std::fs::remove_file(path).unwrap();
    }
}
