//! What must not be shown: tokens and passwords, wherever clients and services put them.

mod body;
mod markup;
mod names;
mod target;
mod text;

pub use body::{body, secrets_of_body, told, without};
pub use names::{MASK, is_secret, is_secret_header};
pub use target::{path_of, shown_path, shown_target, without_secrets_of};
