//! What the sibling systems know beside images: instances, and Waldur's clouds, customers and users.

use super::timestamp::Timestamp;

/// A server of Nova, as far as images are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The owning project's id.
    pub project_id: String,
    /// The image it was booted from.
    pub image_id: Option<String>,
    /// Nova's word: `ACTIVE`, `SHUTOFF`, …
    pub status: String,
}

/// A cloud that Waldur manages ("service settings").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaldurSettings {
    /// 32 hex digits.
    pub uuid: String,
    /// The name.
    pub name: String,
    /// `OpenStack`, or another kind.
    pub kind: String,
    /// Whether every customer may use it.
    pub shared: bool,
}

/// A customer and its projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaldurCustomer {
    /// 32 hex digits.
    pub uuid: String,
    /// The name.
    pub name: String,
    /// Ids of the fixture's projects.
    pub projects: Vec<String>,
}

/// What a project has in a cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaldurTenant {
    /// 32 hex digits.
    pub uuid: String,
    /// The name.
    pub name: String,
    /// The cloud's uuid.
    pub settings: String,
    /// The project's id.
    pub project: String,
}

/// An image's row in Waldur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaldurImage {
    /// The Glance id: Waldur's `backend_id`.
    pub id: String,
    /// Waldur's own uuid, 32 hex digits.
    pub uuid: String,
    /// The cloud that holds it.
    pub settings: String,
}

/// An offering of the marketplace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaldurOffering {
    /// 32 hex digits.
    pub uuid: String,
    /// The uuid of a tenant or of a cloud.
    pub scope: Option<String>,
}

/// What a Waldur user may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaldurRole {
    /// Owner or support of a customer: the tenants of all its projects.
    OfCustomer(String),
    /// Admin, manager or member of a project: its tenants.
    OfProject(String),
}

/// A user of Waldur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaldurUser {
    /// 32 hex digits.
    pub uuid: String,
    /// The name.
    pub name: String,
    /// What `Authorization: Token` carries.
    pub token: String,
    /// Sees everything, may act as others.
    pub staff: bool,
    /// Sees everything.
    pub support: bool,
    /// May sign in.
    pub active: bool,
    /// Seconds that a token lives from its last use; for ever when missing.
    pub token_lifetime_seconds: Option<i64>,
    /// When the token was made.
    pub token_created: Option<Timestamp>,
    /// What the user may see.
    pub roles: Vec<WaldurRole>,
}

/// A volume: the source of usage statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaldurVolume {
    /// The cloud.
    pub settings: String,
    /// Name of the image it was made from.
    pub image_name: String,
    /// Whether an instance can boot from it.
    pub bootable: bool,
    /// The instance it is attached to.
    pub instance: Option<String>,
    /// Waldur's word for that instance's state.
    pub runtime_state: Option<String>,
}

/// A fixture's `waldur` section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaldurData {
    /// Clouds.
    pub settings: Vec<WaldurSettings>,
    /// Customers.
    pub customers: Vec<WaldurCustomer>,
    /// Tenants.
    pub tenants: Vec<WaldurTenant>,
    /// Image rows.
    pub images: Vec<WaldurImage>,
    /// Offerings.
    pub offerings: Vec<WaldurOffering>,
    /// Users.
    pub users: Vec<WaldurUser>,
    /// Volumes.
    pub volumes: Vec<WaldurVolume>,
}
