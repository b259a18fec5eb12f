//! What texts an image service can keep.

use crate::domain::{Image, PropertyValue};
use crate::service::error::ImageError;
use crate::service::write_error::WriteError;

/// Whether a text has characters beyond the basic plane, which take four bytes of UTF-8.
pub fn beyond_bmp(text: &str) -> bool {
    text.chars().any(|letter| letter > '\u{ffff}')
}

/// Checks all texts of an image, in Glance's order.
///
/// # Errors
/// The first that cannot be kept.
pub fn check(image: &Image) -> Result<(), WriteError> {
    let own = [
        ("name", image.name.as_deref()),
        ("owner", image.owner.as_deref()),
    ];
    for (key, text) in own {
        if text.is_some_and(beyond_bmp) {
            return Err(WriteError::Unstorable(key.to_owned()));
        }
    }
    for (key, value) in image.properties.iter() {
        if beyond_bmp(key) {
            return Err(WriteError::UnstorableKey);
        }
        if matches!(value, PropertyValue::Text(text) if beyond_bmp(text)) {
            return Err(WriteError::Unstorable(key.to_owned()));
        }
    }
    match image.tags.iter().any(|tag| beyond_bmp(tag)) {
        true => Err(ImageError::BeyondBmp.into()),
        false => Ok(()),
    }
}
