//! The namespaces of Nova's XML.

use crate::http::xml::writer::Attributes;

/// Images, metadata and errors.
pub const COMPUTE: &str = "http://docs.openstack.org/compute/api/v1.1";

/// Links everywhere, and feeds of versions.
pub const ATOM: &str = "http://www.w3.org/2005/Atom";

/// Extension OS-DCF.
pub const DISK_CONFIG: &str = "http://docs.openstack.org/compute/ext/disk_config/api/v1.1";

/// Extension OS-EXT-IMG-SIZE.
pub const IMAGE_SIZE: &str = "http://docs.openstack.org/compute/ext/image_size/api/v1.1";

/// Versions, extensions and limits.
const COMMON: &str = "http://docs.openstack.org/common/api/v1.0";

/// Declares what versions, extensions and limits are written in.
pub fn declare_common(attributes: &mut Attributes<'_>) {
    attributes.push("xmlns:atom", ATOM).push("xmlns", COMMON);
}
