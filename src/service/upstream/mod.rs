//! A real cloud behind this server: its services are asked, and nothing is stored.
//!
//! `client` speaks HTTP and knows nothing of OpenStack. `keystone` speaks API v3; `tokens` knows what clients'
//! tokens are worth. `glance` speaks the image service's API v2, and `wanted` turns a list that
//! was asked for into its words. [`Upstream`] is what facades ask. Who sees and changes what is the image
//! service's to decide.

mod ask_error;
mod client;
mod cloud;
mod connections;
mod credentials;
mod endpoint;
mod error;
mod glance;
mod image_body;
mod kept;
mod keystone;
mod keystone_error;
mod listing;
mod own_sign_in_body;
mod patch;
mod said;
mod seen_token;
mod sieve;
mod sign_in;
mod sign_in_body;
mod tls;
mod tokens;
mod wanted;

#[cfg(feature = "cli")]
pub use client::Fetched;
#[cfg(feature = "cli")]
pub use glance::{Glance, escaped};
#[cfg(feature = "cli")]
pub use kept::KeptPages;

pub use ask_error::AskError;
pub use client::{Answer, Client, Question};
pub use cloud::Upstream;
pub use credentials::Credentials;
pub use endpoint::Endpoint;
pub use error::{ClientError, UpstreamError};
pub use keystone::{Passed, SignedIn};
pub use keystone_error::KeystoneError;
pub use listing::RemoteListing;
pub use seen_token::{CatalogEndpoint, CatalogService, SeenToken};
pub use sign_in::{CloudError, ImageUrl, image_url, sign_in};
pub use tokens::KnownToken;
