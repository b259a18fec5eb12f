//! How bodies are wanted.

use crate::domain::BodyWanted;

/// The largest body that is JSON. Glance itself sets no bound, and properties may be long.
const MOST_BODY_BYTES: usize = 4 * 1024 * 1024;

/// How a body is wanted that is JSON.
pub const JSON_BODY: BodyWanted = BodyWanted::Whole(MOST_BODY_BYTES);
