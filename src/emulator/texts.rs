//! What lists show of images, written when they are stored: by each facade that has lists of them.

use crate::api::{glance, nova};
use crate::domain::TextMaker;

/// Grows with every facade's own version.
pub const TEXTS: TextMaker = TextMaker {
    version: nova::TEXTS.version + glance::TEXT_VERSION,
    make: |image| glance::text(image, (nova::TEXTS.make)(image)),
};
