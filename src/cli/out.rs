//! Where a command writes its fixture: a file, which is there whole or not at all, or standard output.

use super::error::CommandError;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What is written to.
pub struct Out {
    to: BufWriter<Box<dyn Write>>,
    /// Where it is written, and where it belongs.
    file: Option<(PathBuf, PathBuf)>,
}

impl Out {
    /// To a file, or to standard output.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn to(path: Option<&Path>) -> Result<Self, CommandError> {
        let Some(path) = path else {
            return Ok(Self {
                to: BufWriter::new(Box::new(io::stdout())),
                file: None,
            });
        };
        let mut unfinished = path.to_owned().into_os_string();
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        let file = File::create(&unfinished).map_err(|source| failed(path, source))?;
        Ok(Self {
            to: BufWriter::new(Box::new(file)),
            file: Some((unfinished, path.to_owned())),
        })
    }

    /// Writes more; says whether anybody still reads.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<bool, CommandError> {
        let written = self.to.write_all(bytes);
        self.told(written)
    }

    /// All has been written.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn finish(mut self) -> Result<(), CommandError> {
        let written = self.to.flush();
        self.told(written)?;
        let Some((unfinished, path)) = self.file.take() else {
            return Ok(());
        };
        let synced = File::open(&unfinished).and_then(|file| file.sync_all());
        let named = synced.and_then(|()| fs::rename(&unfinished, &path));
        named.map_err(|source| failed(&path, source))
    }

    fn told(&self, written: io::Result<()>) -> Result<bool, CommandError> {
        match (written, &self.file) {
            (Ok(()), _) => Ok(true),
            // Whoever closed the pipe has seen enough.
            (Err(error), None) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            (Err(source), None) => Err(failed(Path::new("standard output"), source)),
            (Err(source), Some((_, path))) => Err(failed(path, source)),
        }
    }
}

/// What came to nothing is not left behind.
impl Drop for Out {
    fn drop(&mut self) {
        if let Some((unfinished, _)) = &self.file {
            _ = fs::remove_file(unfinished);
        }
    }
}

fn failed(path: &Path, source: io::Error) -> CommandError {
    CommandError::Out {
        path: path.to_owned(),
        source,
    }
}
