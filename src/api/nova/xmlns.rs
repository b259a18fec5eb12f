//! The namespaces of Nova's XML.

/// Atom's links.
pub const ATOM: &str = "http://www.w3.org/2005/Atom";
/// Images, metadata and errors.
pub const COMPUTE: &str = "http://docs.openstack.org/compute/api/v1.1";
/// Versions, extensions and limits.
pub const COMMON: &str = "http://docs.openstack.org/common/api/v1.0";
/// The extension OS-DCF.
pub const DISK_CONFIG: &str = "http://docs.openstack.org/compute/ext/disk_config/api/v1.1";
/// The extension OS-EXT-IMG-SIZE.
pub const IMAGE_SIZE: &str = "http://docs.openstack.org/compute/ext/image_size/api/v1.1";
