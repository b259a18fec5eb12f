//! The integration tests: real emulators, started through the public builder, asked over HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test may panic"
)]

mod asked;
mod command;
mod control_api;
mod control_walk;
mod coverage;
mod departures;
mod documents;
mod edits;
mod element;
mod embedding;
mod faults;
mod fixtures;
mod glance_model;
mod golden;
mod harness;
mod hostile;
mod image_coverage;
mod image_data;
mod images_control;
mod import;
mod interceptor;
mod journal;
mod keystone;
mod layering;
mod listing;
mod locked;
mod long_lists;
mod mends;
mod model;
mod otc;
mod package;
mod pages;
mod parity;
mod pictures;
mod pipelined;
mod recorded;
mod replays;
mod request_lines;
mod resets;
mod safety;
mod scratch;
mod spaces;
mod state;
mod tokens_kept;
mod trials;
mod upstream;
mod upstream_keystone;
mod waldur;
mod waldur_users;
