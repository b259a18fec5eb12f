//! `nova-images ctl`: all that the control API does, from the shell.
//!
//! Its subcommands are made of the control API's own `OpenAPI` document when they are asked for, so that
//! none is ever missing.

mod call;
mod command;
mod kinds;
mod naming;
mod operation;
mod output;
mod run;
mod schema;

pub use run::Ctl;
