//! Headers that every request is asked for: a name made once is found faster than a text.

use crate::http::HeaderName;

/// The token of whoever asks.
pub static X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
/// What Swift called it once; keystonemiddleware still takes it.
pub static X_STORAGE_TOKEN: HeaderName = HeaderName::from_static("x-storage-token");
/// The user of who signs in where there is no Keystone.
pub static X_AUTH_USER: HeaderName = HeaderName::from_static("x-auth-user");
/// The user's key.
pub static X_AUTH_KEY: HeaderName = HeaderName::from_static("x-auth-key");
/// The token of a service that asks on behalf of a user.
pub static X_SERVICE_TOKEN: HeaderName = HeaderName::from_static("x-service-token");
/// The microversion, of any service.
pub static API_VERSION: HeaderName = HeaderName::from_static("openstack-api-version");
/// The microversion, before 2.27.
pub static NOVA_API_VERSION: HeaderName = HeaderName::from_static("x-openstack-nova-api-version");
