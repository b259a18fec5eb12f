//! JSON as Python's `json` module reads and writes it, Python's `str` and `repr`, its `int`, `uuid`
//! and its escapes of URLs, and its `html.escape`.
//!
//! Nova's answers are `json.dumps` texts and its error messages quote values with `repr`, so a
//! client sees Python's separators, escapes, floats and quotes. This module holds those rules and
//! the value they apply to; it knows nothing of HTTP, images or of which dialect is spoken.

mod dumps;
mod float;
mod html;
pub mod number;
mod order;
mod parse;
mod quote;
mod repr;
mod text;
mod value;

pub use dumps::{append_escaped, to_vec, to_vec_utf8, write_json_string};
pub use html::html_escape;
pub use quote::{unquote, unquote_short};
pub use text::{is_space, strip};
pub use value::Value;
