//! Why something is not fetched.

use std::io;
use std::net::IpAddr;

/// Why an address is not asked; clients are told no more than that it does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Filtered {
    /// Nothing is, unless that was allowed.
    #[error("web downloads are not allowed (--allow-web-download)")]
    Off,
    /// It is no URI of HTTP.
    #[error("it is no http URI of a host")]
    Form,
    /// There is no TLS here.
    #[error("there is no TLS in this server: https cannot be fetched")]
    Https,
    /// Another port than the web's.
    #[error("its port is neither 80 nor that of a host which was allowed")]
    Port,
    /// A host that was not named, where only named ones may be asked.
    #[error("its host was not allowed")]
    Host,
}

/// Why data did not come.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// It has an address that only this machine or its neighbours should reach.
    #[error("{0} is no public address")]
    NotPublic(IpAddr),
    /// Nobody knows the host, or it does not answer.
    #[error("the host cannot be reached: {0}")]
    Unreachable(#[source] io::Error),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(#[from] io::Error),
    /// It takes too long.
    #[error("the host takes too long")]
    Late,
    /// What came is no answer of HTTP with a length.
    #[error("the answer is not understood: {0}")]
    Answer(&'static str),
    /// It is not there; elsewhere is not looked.
    #[error("the host answered with status {0}")]
    Status(u16),
    /// There is more of it than is taken.
    #[error("{0} bytes are more than are taken")]
    TooLarge(u64),
}
