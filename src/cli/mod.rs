//! The command `nova-images`: one file a subcommand.

mod bar;
mod client;
mod command;
mod completions;
mod ctl;
mod error;
mod export;
mod generate;
mod greeting;
mod healthcheck;
mod import;
mod later;
mod log;
mod out;
mod place;
mod port_file;
mod serve;
mod signal;
mod tour;
mod upstream;

pub use command::run;
