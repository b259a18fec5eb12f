//! Data on their way in.

use super::error::SpoolError;
use super::hold::Hold;
use super::lane::{Block, Lane};
use super::name::DataName;
use super::part::Part;
use super::room::{BLOCK_BYTES, Room};
use crate::domain::disk::Found;
use crate::domain::hexadecimal;
use bytes::{Bytes, BytesMut};
use md5::Md5;
use sha2::{Digest as _, Sha512};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Data that come piece by piece. Dropped before it is finished, nothing of it stays.
pub struct Upload {
    room: Arc<Room>,
    most: u64,
    size: u64,
    /// What does not fill a block yet.
    begun: BytesMut,
    md5: Lane<Md5>,
    sha512: Lane<Sha512>,
    part: Lane<Part>,
    has_failed: Arc<AtomicBool>,
}

/// Data that are there, and what is known of them.
#[derive(Debug)]
pub struct Stored {
    /// Bytes of them.
    pub size: u64,
    /// Their MD5, in hexadecimal digits.
    pub md5: String,
    /// What they look like.
    pub found: Found,
    /// Keeps them; its name is their SHA-512.
    pub hold: Hold,
}

impl Upload {
    /// Into a part that was just created; beyond so many bytes it is refused.
    pub(super) fn new(room: Arc<Room>, part: Part, most: u64) -> Self {
        let (hashing, files) = (room.hashing.clone(), room.files.clone());
        let has_failed = part.has_failed();
        Self {
            room,
            most,
            size: 0,
            begun: BytesMut::new(),
            md5: Lane::new(hashing.clone(), Md5::new(), |md5, bytes| md5.update(bytes)),
            sha512: Lane::new(hashing, Sha512::new(), |sha512, bytes| sha512.update(bytes)),
            part: Lane::new(files, part, Part::write),
            has_failed,
        }
    }

    /// Takes more. Waits while there is too much of all uploads in memory: so a client is read from no
    /// faster than its data are hashed and written.
    ///
    /// # Errors
    /// When there is more than is taken, or it cannot be written. Dropped while it waits, it has taken an unknown part of the
    /// bytes, and the upload is of no more use.
    pub async fn write(&mut self, mut bytes: Bytes) -> Result<(), SpoolError> {
        self.size += bytes.len() as u64;
        if self.size > self.most {
            return Err(SpoolError::TooLarge { most: self.most });
        }
        if self.has_failed.load(Ordering::Acquire) {
            return Err(self.part.finish().await?.into_failure());
        }
        while self.begun.len() + bytes.len() >= BLOCK_BYTES {
            let rest = bytes.split_to(BLOCK_BYTES - self.begun.len());
            let block = if self.begun.is_empty() {
                rest
            } else {
                self.begun.extend_from_slice(&rest);
                std::mem::take(&mut self.begun).freeze()
            };
            self.push(block).await?;
        }
        if self.begun.is_empty() && !bytes.is_empty() {
            self.begun.reserve(BLOCK_BYTES);
        }
        self.begun.extend_from_slice(&bytes);
        Ok(())
    }

    async fn push(&self, bytes: Bytes) -> Result<(), SpoolError> {
        let room = Arc::clone(&self.room.blocks).acquire_owned().await;
        let room = room.map_err(|_| super::pool::Unfinished)?;
        let block = Block {
            bytes,
            _room: Arc::new(room),
        };
        self.md5.push(block.clone());
        self.sha512.push(block.clone());
        self.part.push(block);
        Ok(())
    }

    /// That was all of it.
    ///
    /// # Errors
    /// When it could not be written; then nothing of it stays.
    pub async fn finish(mut self) -> Result<Stored, SpoolError> {
        let rest = std::mem::take(&mut self.begun).freeze();
        if !rest.is_empty() {
            self.push(rest).await?;
        }
        let md5 = self.md5.finish().await?.finalize();
        let name = DataName::of(&self.sha512.finish().await?.finalize());
        let part = self.part.finish().await?;
        let room = Arc::clone(&self.room);
        let finished = self.room.files.run(move || {
            let found = part.finish(&room, &name)?;
            // Made here, so that it is let go when nobody waits for it any more, too.
            let hold = Hold::counted(Arc::clone(&room), name);
            room.folder.sync()?;
            Ok::<_, SpoolError>((found, hold))
        });
        let (found, hold) = finished.await??;
        Ok(Stored {
            size: self.size,
            md5: hexadecimal(&md5),
            found,
            hold,
        })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.md5.break_off(drop);
        self.sha512.break_off(drop);
        self.part.break_off(drop);
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an upload of {} bytes so far", self.size)
    }
}
