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
    Ok(unversioned(&url, versions).to_owned())
}

/// The same of a text that a catalogue has for a URL, whatever it is.
#[must_use]
pub fn unversioned<'u>(url: &'u str, versions: &[&str]) -> &'u str {
    let url = url.trim_end_matches('/');
    let mut versions = versions.iter();
    let bare = versions.find_map(|version| url.strip_suffix(version));
    bare.unwrap_or(url).trim_end_matches('/')
}
