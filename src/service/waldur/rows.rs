//! Waldur's image rows: what it has pulled from Glance, made fresh from the one store.
//!
//! The rules are those of `OpenStackBackend.pull_tenant_images` (waldur-mastermind,
//! `waldur_openstack/backend.py`): every image but a deleted one, linked to each tenant whose
//! project sees it in Glance's list.

use super::naming::{name_of, uuid_of};
use crate::domain::sibling::{WaldurImage, WaldurTenant};
use crate::domain::{
    GlanceStatus, Image, ImageQuery, MemberStatus, Scope, Shares, Timestamp, Visibility, WaldurData,
};
use std::collections::HashMap;

/// Waldur counts disks in MiB, Glance in GiB.
const MIB_PER_GIB: i64 = 1024;

/// An image as Waldur shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRow {
    /// Waldur's own uuid, 32 hex digits.
    pub uuid: String,
    /// The name; never empty.
    pub name: String,
    /// Least disk of an instance, in MiB.
    pub min_disk_mib: i64,
    /// Least memory of an instance, in MiB.
    pub min_ram_mib: i64,
    /// The cloud that holds it.
    pub settings: String,
    /// The Glance id.
    pub backend_id: String,
    /// When Glance registered it.
    pub created_at: Timestamp,
    /// Glance's property `hw_rescue_device`.
    pub rescue_device: String,
    /// Glance's property `hw_rescue_bus`.
    pub rescue_bus: String,
    /// The tenants that it is linked to, by place.
    pub(super) tenants: Vec<usize>,
}

impl ImageRow {
    /// Whether instances can be rescued with it.
    #[must_use]
    pub fn is_rescue(&self) -> bool {
        !self.rescue_device.is_empty() || !self.rescue_bus.is_empty()
    }
}

/// What asks the store for every image there is.
pub fn every_image() -> ImageQuery {
    ImageQuery::new(Scope {
        project_id: None,
        every_project: true,
        shares: Shares::AnyMadeToViewer,
        community: true,
        hidden: None,
        unlisted: true,
    })
}

/// What a row stands in order by: the name, then when it became known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    name: String,
    /// In the fixture's list; what came after it stands behind all of those.
    place: usize,
    created_at: Timestamp,
    backend_id: String,
}

/// The rows that a fixture lists, by image: place, uuid and cloud.
#[derive(Debug, Default)]
pub struct Pulled(HashMap<String, Vec<(usize, WaldurImage)>>);

impl Pulled {
    /// Those of a fixture.
    pub fn of(data: &WaldurData) -> Self {
        let mut listed: HashMap<String, Vec<(usize, WaldurImage)>> = HashMap::new();
        for (place, image) in data.images.iter().enumerate() {
            let of_image = listed.entry(image.id.clone()).or_default();
            of_image.push((place, image.clone()));
        }
        Self(listed)
    }
}

/// The rows of an image: one for each cloud that has pulled it.
pub fn of_image(data: &WaldurData, pulled: &Pulled, image: &Image) -> Vec<(RowKey, ImageRow)> {
    if image.status == GlanceStatus::Deleted {
        return Vec::new();
    }
    let keyed = |place, row: ImageRow| {
        let key = RowKey {
            name: row.name.clone(),
            place,
            created_at: row.created_at,
            backend_id: row.backend_id.clone(),
        };
        (key, row)
    };
    match pulled.0.get(&image.id) {
        Some(known) => known
            .iter()
            .map(|(place, of)| keyed(*place, row(data, image, &of.uuid, &of.settings)))
            .collect(),
        None => home(data, image)
            .map(|settings| {
                let uuid = uuid_of("image", &image.id);
                keyed(usize::MAX, row(data, image, &uuid, settings))
            })
            .into_iter()
            .collect(),
    }
}

/// The cloud of an image that came after the fixture: one where its owner has a tenant.
fn home<'a>(data: &'a WaldurData, image: &Image) -> Option<&'a str> {
    let of_owner = data
        .tenants
        .iter()
        .find(|tenant| Some(&tenant.project) == image.owner.as_ref());
    match of_owner {
        Some(tenant) => Some(&tenant.settings),
        None => data.settings.first().map(|settings| settings.uuid.as_str()),
    }
}

fn row(data: &WaldurData, image: &Image, uuid: &str, settings: &str) -> ImageRow {
    let property = |key| image.properties.text(key).unwrap_or_default().to_owned();
    let linked = data.tenants.iter().enumerate();
    let linked = linked.filter(|(_, tenant)| tenant.settings == settings && sees(tenant, image));
    ImageRow {
        uuid: uuid.to_owned(),
        name: name_of(image).to_owned(),
        min_disk_mib: image.min_disk_gib.saturating_mul(MIB_PER_GIB),
        min_ram_mib: image.min_ram_mib,
        settings: settings.to_owned(),
        backend_id: image.id.clone(),
        created_at: image.created_at,
        rescue_device: property("hw_rescue_device"),
        rescue_bus: property("hw_rescue_bus"),
        tenants: linked.map(|(place, _)| place).collect(),
    }
}

/// Whether Glance lists the image to the tenant's own session.
fn sees(tenant: &WaldurTenant, image: &Image) -> bool {
    let project = &tenant.project;
    let accepted = || {
        image
            .members
            .iter()
            .any(|member| member.project_id == *project && member.status == MemberStatus::Accepted)
    };
    !image.hidden
        && (image.owner.as_ref() == Some(project)
            || match image.visibility {
                Visibility::Public => true,
                Visibility::Shared => accepted(),
                Visibility::Private | Visibility::Community => false,
            })
}
