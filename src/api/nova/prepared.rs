//! What lists show of an image, written when it is stored: an answer of a thousand images is then a
//! matter of reading it.

use super::links::Heads;
use super::metadata_view::Metadata;
use super::view::ImageDetail;
use crate::domain::{Image, ImageTexts, TextMaker};
use crate::http::gaps::cut;
use crate::http::json;
use crate::http::xml::writer::XmlWriter;

/// About what one image takes, in bytes.
const TEXT_BYTES: usize = 1024;

/// The texts of this release.
pub const TEXTS: TextMaker = TextMaker { version: 1, make };

/// An image has texts when all dialects show it alike; XML also when it can hold it.
fn make(image: &Image) -> ImageTexts {
    let Some(metadata) = Metadata::of_strings(&image.properties) else {
        return ImageTexts::default();
    };
    let heads = Heads::gaps();
    let detail = ImageDetail::new(image, metadata, &heads);
    let mut writer = XmlWriter::new().with_capacity(TEXT_BYTES);
    detail.xml(&mut writer, false);
    ImageTexts {
        json: Some(cut(&json::object(TEXT_BYTES, |object| detail.json(object)))),
        xml: writer.finish().ok().map(|element| cut(&element)),
    }
}
