//! In which order a cloud is asked, and what is written of it when.

use super::acceptable::{check_members, sort};
use super::cloud::{Cloud, read_members, read_page};
use super::error::ImportError;
use super::side_file::{MembersOf, SideFile};
use super::staged::{PageEnd, Staged};
use crate::domain::Progress;
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use serde_json::value::RawValue;
use std::collections::HashSet;

/// All images that whoever asks may see, in the order of lists, so that what is made meanwhile comes last;
/// then those that are hidden. Image services from before there were hidden ones have none.
const LISTS: [&str; 2] = [
    "limit=1000&visibility=all&member_status=all&sort_key=created_at&sort_dir=asc",
    "limit=1000&visibility=all&member_status=all&sort_key=created_at&sort_dir=asc&os_hidden=true",
];

/// What image services from before there were community images do not know: an administrator is shown
/// everything without it.
const EVERY_VISIBILITY: &str = "&visibility=all";

/// Images whose members are written together.
const TOGETHER: usize = 64;

/// Images whose members are asked for at the same time.
const AT_ONCE: usize = 8;

/// What is taken from where to where.
pub struct Taking<'t> {
    /// The cloud.
    pub cloud: &'t Cloud,
    /// What has come.
    pub side: &'t mut SideFile,
    /// The same, as far as it is needed.
    pub staged: &'t mut Staged,
    /// Who is told how far it is.
    pub progress: &'t dyn Progress,
    /// Whether images that cannot be stored are left out.
    pub skips_bad: bool,
}

impl Taking<'_> {
    /// Takes what has not come yet: images, then members.
    ///
    /// # Errors
    /// When something does not come, cannot be stored, or cannot be written down.
    pub async fn run(&mut self) -> Result<(), ImportError> {
        self.progress.begin("taking", 0);
        self.progress.step(self.staged.images);
        let taken = self.lists().await;
        self.progress.end();
        taken?;
        let shared = self.staged.shared.len() as u64;
        self.progress.begin("members of", shared);
        self.progress.step(self.staged.asked as u64);
        let asked = self.members().await;
        self.progress.end();
        asked
    }

    async fn lists(&mut self) -> Result<(), ImportError> {
        let mut asked = HashSet::new();
        while let Some(list) = LISTS.get(self.staged.lists) {
            let next = self.staged.next.clone();
            let query = next.unwrap_or_else(|| (*list).to_owned());
            self.page(&query, &mut asked).await?;
        }
        Ok(())
    }

    async fn page(&mut self, query: &str, asked: &mut HashSet<String>) -> Result<(), ImportError> {
        let url = self.cloud.url(&format!("/v2/images?{query}"));
        let body = match self.cloud.page(query).await {
            Err(error) if error.is_bad_request() && query.contains(EVERY_VISIBILITY) => {
                let without = query.replace(EVERY_VISIBILITY, "");
                // What else may have been wrong is told in the words of the first answer.
                self.cloud.page(&without).await.map_err(|_| error)?
            }
            other => other?,
        };
        let page = read_page(&url, &body)?;
        let next = page.next().map(str::to_owned);
        asked.insert(query.to_owned());
        if let Some(next) = &next
            && asked.contains(next)
        {
            let next = self.cloud.url(&format!("/v2/images?{next}"));
            return Err(ImportError::Endless { url, next });
        }
        let sorted = sort(&url, page.images)?;
        let mut left_out = sorted.bad;
        if !self.skips_bad && !left_out.is_empty() {
            return Err(left_out.swap_remove(0).into());
        }
        let end = PageEnd { next, left_out };
        self.side.page(&sorted.images, &end)?;
        self.progress.step(sorted.seen.len() as u64);
        self.staged.page(sorted.seen, end);
        Ok(())
    }

    async fn members(&mut self) -> Result<(), ImportError> {
        while !self.staged.unasked().is_empty() {
            let ids: Vec<_> = self.staged.unasked().iter().take(TOGETHER).collect();
            let count = ids.len();
            let asking = iter(ids).map(|id| members_of(self.cloud, id));
            let found: MembersOf = asking
                .buffered(AT_ONCE)
                .try_filter_map(async |found| Ok(found))
                .try_collect()
                .await?;
            let asked = self.staged.asked + count;
            self.side.members(asked, &found)?;
            self.staged.asked = asked;
            self.progress.step(count as u64);
        }
        Ok(())
    }
}

/// The members of an image, if it has any.
async fn members_of(
    cloud: &Cloud,
    id: &str,
) -> Result<Option<(String, Vec<Box<RawValue>>)>, ImportError> {
    let Some(body) = cloud.members(id).await? else {
        return Ok(None);
    };
    let url = cloud.members_url(id);
    let members = read_members(&url, &body)?.members;
    if members.is_empty() {
        return Ok(None);
    }
    check_members(&url, id, &members)?;
    let owned = members.into_iter().map(ToOwned::to_owned).collect();
    Ok(Some((id.to_owned(), owned)))
}
