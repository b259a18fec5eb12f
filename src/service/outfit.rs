//! What a space is made with.

use super::numbers::Numbers;
use super::snapshots::Shelf;
use super::upstream::Upstream;
use super::web_download::WebDownloads;
use crate::config::{ServerConfig, SpaceConfig};
use crate::control::{Clock, Idle, Ids, Journal};
use crate::domain::{Operation, TextMaker};
use crate::store::spool::Spool;
use std::sync::Arc;

/// Every operation of every service there is.
pub type Operations = fn() -> Vec<Operation>;

/// What a space is given, whatever it begins with.
#[derive(Debug)]
pub struct Outfit {
    /// How its server was started.
    pub server: Arc<ServerConfig>,
    /// How it is made.
    pub config: SpaceConfig,
    /// What its number is drawn from.
    pub numbers: Numbers,
    /// What requests can be for, by name.
    pub operations: Operations,
    /// What its paths begin with.
    pub prefix: Arc<str>,
    /// Its time.
    pub clock: Clock,
    /// Its ids.
    pub ids: Ids,
    /// What lists show of its images.
    pub texts: TextMaker,
    /// Where its server keeps the data of images.
    pub spool: Spool,
    /// What was asked of all spaces of its server.
    pub journal: Journal,
    /// Where its server fetches data from.
    pub web_downloads: WebDownloads,
    /// Where its snapshots are kept.
    pub snapshots: Shelf,
    /// When it goes because nobody uses it; without it, never.
    pub idle: Option<Idle>,
    /// The real cloud whose images it serves in place of its own.
    pub upstream: Option<Arc<Upstream>>,
}
