//! Pages of lists as Glance's API v2 writes them, of which as little is read as an import needs.

use crate::domain::Image;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A page of images, each as it was written.
#[derive(Debug, Deserialize)]
pub struct Page<'p> {
    /// The images.
    #[serde(borrow)]
    pub images: Vec<&'p RawValue>,
    /// Where the list goes on.
    #[serde(default)]
    next: Option<String>,
}

/// The members of an image, each as it was written.
#[derive(Debug, Deserialize)]
pub struct Members<'p> {
    /// The members.
    #[serde(borrow)]
    pub members: Vec<&'p RawValue>,
}

/// What an import has to know of an image.
#[derive(Debug, Deserialize)]
pub struct SeenImage {
    /// Its id.
    pub id: String,
    /// Its status, in Glance's words.
    #[serde(default)]
    pub status: Option<String>,
    /// Who sees it, in Glance's words.
    #[serde(default)]
    pub visibility: Option<String>,
    /// Bytes of its data.
    #[serde(default)]
    pub size: Option<u64>,
    /// Their MD5.
    #[serde(default)]
    pub checksum: Option<String>,
    /// By which digest they are called.
    #[serde(default)]
    pub os_hash_algo: Option<String>,
    /// That digest.
    #[serde(default)]
    pub os_hash_value: Option<String>,
}

impl SeenImage {
    /// Of an image that was read.
    pub fn of(image: &Image) -> Self {
        Self {
            id: image.id.clone(),
            status: Some(image.status.as_str().to_owned()),
            visibility: Some(image.visibility.as_str().to_owned()),
            size: image.size_bytes.and_then(|bytes| bytes.try_into().ok()),
            checksum: image.checksum.clone(),
            os_hash_algo: image.os_hash_algo.clone(),
            os_hash_value: image.os_hash_value.clone(),
        }
    }
}

impl Page<'_> {
    /// The query of the next page. Whatever it says of host and path: what is asked is one service.
    pub fn next(&self) -> Option<&str> {
        let next = self.next.as_deref()?;
        Some(next.split_once('?').map_or("", |(_, query)| query))
    }
}
