//! Images from the web: Glance's import by `web-download`, for those who allow it.
//!
//! A server that fetches what its users name is a way around firewalls. So nothing is fetched unless
//! that was allowed, from public addresses or from hosts that were named; the address that is
//! connected to is the one that was looked at, and an answer that leads elsewhere is not followed.
//!
//! The client speaks HTTP/1.0, which has no chunks: what is asked for is one file. There is no TLS: it
//! would be half as much code again as the whole server, and a copy that is served by plain HTTP does
//! for tests.

mod address;
mod client;
mod error;
mod fetch;
mod import;
mod target;
#[cfg(test)]
mod tests;

pub use fetch::{Resolve, WebDownloads};
pub use import::Import;
