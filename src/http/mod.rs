//! Mechanism of HTTP without any word of OpenStack: requests taken apart,
//! paths, queries, media types, replies, XML.

pub mod accept;
pub mod cache;
pub mod escape;
pub mod gaps;
pub mod json;
pub mod path;
pub mod query;
pub mod reply;
pub mod request;
pub mod webob;
pub mod xml;

pub use path::RequestPath;
pub use reply::Reply;
pub use request::{Body, Request};
