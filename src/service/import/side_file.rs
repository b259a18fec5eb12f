//! The file beside the database that holds what has come of a cloud so far.
//!
//! Each line is a document that a fixture may have. The first says whose view of which cloud it is; each of
//! the others is a page of images, members of images, or which data came. What that is stands in `self`,
//! which fixtures leave alone. A line counts when its end is there: what a crash cuts off is asked for
//! again.

use super::error::ImportError;
use super::identity::CloudIdentity;
use super::page::SeenImage;
use super::staged::Staged;
use crate::store::ImageDataRow;
use crate::store::spool::DataName;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// What the first line says of the form of all.
const FORM: &str = "nova-images-import/1";

/// The file.
#[derive(Debug)]
pub struct SideFile {
    path: PathBuf,
    file: File,
}

/// A line as it is written.
#[derive(Default, Serialize)]
struct Written<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'w str>,
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
    #[serde(default, borrow)]
    schema: Option<Cow<'r, str>>,
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

    /// Goes on with it, or begins it; says what has come.
    ///
    /// # Errors
    /// When it is damaged, or from another cloud.
    pub fn open(path: PathBuf, cloud: &CloudIdentity) -> Result<(Self, Staged), ImportError> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        for_the_owner(&mut options);
        let file = options.open(&path).map_err(|error| failed(&path, error))?;
        let mut side = Self { path, file };
        let (staged, bytes) = side.read(cloud)?;
        let cut = side.file.set_len(bytes);
        cut.map_err(|error| failed(&side.path, error))?;
        if bytes == 0 {
            let identity = serde_json::to_string(cloud);
            let identity = identity.map_err(|error| failed(&side.path, error.into()))?;
            side.write(&Written {
                schema: Some(FORM),
                word: format!("cloud {identity}"),
                ..Written::default()
            })?;
        }
        Ok((side, staged))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A page has come, and this query goes on with its list.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn page(&mut self, images: &[&RawValue], next: Option<&str>) -> Result<(), ImportError> {
        self.write(&Written {
            word: format!("page {}", next.unwrap_or_default()),
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
            let mut bytes = serde_json::to_vec(line)?;
            // Within a text of JSON there are none.
            for byte in &mut bytes {
                if matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
            bytes.push(b'\n');
            self.file.write_all(&bytes)?;
            self.file.sync_data()
        };
        written().map_err(|error| failed(&self.path, error))
    }

    /// What has come, and how many bytes of the file tell it.
    fn read(&self, cloud: &CloudIdentity) -> Result<(Staged, u64), ImportError> {
        let mut lines = BufReader::new(&self.file);
        let (mut staged, mut bytes) = (Staged::default(), 0);
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            line.clear();
            let read = lines.read_until(b'\n', &mut line);
            read.map_err(|error| failed(&self.path, error))?;
            if line.pop() != Some(b'\n') {
                return Ok((staged, bytes));
            }
            number += 1;
            let damaged = |what: String| ImportError::Damaged {
                path: self.path.clone(),
                line: number,
                what,
            };
            let found: Read<'_> =
                serde_json::from_slice(&line).map_err(|error| damaged(error.to_string()))?;
            match number {
                1 => self.check(&found, cloud, damaged)?,
                _ => add(&mut staged, found)
                    .ok_or_else(|| damaged("it is none of an import".to_owned()))?,
            }
            bytes += line.len() as u64 + 1;
        }
    }

    fn check(
        &self,
        found: &Read<'_>,
        wanted: &CloudIdentity,
        damaged: impl Fn(String) -> ImportError,
    ) -> Result<(), ImportError> {
        if found.schema.as_deref() != Some(FORM) {
            return Err(damaged(format!("it does not say {FORM}")));
        }
        let cloud = found.word.strip_prefix("cloud ").unwrap_or_default();
        let cloud: CloudIdentity =
            serde_json::from_str(cloud).map_err(|error| damaged(error.to_string()))?;
        match cloud == *wanted {
            true => Ok(()),
            false => Err(ImportError::OtherCloud {
                path: self.path.clone(),
                found: cloud.into(),
                wanted: wanted.clone().into(),
            }),
        }
    }
}

/// Adds what a line tells; nothing when it tells nothing that can come next.
fn add(staged: &mut Staged, line: Read<'_>) -> Option<()> {
    let (what, rest) = line.word.split_once(' ')?;
    match what {
        "page" => staged.page(line.images, (!rest.is_empty()).then_some(rest)),
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
