//! A list of the real image service, page by page.

use super::ask_error::AskError;
use super::credentials::Credentials;
use super::glance::Glance;
use super::sieve::passes;
use super::wanted::Wanted;
use crate::domain::{Image, Test};
use std::sync::Arc;

/// Images that are looked at in search of what the service cannot filter by.
const MOST_SIEVED: u64 = 10_000;

/// A list under way. The service's own links are followed; one page is held at a time.
pub struct RemoteListing {
    glance: Arc<Glance>,
    credentials: Credentials,
    tests: Vec<Test>,
    is_sieved: bool,
    /// The query of the next page; nothing at the end.
    query: Option<String>,
    /// Images that may still come.
    left: u64,
    looked_at: u64,
}

impl RemoteListing {
    /// What is wanted, on somebody's behalf.
    #[must_use]
    pub fn of(glance: Arc<Glance>, credentials: Credentials, wanted: Wanted) -> Self {
        Self {
            glance,
            credentials,
            tests: wanted.tests,
            is_sieved: wanted.is_sieved,
            query: Some(wanted.query),
            left: wanted.limit.unwrap_or(u64::MAX),
            looked_at: 0,
        }
    }

    /// The next images, which may be none before the end.
    ///
    /// # Errors
    /// When they do not come; then nothing more does.
    pub async fn next(&mut self) -> Result<Vec<Image>, AskError> {
        let Some(query) = self.query.take() else {
            return Ok(Vec::new());
        };
        let page = self.glance.page(&self.credentials, &query).await?;
        let mut images = page.images;
        self.looked_at += images.len() as u64;
        let is_empty = images.is_empty();
        images.retain(|image| self.tests.iter().all(|test| passes(test, image)));
        images.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= images.len() as u64;
        // Behind a page without images is nothing, whatever it says.
        self.query = page.next.filter(|_| self.left > 0 && !is_empty);
        if self.is_sieved && self.query.is_some() && self.looked_at >= MOST_SIEVED {
            self.query = None;
            return Err(AskError::TooFar {
                images: self.looked_at,
            });
        }
        Ok(images)
    }

    /// Whether all of it has been read.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.query.is_none()
    }

    /// Whether it may end in an error that a client has to be told: then nothing of it is sent before.
    #[must_use]
    pub fn may_go_too_far(&self) -> bool {
        self.is_sieved
    }
}
