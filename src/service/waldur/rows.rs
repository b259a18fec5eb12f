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
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

/// Waldur counts disks in MiB, Glance in GiB.
const MIB_PER_GIB: i64 = 1024;

/// An image as Waldur shows it. There is one for each image that there is: its texts stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRow {
    texts: Box<str>,
    /// Where each text ends but the last, which ends with all.
    ends: [usize; 4],
    /// Least disk of an instance, in MiB.
    pub min_disk_mib: i64,
    /// Least memory of an instance, in MiB.
    pub min_ram_mib: i64,
    /// The cloud that holds it.
    pub settings: Arc<str>,
    /// When Glance registered it.
    pub created_at: Timestamp,
    /// The tenants that it is linked to, by place.
    pub(super) tenants: Arc<[usize]>,
}

impl ImageRow {
    /// The name; never empty.
    #[must_use]
    pub fn name(&self) -> &str {
        let [end, ..] = self.ends;
        self.text(0, end)
    }

    /// The Glance id.
    #[must_use]
    pub fn backend_id(&self) -> &str {
        let [start, end, ..] = self.ends;
        self.text(start, end)
    }

    /// Waldur's own uuid, 32 hex digits.
    #[must_use]
    pub fn uuid(&self) -> &str {
        let [_, start, end, _] = self.ends;
        self.text(start, end)
    }

    /// Glance's property `hw_rescue_device`.
    #[must_use]
    pub fn rescue_device(&self) -> &str {
        let [.., start, end] = self.ends;
        self.text(start, end)
    }

    /// Glance's property `hw_rescue_bus`.
    #[must_use]
    pub fn rescue_bus(&self) -> &str {
        let [.., start] = self.ends;
        self.text(start, self.texts.len())
    }

    /// There is one, as the ends are made of the texts.
    fn text(&self, start: usize, end: usize) -> &str {
        self.texts.get(start..end).unwrap_or_default()
    }

    /// Whether instances can be rescued with it.
    #[must_use]
    pub fn is_rescue(&self) -> bool {
        !self.rescue_device().is_empty() || !self.rescue_bus().is_empty()
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

/// A row where it stands in order: by its name, then by when it became known.
#[derive(Clone, Debug)]
pub struct Placed {
    /// In the fixture's list; what came after it stands behind all of those.
    place: usize,
    /// The row.
    pub row: Arc<ImageRow>,
}

impl Placed {
    fn key(&self) -> (&str, usize, Timestamp, &str) {
        let row = &self.row;
        (row.name(), self.place, row.created_at, row.backend_id())
    }
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Placed {}

/// What many rows have alike, kept once.
#[derive(Debug, Default)]
pub struct Alike {
    settings: HashSet<Arc<str>>,
    tenants: HashSet<Arc<[usize]>>,
}

/// The one that is kept of a value.
fn once<T: ?Sized + Eq + Hash>(kept: &mut HashSet<Arc<T>>, value: &T) -> Arc<T>
where
    Arc<T>: for<'v> From<&'v T>,
{
    if let Some(known) = kept.get(value) {
        return Arc::clone(known);
    }
    let new = Arc::from(value);
    kept.insert(Arc::clone(&new));
    new
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
pub fn of_image(
    data: &WaldurData,
    pulled: &Pulled,
    alike: &mut Alike,
    image: &Image,
) -> Vec<Placed> {
    if image.status == GlanceStatus::Deleted {
        return Vec::new();
    }
    let mut placed = |place, uuid: &str, settings: &str| Placed {
        place,
        row: Arc::new(row(data, alike, image, uuid, settings)),
    };
    match pulled.0.get(&image.id) {
        Some(known) => known
            .iter()
            .map(|(place, of)| placed(*place, &of.uuid, &of.settings))
            .collect(),
        None => home(data, image)
            .map(|settings| placed(usize::MAX, &uuid_of("image", &image.id), settings))
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

fn row(
    data: &WaldurData,
    alike: &mut Alike,
    image: &Image,
    uuid: &str,
    settings: &str,
) -> ImageRow {
    let property = |key| image.properties.text(key).unwrap_or_default();
    let name = name_of(image);
    let [device, bus] = ["hw_rescue_device", "hw_rescue_bus"].map(property);
    let mut end = 0;
    let ends = [name, &image.id, uuid, device].map(|text| {
        end += text.len();
        end
    });
    let linked = data.tenants.iter().enumerate();
    let linked = linked.filter(|(_, tenant)| tenant.settings == settings && sees(tenant, image));
    let linked: Vec<_> = linked.map(|(place, _)| place).collect();
    ImageRow {
        texts: [name, &image.id, uuid, device, bus].concat().into(),
        ends,
        min_disk_mib: image.min_disk_gib.saturating_mul(MIB_PER_GIB),
        min_ram_mib: image.min_ram_mib,
        settings: once(&mut alike.settings, settings),
        created_at: image.created_at,
        tenants: once(&mut alike.tenants, &linked[..]),
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
