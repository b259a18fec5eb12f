//! What has come so far, as far as the rest of an import needs it.

use super::not_acceptable::NotAcceptable;
use super::page::SeenImage;
use crate::store::ImageDataRow;
use crate::store::spool::DataName;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What has come so far.
#[derive(Debug, Default)]
pub struct Staged {
    /// Pages.
    pub pages: u64,
    /// Images on them. One that changed its place meanwhile counts twice.
    pub images: u64,
    /// Lists that have come to their end.
    pub lists: usize,
    /// The query that goes on with the list under way.
    pub next: Option<String>,
    /// Images that may have members, in the order in which they came.
    pub shared: Vec<String>,
    /// How many of those were asked for their members.
    pub asked: usize,
    /// Images that have data, in the order in which they came.
    pub with_data: Vec<Wanted>,
    /// The data that came, by the images' ids.
    pub data: HashMap<String, ImageDataRow>,
    /// What was left out of the pages.
    pub left_out: Vec<NotAcceptable>,
}

/// A page, but for its images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageEnd {
    /// The query that goes on with its list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What is wrong with the images that are not on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<NotAcceptable>,
}

/// Data that an image tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The image.
    pub id: String,
    /// Bytes of them.
    pub size: Option<u64>,
    /// Their MD5.
    pub md5: Option<String>,
    /// Their SHA-512.
    pub sha512: Option<DataName>,
}

impl Staged {
    /// Whether nothing has come.
    pub fn is_empty(&self) -> bool {
        self.pages == 0
    }

    /// A page has come.
    pub fn page(&mut self, images: impl IntoIterator<Item = SeenImage>, end: PageEnd) {
        self.pages += 1;
        if end.next.is_none() {
            self.lists += 1;
        }
        self.next = end.next;
        self.left_out.extend(end.left_out);
        for image in images {
            self.images += 1;
            // What is not said is as a fixture has it.
            let visibility = image.visibility.as_deref().unwrap_or("shared");
            let status = image.status.as_deref().unwrap_or("active");
            if visibility == "shared" {
                self.shared.push(image.id.clone());
            }
            if matches!(status, "active" | "deactivated") {
                self.with_data.push(Wanted::of(image));
            }
        }
    }

    /// The images whose members nobody was asked for.
    pub fn unasked(&self) -> &[String] {
        self.shared.get(self.asked..).unwrap_or_default()
    }
}

impl Wanted {
    fn of(image: SeenImage) -> Self {
        let is_sha512 = image.os_hash_algo.as_deref() == Some("sha512");
        let name = image.os_hash_value.filter(|_| is_sha512);
        Self {
            id: image.id,
            size: image.size,
            md5: image.checksum,
            sha512: name.and_then(|name| DataName::parse(&name)),
        }
    }
}
