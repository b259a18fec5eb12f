//! Who this server is to a real cloud: as `openstack` and its kin are told, by `clouds.yaml` or by variables.
//!
//! `yaml` reads a file into nodes that know their lines. `settings` are words with the place where each of them
//! stands, whichever way they came; `reading` makes credentials of them. [`CloudSource`] says where to
//! look, and can be read again: what a file says may change while the server runs.

mod credentials;
mod error;
mod file;
mod reading;
mod settings;
mod source;
mod yaml;

#[cfg(test)]
mod tests;

pub use credentials::{
    CloudCredentials, CloudDomain, CloudName, CloudProof, CloudScope, ServiceInterface,
    ServiceInterfaceError,
};
pub use error::{CloudsError, Place};
pub use source::{CloudSource, CloudStamp};
