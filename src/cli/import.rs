//! `nova-images import`: a cloud's images, or saved lists of them, into a database.

use super::bar::Bar;
use super::error::CommandError;
use super::log::{self, LogFormat};
use crate::config::{CloudSource, UpstreamProxy};
use crate::emulator::{TEXTS, resolve};
use crate::service::import::{Existing, Import, Notice, Report, Wishes};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use tokio::runtime::Builder;

/// The options.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
pub struct ImportCommand {
    /// The SQLite file that they come into, which no server has open; made when it is not there
    #[arg(long, env = "NOVA_IMAGES_DATABASE", value_name = "PATH")]
    database: PathBuf,
    /// The cloud of a clouds.yaml [default: that of `OS_CLOUD`, or what `OS_AUTH_URL` and its kin say]
    #[arg(long, value_name = "NAME")]
    os_cloud: Option<String>,
    /// Ask nobody: take what was saved in these files, folders or names with wild cards
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        conflicts_with_all = ["os_cloud", "data", "skip_bad"]
    )]
    file: Vec<String>,
    /// Take the data of the images, too
    #[arg(long)]
    data: bool,
    /// Keep the images that the database has, but for those that come again
    #[arg(long, conflicts_with = "replace")]
    merge: bool,
    /// Put the new images in place of all that the database has
    #[arg(long)]
    replace: bool,
    /// Throw away what a run that was cut off has brought
    #[arg(long)]
    restart: bool,
    /// Leave out images that cannot be stored, and say which
    #[arg(long)]
    skip_bad: bool,
}

impl ImportCommand {
    /// Takes them in, all or none.
    ///
    /// # Errors
    /// When something does not come or cannot be stored; then the database is as it was.
    pub fn run(self) -> Result<(), CommandError> {
        // Lists of which pages are missing are told there.
        log::start(LogFormat::Text);
        let bar = Bar::default();
        let import = Import {
            database: self.database,
            existing: match (self.merge, self.replace) {
                (true, _) => Existing::Merged,
                (_, true) => Existing::Replaced,
                _ => Existing::Refused,
            },
            texts: TEXTS,
            progress: &bar,
        };
        let report = if self.file.is_empty() {
            let variable = |name: &str| std::env::var(name).ok();
            let source = CloudSource::of_environment(self.os_cloud, variable);
            let wishes = Wishes {
                source: &source,
                proxy: UpstreamProxy::of_environment(variable),
                resolve,
                restarts: self.restart,
                data: self.data,
                skips_bad: self.skip_bad,
            };
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(CommandError::Runtime)?;
            runtime.block_on(import.of_cloud(wishes, &mut tell))?
        } else {
            import.of_files(&self.file, self.restart)?
        };
        for skipped in &report.skipped {
            eprintln!("nova-images: left out: {skipped}");
        }
        // Whoever closed the pipe does not want to read it.
        _ = std::io::stdout().write_all(summary(&report).as_bytes());
        Ok(())
    }
}

fn tell(notice: Notice<'_>) {
    match notice {
        Notice::NotAdmin => eprintln!(
            "nova-images: this user is no administrator: what comes is what it may see, not the images of all \
             projects"
        ),
        Notice::GoesOn {
            pages,
            images,
            file,
        } => eprintln!(
            "nova-images: going on where an earlier run was cut off: {} on {} are in {}",
            counted(images, "image"),
            counted(pages, "page"),
            file.display()
        ),
    }
}

/// So many of something.
fn counted(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// What has come, in a line.
fn summary(report: &Report) -> String {
    let mut text = counted(report.images as u64, "image");
    if report.replaced > 0 {
        _ = write!(text, ", {} of them in place of others", report.replaced);
    }
    if report.data > 0 {
        _ = write!(text, ", data of {}", report.data);
    }
    if report.without_data > 0 {
        _ = write!(text, ", {} without their data", report.without_data);
    }
    if !report.skipped.is_empty() {
        _ = write!(text, "; {} left out", report.skipped.len());
    }
    text + "\n"
}
