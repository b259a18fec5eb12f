//! The whole of an import.

use super::cloud::Cloud;
use super::data::TakingData;
use super::error::ImportError;
use super::not_acceptable::NotAcceptable;
use super::side_file::SideFile;
use super::staged::Staged;
use super::taking::Taking;
use crate::config::{CloudSource, UpstreamProxy};
use crate::control::Fixture;
use crate::domain::{Progress, TextMaker};
use crate::service::seed::LoadError;
use crate::service::web_download::Resolve;
use crate::store::spool::{Place, Spool};
use crate::store::{DatabaseFile, ImageDataRow, Incoming, Location, Store, StoreError, Sync};
use std::collections::HashMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long another process may keep the database locked.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long data that nobody needs are waited for to go from the disk; what stays goes by the next start.
const CLEARING: Duration = Duration::from_secs(5);

/// What becomes of images that the database has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// There must be none.
    Refused,
    /// They stay, unless one comes in their place, by its id.
    Merged,
    /// They go.
    Replaced,
}

/// An import: what into, and how.
pub struct Import<'i> {
    /// The database, made when it is not there.
    pub database: PathBuf,
    /// What becomes of its images.
    pub existing: Existing,
    /// What lists show of an image.
    pub texts: TextMaker,
    /// Who is told how far it is.
    pub progress: &'i dyn Progress,
}

/// What came.
#[derive(Debug, Default)]
pub struct Report {
    /// Images that are in the database now.
    pub images: usize,
    /// How many of them came in place of one of their id.
    pub replaced: usize,
    /// Images whose data came.
    pub data: usize,
    /// Images whose data the cloud does not give.
    pub without_data: u64,
    /// Images that were left out, and why.
    pub skipped: Vec<NotAcceptable>,
}

/// How a cloud is asked.
pub struct Wishes<'w> {
    /// Where the credentials stand.
    pub source: &'w CloudSource,
    /// Through whom it is asked.
    pub proxy: UpstreamProxy,
    /// How names are looked up.
    pub resolve: Resolve,
    /// Whether what has come is thrown away.
    pub restarts: bool,
    /// Whether data are wanted.
    pub data: bool,
    /// Whether images that cannot be stored are left out.
    pub skips_bad: bool,
}

/// What is told while a cloud is asked.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'n> {
    /// Who asks is shown what an ordinary user is.
    NotAdmin,
    /// An earlier run has come so far.
    GoesOn {
        /// Pages that have come.
        pages: u64,
        /// Images on them.
        images: u64,
        /// Where they are.
        file: &'n std::path::Path,
    },
}

impl Import<'_> {
    /// Takes in what was saved: pages of Glance's or Nova's lists, members, fixtures. What an import from a
    /// cloud has brought and not stored yet is only thrown away if that is said.
    ///
    /// # Errors
    /// When it cannot be read, or not be stored; then the database is as it was.
    pub fn of_files(&self, files: &[String], restarts: bool) -> Result<Report, ImportError> {
        let path = SideFile::beside(&self.database);
        if !restarts && let Some(found) = SideFile::begun_by(&path)? {
            // While that import is under way, this says so.
            self.open()?;
            let found = found.into();
            return Err(ImportError::Begun { path, found });
        }
        let fixture = Fixture::open(files, self.progress)?;
        let store = self.open()?;
        let report = self.put(&store, &fixture, &HashMap::new())?;
        SideFile::discard(&path)?;
        Ok(report)
    }

    /// Takes in what a cloud shows.
    ///
    /// # Errors
    /// When it does not come, or cannot be stored. Then the database is as it was; what has come stays in
    /// a file beside it, and does not have to come again.
    pub async fn of_cloud(
        &self,
        wishes: Wishes<'_>,
        tell: &mut dyn FnMut(Notice<'_>),
    ) -> Result<Report, ImportError> {
        let cloud = Cloud::enter(wishes.source, wishes.proxy.clone(), wishes.resolve).await?;
        if !cloud.is_admin {
            tell(Notice::NotAdmin);
        }
        let mut store = self.open()?;
        let spool = Spool::at(&Place::Beside(self.database.clone()));
        let (open, closed) = oneshot::channel::<Infallible>();
        spool.when_closed(Box::new(open));
        let kept = store.keep_data(spool.clone());
        kept.map_err(|source| self.failed(source))?;
        let report = self.taken(&cloud, &wishes, &store, &spool, tell).await;
        drop((store, spool));
        // Data that nobody needs are removed by threads of the spool, which a process that ends would cut off.
        _ = timeout(CLEARING, closed).await;
        report
    }

    /// Takes in what a cloud shows, and data to a spool.
    async fn taken(
        &self,
        cloud: &Cloud,
        wishes: &Wishes<'_>,
        store: &Store,
        spool: &Spool,
        tell: &mut dyn FnMut(Notice<'_>),
    ) -> Result<Report, ImportError> {
        let path = SideFile::beside(&self.database);
        if wishes.restarts {
            SideFile::discard(&path)?;
        }
        let (mut side, mut staged) = SideFile::open(path, &cloud.identity)?;
        if !staged.is_empty() {
            tell(Notice::GoesOn {
                pages: staged.pages,
                images: staged.images,
                file: side.path(),
            });
        }
        let mut taking = Taking {
            cloud,
            side: &mut side,
            staged: &mut staged,
            progress: self.progress,
            skips_bad: wishes.skips_bad,
        };
        taking.run().await?;
        let mut without_data = 0;
        if wishes.data {
            let mut taking = TakingData {
                cloud,
                side: &mut side,
                staged: &mut staged,
                spool,
                progress: self.progress,
            };
            without_data = taking.run().await?;
        }
        let report = self.put_staged(store, &side, &staged, wishes.data)?;
        Ok(Report {
            without_data,
            skipped: staged.left_out,
            ..report
        })
    }

    /// Stores what has come, whose file then goes.
    fn put_staged(
        &self,
        store: &Store,
        side: &SideFile,
        staged: &Staged,
        with_data: bool,
    ) -> Result<Report, ImportError> {
        side.check()?;
        let path = side.path().display().to_string();
        let fixture = Fixture::open([path], self.progress)?;
        let none = HashMap::new();
        let data = if with_data { &staged.data } else { &none };
        let report = self.put(store, &fixture, data)?;
        SideFile::discard(side.path())?;
        Ok(report)
    }

    fn open(&self) -> Result<Store, ImportError> {
        let file = DatabaseFile {
            path: self.database.clone(),
            sync: Sync::Full,
            patience: PATIENCE,
            steps: None,
        };
        let failed = |source| self.failed(source);
        let store = Store::open(Location::File(file), self.texts).map_err(failed)?;
        let images = store.image_count().map_err(failed)?;
        match self.existing {
            Existing::Refused if images > 0 => Err(ImportError::NotEmpty {
                path: self.database.clone(),
                images,
            }),
            _ => Ok(store),
        }
    }

    fn put(
        &self,
        store: &Store,
        fixture: &Fixture,
        data: &HashMap<String, ImageDataRow>,
    ) -> Result<Report, ImportError> {
        let incoming = Incoming {
            expected: fixture.image_count(),
            is_instead: self.existing == Existing::Replaced,
            data,
        };
        self.progress.begin("storing", incoming.expected as u64);
        let imported = store.import::<LoadError>(incoming, &|add| {
            fixture.each_image(&mut |image| {
                self.progress.step(1);
                add(image)
            })
        });
        self.progress.end();
        let imported = imported.map_err(|error| match error {
            LoadError::Store(source) => self.failed(source),
            other @ LoadError::Fixture(_) => other.into(),
        })?;
        Ok(Report {
            images: imported.images,
            replaced: imported.replaced,
            data: data.len(),
            ..Report::default()
        })
    }

    fn failed(&self, source: StoreError) -> ImportError {
        ImportError::Database {
            path: self.database.clone(),
            source,
        }
    }
}
