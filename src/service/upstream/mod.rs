//! A real cloud behind this server: its services are asked, and nothing is stored.
//!
//! `client` speaks HTTP and knows nothing of OpenStack; `tokens` asks what a client's token is worth,
//! `glance` speaks the image service's API v2, and `wanted` turns a list that was asked for into its
//! words. [`Upstream`] is what facades ask. Who sees and changes what is the image service's to decide.

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
mod listing;
mod patch;
mod said;
mod sieve;
mod tls;
mod tokens;
mod wanted;

pub use ask_error::AskError;
pub use cloud::Upstream;
pub use credentials::Credentials;
pub use listing::RemoteListing;
