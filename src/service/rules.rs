//! What differs between the image services that Nova has stood on.
//!
//! A facade names the rules its dialect was recorded with; nobody asks which
//! service it is, only what it does.

/// The behaviour of an image service, as far as Nova's callers can see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, not a state"
)]
pub struct ImageRules {
    /// An administrator sees the images of all projects in lists, community images included.
    pub admin_lists_everything: bool,
    /// An administrator can still look at deleted images.
    pub admin_sees_deleted: bool,
    /// `changes-since` brings back killed and deleted images.
    pub changes_include_gone: bool,
    /// Writing the properties of one's own public image takes the right to publish.
    pub public_needs_publisher: bool,
    /// Properties of an image without formats cannot be written.
    pub formats_needed: bool,
    /// Property keys and values are rewritten on their way in, as HTTP headers are.
    pub rewrites_properties: bool,
    /// A null property is not there when one image is looked at (lists do show it).
    pub hides_null_properties: bool,
    /// Lists know no filter, limit or marker.
    pub lists_all: bool,
}

impl ImageRules {
    /// Glance's API v2, as Nova 34 uses it.
    pub const GLANCE_V2: Self = Self {
        admin_lists_everything: false,
        admin_sees_deleted: false,
        changes_include_gone: false,
        public_needs_publisher: false,
        formats_needed: false,
        rewrites_properties: false,
        hides_null_properties: false,
        lists_all: false,
    };

    /// Glance's API v1, as Nova 2014.2 used it.
    pub const GLANCE_V1: Self = Self {
        admin_lists_everything: true,
        admin_sees_deleted: true,
        changes_include_gone: true,
        public_needs_publisher: true,
        formats_needed: true,
        rewrites_properties: true,
        hides_null_properties: true,
        lists_all: false,
    };

    /// Nova 2014.2's own fake image service, which its tests and published examples ran on.
    pub const NOVA_FAKE: Self = Self {
        admin_lists_everything: true,
        admin_sees_deleted: false,
        changes_include_gone: false,
        public_needs_publisher: false,
        formats_needed: false,
        rewrites_properties: false,
        hides_null_properties: false,
        lists_all: true,
    };
}
