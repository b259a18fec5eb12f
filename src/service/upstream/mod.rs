//! A real cloud behind this server: its services are asked, and nothing is stored.
//!
//! `client` speaks HTTP: it has `connections` that come about over `tls` and `proxies`, gives requests their
//! `turns`, and keeps a `tally` of what became of them. `keystone` speaks API v3; `tokens` knows what clients'
//! tokens are worth. `glance` speaks the image service's API v2, and `wanted` turns a list that
//! was asked for into its words. Where clients cannot sign in there, `own_token` keeps this server signed in.
//! [`Upstream`] is what facades ask. Who sees and changes what is the image service's to decide.

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
mod own_token;
mod patch;
mod proxies;
mod question;
mod redirect;
mod said;
mod seen_token;
mod sieve;
mod sign_in;
mod sign_in_body;
mod tally;
mod tls;
mod tokens;
mod turns;
mod wanted;
#[cfg(feature = "cli")]
mod whole;

#[cfg(feature = "cli")]
pub use client::Fetched;
#[cfg(feature = "cli")]
pub use glance::escaped;
#[cfg(feature = "cli")]
pub use whole::WholeGlance;

pub use ask_error::AskError;
#[cfg(feature = "cli")]
pub use client::Client;
pub use cloud::Upstream;
pub use credentials::Credentials;
pub use endpoint::Endpoint;
#[cfg(any(test, feature = "cli"))]
pub use endpoint::Service;
pub use error::{ClientError, UpstreamError};
pub use keystone::Passed;
#[cfg(feature = "cli")]
pub use keystone::SignedIn;
pub use keystone_error::KeystoneError;
pub use listing::RemoteListing;
pub use question::{Answer, Question};
pub use seen_token::{CatalogEndpoint, CatalogService, SeenToken};
#[cfg(feature = "cli")]
pub use sign_in::{CloudError, image_url, sign_in};
pub use tally::{Outcome, RANGES_MILLIS, Seen};
pub use tokens::KnownToken;
