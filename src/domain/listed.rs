//! What a list shows of its images.

use super::image::Image;

/// How much a list shows of each image, and in which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListForm {
    /// Id and name.
    Entries,
    /// Everything, in JSON.
    Json,
    /// Everything, in XML.
    Xml,
    /// Everything, as Glance's API v2 shows it.
    Glance,
    /// The images themselves.
    Images,
}

/// An image of a list, borrowed from where it is kept.
#[derive(Clone, Copy)]
pub enum ListedImage<'a> {
    /// What [`ListForm::Entries`] asks for.
    Entry {
        /// The id.
        id: &'a str,
        /// The name.
        name: Option<&'a str>,
    },
    /// The text of the image in the form that was asked for.
    ///
    /// It is what [`TextMaker::make`] made of it.
    Text(&'a [u8]),
    /// The image, of which there is no text.
    Whole(&'a Image),
}

/// What answers show of one image, written when it is stored. Whatever depends on the request is
/// left open in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageTexts {
    /// In JSON, unless that depends on who asks.
    pub json: Option<Vec<u8>>,
    /// In XML, unless that depends on who asks or there is none.
    pub xml: Option<Vec<u8>>,
    /// In JSON as Glance's API v2 shows it.
    pub glance: Option<Vec<u8>>,
}

/// Who writes the texts: a facade, whose words the store keeps without understanding them.
#[derive(Clone, Copy, Debug)]
pub struct TextMaker {
    /// Grows whenever `make` writes anything else than before, so that kept texts are made anew.
    pub version: i64,
    /// Writes the texts of an image.
    pub make: fn(&Image) -> ImageTexts,
}
