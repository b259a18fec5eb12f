//! A real cloud behind this server: its services are asked, and nothing is stored.
//!
//! [`Client`] speaks HTTP and knows nothing of OpenStack. [`Keystone`] speaks API v3; [`Tokens`] knows what
//! clients' tokens are worth. [`Upstream`] has all of them.

mod client;
mod cloud;
mod connections;
mod endpoint;
mod error;
mod keystone;
mod keystone_error;
mod seen_token;
mod sign_in_body;
mod tls;
mod tokens;

pub use client::{Answer, Client, Question};
pub use cloud::Upstream;
pub use endpoint::Endpoint;
pub use error::{ClientError, UpstreamError};
pub use keystone::{Keystone, Passed, SignedIn};
pub use keystone_error::KeystoneError;
pub use seen_token::{CatalogEndpoint, CatalogService, SeenToken, TokenBodyError};
pub use tokens::{KnownToken, Tokens, Told};
