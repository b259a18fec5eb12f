//! The representations: Waldur's serializers.

use super::address::Links;
use crate::config::WaldurApi;
use crate::service::waldur::{ImageRow, Usage};
use serde::Serialize;

/// An image (`OpenStackImageSerializer`).
#[derive(Debug, Serialize)]
pub struct ImageView<'a> {
    url: String,
    uuid: &'a str,
    name: &'a str,
    min_disk: i64,
    min_ram: i64,
    settings: String,
    backend_id: &'a str,
    #[serde(flatten)]
    newer: Option<NewerFields<'a>>,
}

/// What the releases of 2026 append.
#[derive(Debug, Serialize)]
struct NewerFields<'a> {
    backend_created_at: String,
    hw_rescue_device: &'a str,
    hw_rescue_bus: &'a str,
    is_rescue_image: bool,
}

impl<'a> ImageView<'a> {
    /// The view of a row.
    pub fn new(row: &'a ImageRow, links: &Links<'_>, api: WaldurApi) -> Self {
        let newer = match api {
            WaldurApi::V2025 => None,
            WaldurApi::V2026 => Some(NewerFields {
                backend_created_at: row.created_at.to_string(),
                hw_rescue_device: row.rescue_device(),
                hw_rescue_bus: row.rescue_bus(),
                is_rescue_image: row.is_rescue(),
            }),
        };
        Self {
            url: links.resource("openstack-images", row.uuid()),
            uuid: row.uuid(),
            name: row.name(),
            min_disk: row.min_disk_mib,
            min_ram: row.min_ram_mib,
            settings: links.resource("service-settings", &row.settings),
            backend_id: row.backend_id(),
            newer,
        }
    }
}

/// A row of `usage_stats`.
#[derive(Debug, Serialize)]
pub struct UsageView<'a> {
    name: &'a str,
    running_instances_count: usize,
    created_instances_count: usize,
}

impl<'a> From<&'a Usage> for UsageView<'a> {
    fn from(usage: &'a Usage) -> Self {
        Self {
            name: &usage.name,
            running_instances_count: usage.running,
            created_instances_count: usage.created,
        }
    }
}

/// The answer to OPTIONS (`rest_framework.metadata.SimpleMetadata`).
#[derive(Debug, Serialize)]
pub struct OptionsView {
    name: &'static str,
    description: &'static str,
    renders: [&'static str; 2],
    parses: [&'static str; 3],
}

impl OptionsView {
    /// Of the resource of this name.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            description: "",
            renders: ["application/json", "text/html"],
            parses: [
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
            ],
        }
    }
}
