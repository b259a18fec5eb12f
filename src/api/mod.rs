//! The facades: each parses one wire form into domain words, and renders the outcome back.
//!
//! A facade names `http`, `service` and `domain`; never the store, never another facade.

pub mod control;
pub mod keystone;
pub mod nova;
