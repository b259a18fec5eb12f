//! Mechanism of HTTP without any word of OpenStack: requests taken apart,
//! paths, queries, media types, replies, XML.

pub mod accept;
pub mod cache;
pub mod escape;
pub mod gaps;
mod head;
mod header;
mod headers;
pub mod json;
pub mod mount;
pub mod origin;
pub mod path;
pub mod pieces;
pub mod proxy;
pub mod query;
mod refusal;
mod repeated;
pub mod reply;
pub mod request;
pub mod webob;
pub mod xml;

pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
pub use head::Head;
pub use header::header_text;
pub use headers::Headers;
pub use origin::{Origin, Place, Trust};
pub use path::PathView;
pub use refusal::Refusal;
pub use repeated::RepeatedHeaders;
pub(crate) use reply::FAULT_HEADER;
pub use reply::{Reply, ReplyBody, ReplyStream, Wire};
pub use request::{Body, BodyStream, CutOff, Request};
