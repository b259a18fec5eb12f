//! Sign-in: who users are, which tokens stand for them, and when those end.
//!
//! Written once for both of Keystone's APIs and for every service that asks who a caller is. What
//! a token looks like on the wire, and what an error is called, is the facades' business.

mod accounts;
mod bearers;
mod error;
mod issued;
mod passwords;
pub mod roles;
mod sign_in;
mod tokens;
mod words;

pub use accounts::People;
pub use bearers::{EXPIRED_WINDOW_SECONDS, Identity, Reach};
pub use error::{SignInError, TokenError};
pub use tokens::{LiveToken, SavedTokens};
pub use words::{DEFAULT_DOMAIN, DomainRef, Proof, Reference, TokenForm, WantedScope};
