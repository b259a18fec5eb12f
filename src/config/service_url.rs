//! URLs of services of a real cloud, which people write with a version or without.

use super::base_url::{BaseUrl, BaseUrlError};

/// The version that a Keystone's URL may end in.
pub const KEYSTONE_VERSIONS: &[&str] = &["/v3", "/v2.0"];

/// The version that a Glance's URL may end in.
pub const GLANCE_VERSIONS: &[&str] = &["/v2"];

/// The URL of a service without its version.
///
/// # Errors
/// When it is none that can be asked.
pub fn without_version(text: &str, versions: &[&str]) -> Result<String, BaseUrlError> {
    let parsed: BaseUrl = text.parse()?;
    let url: String = parsed.into();
    let bare = versions
        .iter()
        .find_map(|version| url.strip_suffix(version));
    Ok(bare.unwrap_or(&url).trim_end_matches('/').to_owned())
}
