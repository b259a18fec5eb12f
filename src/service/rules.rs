//! What differs between the image services that Nova has stood on.
//!
//! A facade names the rules its dialect was recorded with; nobody asks which
//! service it is, only what it does.

use crate::domain::Comparison;

/// What filters of lists compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filters {
    /// What the real release compares with, accidents of its libraries included.
    Released,
    /// What the list shows: for users.
    Listed,
    /// The same, but the status is Glance's (the Open Telekom Cloud's documentation).
    ListedButStatus,
}

/// Whose roles are enough to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writers {
    /// Any role's: 2014.2.
    Anybody,
    /// All but those who are nothing but `reader`: old clouds have roles of their own.
    AllButReaders,
    /// `member`'s, and what implies it: Glance 33's policy.
    Members,
}

/// When a write moves `updated_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamps {
    /// Always.
    Always,
    /// When it changes something.
    WhenChanged,
    /// Never.
    Never,
}

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
    /// How the time of a change compares with the `changes-since` that finds it.
    pub changes_since: Comparison,
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
    /// What filters compare with.
    pub filters: Filters,
    /// Who may write.
    pub writers: Writers,
    /// When writing properties moves `updated_at`.
    pub stamps: Stamps,
    /// Writing properties makes a community or shared image private: Nova 34 sends `is_public` along.
    pub writes_make_private: bool,
    /// Properties or a name beyond the BMP cannot be written (Glance's `no_4byte_params`).
    pub bmp_only: bool,
    /// An image without a name is called `None` after a write, since headers are text.
    pub names_the_nameless: bool,
    /// Values lose the blanks around them, and what is empty then is null, as headers are read.
    pub strips_values: bool,
    /// A marker must look like a UUID.
    pub uuid_markers: bool,
    /// A marker of more than 36 characters is refused in words of its own.
    pub short_markers: bool,
    /// An administrator's pages go on behind a deleted image.
    pub admin_marks_deleted: bool,
    /// `mappings` and `block_device_mapping` are values like others.
    pub plain_mappings: bool,
}

impl ImageRules {
    /// Glance's API v2, as Nova 34 uses it.
    pub const GLANCE_V2: Self = Self {
        admin_lists_everything: false,
        admin_sees_deleted: false,
        changes_include_gone: false,
        changes_since: Comparison::GreaterOrEqual,
        public_needs_publisher: false,
        formats_needed: false,
        rewrites_properties: false,
        hides_null_properties: false,
        lists_all: false,
        filters: Filters::Released,
        writers: Writers::Members,
        stamps: Stamps::WhenChanged,
        writes_make_private: true,
        bmp_only: true,
        names_the_nameless: false,
        strips_values: false,
        uuid_markers: false,
        short_markers: true,
        admin_marks_deleted: false,
        plain_mappings: false,
    };

    /// The same for users: without the accidents.
    pub const GLANCE_V2_FOR_USERS: Self = Self {
        filters: Filters::Listed,
        writers: Writers::AllButReaders,
        writes_make_private: false,
        bmp_only: false,
        short_markers: false,
        ..Self::GLANCE_V2
    };

    /// Glance's API v2, as its own clients use it.
    pub const GLANCE_33: Self = Self {
        admin_marks_deleted: true,
        ..Self::GLANCE_V2
    };

    /// The same for users: without the accidents.
    pub const GLANCE_33_FOR_USERS: Self = Self {
        admin_marks_deleted: true,
        ..Self::GLANCE_V2_FOR_USERS
    };

    /// Glance's API v1, as Nova 2014.2 used it.
    pub const GLANCE_V1: Self = Self {
        admin_lists_everything: true,
        admin_sees_deleted: true,
        changes_include_gone: true,
        changes_since: Comparison::Greater,
        public_needs_publisher: true,
        formats_needed: true,
        rewrites_properties: true,
        hides_null_properties: true,
        lists_all: false,
        filters: Filters::Released,
        writers: Writers::Anybody,
        stamps: Stamps::Always,
        writes_make_private: false,
        bmp_only: false,
        names_the_nameless: true,
        strips_values: true,
        uuid_markers: true,
        short_markers: false,
        admin_marks_deleted: false,
        plain_mappings: false,
    };

    /// The same for users: without the accidents.
    pub const GLANCE_V1_FOR_USERS: Self = Self {
        changes_since: Comparison::GreaterOrEqual,
        public_needs_publisher: false,
        formats_needed: false,
        hides_null_properties: false,
        filters: Filters::Listed,
        writers: Writers::AllButReaders,
        stamps: Stamps::WhenChanged,
        names_the_nameless: false,
        strips_values: false,
        uuid_markers: false,
        ..Self::GLANCE_V1
    };

    /// Nova 2014.2's own fake image service, which its tests and published examples ran on.
    pub const NOVA_FAKE: Self = Self {
        admin_lists_everything: true,
        admin_sees_deleted: false,
        changes_include_gone: false,
        changes_since: Comparison::Greater,
        public_needs_publisher: false,
        formats_needed: false,
        rewrites_properties: false,
        hides_null_properties: false,
        lists_all: true,
        filters: Filters::Released,
        writers: Writers::Anybody,
        stamps: Stamps::Never,
        writes_make_private: false,
        bmp_only: false,
        names_the_nameless: false,
        strips_values: false,
        uuid_markers: false,
        short_markers: false,
        admin_marks_deleted: false,
        plain_mappings: true,
    };
}
