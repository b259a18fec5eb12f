//! A real cloud behind this server: its services are asked, and nothing is stored.
//!
//! [`Client`] speaks HTTP and knows nothing of OpenStack.

mod client;
mod connections;
mod endpoint;
mod error;
mod tls;

pub use client::{Answer, Client, Question};
pub use endpoint::Endpoint;
pub use error::{ClientError, UpstreamError};
