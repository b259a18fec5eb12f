//! The facades: each parses one wire form into domain words, and renders the outcome back.
//!
//! A facade names `http`, `service` and `domain`; never the store, never another facade.

pub mod control;
pub mod glance;
pub mod keystone;
pub mod nova;
pub mod waldur;

/// What fuzz targets reach within facades.
#[cfg(fuzzing)]
pub mod fuzzing {
    pub use super::nova::fuzz_headers as headers;
}
