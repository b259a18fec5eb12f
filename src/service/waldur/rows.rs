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

/// The rows of all images, by name; rows of one name in the order in which they became known.
pub fn build(data: &WaldurData, images: &[Image]) -> Vec<ImageRow> {
    let mut listed: HashMap<&str, Vec<(usize, &WaldurImage)>> = HashMap::new();
    for (place, image) in data.images.iter().enumerate() {
        listed.entry(&image.id).or_default().push((place, image));
    }
    let mut rows = Vec::new();
    for image in images {
        if image.status == GlanceStatus::Deleted {
            continue;
        }
        if let Some(known) = listed.get(image.id.as_str()) {
            for (place, pulled) in known {
                rows.push((*place, row(data, image, &pulled.uuid, &pulled.settings)));
            }
        } else if let Some(settings) = home(data, image) {
            let uuid = uuid_of("image", &image.id);
            rows.push((usize::MAX, row(data, image, &uuid, settings)));
        }
    }
    rows.sort_by(|(left_place, left), (right_place, right)| {
        (&left.name, left_place, left.created_at, &left.backend_id).cmp(&(
            &right.name,
            right_place,
            right.created_at,
            &right.backend_id,
        ))
    });
    rows.into_iter().map(|(_, row)| row).collect()
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
