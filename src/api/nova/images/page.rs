//! A list of images as it is written, whoever has the images: frame, images, `next` link.

use super::finish::finish_xml;
use super::metadata::view::Metadata;
use super::query;
use super::show::check_server;
use super::view::{ImageDetail, ImageEntry, detail_namespaces, index_namespaces};
use crate::api::nova::call::Call;
use crate::api::nova::dialect::{Dialect, Media};
use crate::api::nova::fault::Fault;
use crate::api::nova::links::Links;
use crate::domain::{Image, ListForm, ListedImage};
use crate::http::json::{self, List};
use crate::http::xml::writer::XmlWriter;

/// Longer answers are sent as they are written, without a length.
pub const MOST_WHOLE_BYTES: usize = 1024 * 1024;

/// Which list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Ids and names.
    Index,
    /// Everything.
    Detail,
}

/// Images of a list that have been read.
pub trait Batch {
    /// How many there are.
    fn len(&self) -> usize;
    /// Shows each, in order.
    fn each(&self, visit: &mut dyn FnMut(ListedImage<'_>));
}

/// One page under way. It holds all that it needs, since a long one outlives its call.
pub struct Page {
    which: Which,
    dialect: &'static Dialect,
    media: Media,
    links: Links,
    parameters: Vec<(String, String)>,
    /// Images that are written.
    pub count: u64,
    /// Images of a full page.
    pub full: u64,
}

impl Page {
    /// For the answer to a call that names such a page size, and such pairs in its query.
    pub fn new(
        call: &Call<'_>,
        which: Which,
        limit: Option<u64>,
        parameters: Vec<(String, String)>,
    ) -> Self {
        let pairs = parameters.iter();
        let query = pairs.map(|(name, value)| format!("{name}={value}&"));
        let links = Links::new(call, &query.collect::<String>());
        Self {
            which,
            dialect: call.dialect,
            media: call.media,
            links,
            parameters,
            count: 0,
            full: full_page(call, limit),
        }
    }

    /// How much of each image it shows.
    pub fn form(&self) -> ListForm {
        match self.which {
            Which::Index => ListForm::Entries,
            Which::Detail if self.media.is_xml() => ListForm::Xml,
            Which::Detail => ListForm::Json,
        }
    }

    /// Writes what comes before the images.
    pub fn begin(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let (frame, place) = self.frame(None)?;
        out.extend_from_slice(frame.get(..place).unwrap_or(&frame));
        Ok(())
    }

    /// Writes what comes behind the images, of which the last has this id.
    pub fn end(&self, last: Option<&str>, out: &mut Vec<u8>) -> Result<(), Fault> {
        if self.count == 0 {
            *out = self.without_images()?;
            return Ok(());
        }
        let next = match last {
            Some(last) if self.is_full() => Some(self.next_link(last)?),
            _ => None,
        };
        let (frame, place) = self.frame(next.as_deref())?;
        out.extend_from_slice(frame.get(place..).unwrap_or_default());
        Ok(())
    }

    /// There is a next page, for all that Nova knows, when this one is full.
    pub fn is_full(&self) -> bool {
        self.full > 0 && self.count == self.full
    }

    fn next_link(&self, last: &str) -> Result<String, Fault> {
        let path = match self.which {
            Which::Detail if self.dialect.next_keeps_detail => "/images/detail",
            _ => "/images",
        };
        let query = query::next(self.dialect.next_query, last, &self.parameters)?;
        Ok(format!("{}{path}?{query}", self.links.versioned))
    }

    /// The answer without its images, and the place where they belong.
    fn frame(&self, next: Option<&str>) -> Result<(Vec<u8>, usize), Fault> {
        if !self.media.is_xml() {
            let frame = frame_json(next);
            let place = place_behind(&frame, 0, b'[');
            return Ok((frame, place));
        }
        // Nova 2014.2: the detailed list has no next link in XML, but makes it all the same.
        let next = next.filter(|_| self.which == Which::Index || !self.dialect.exact);
        let writer = self.frame_xml(|root| {
            root.text("");
            if let Some(href) = next {
                root.empty("atom:link", |link| {
                    link.push("href", href).push("rel", "next");
                });
            }
        });
        let frame = finish_xml(self.dialect, writer)?;
        // The declaration is a line of its own.
        let place = place_behind(&frame, place_behind(&frame, 0, b'\n'), b'>');
        Ok((frame, place))
    }

    fn without_images(&self) -> Result<Vec<u8>, Fault> {
        match self.media.is_xml() {
            true => finish_xml(self.dialect, self.frame_xml(|_| {})),
            false => Ok(frame_json(None)),
        }
    }

    fn frame_xml(&self, content: impl FnOnce(&mut XmlWriter)) -> XmlWriter {
        let namespaces = match self.which {
            Which::Index => index_namespaces,
            Which::Detail => detail_namespaces,
        };
        let mut writer = XmlWriter::new();
        writer.declaration();
        writer.element("images", namespaces, content);
        writer
    }

    /// Writes images behind those that are written.
    pub fn write(&mut self, batch: &impl Batch, out: &mut Vec<u8>) -> Result<(), Fault> {
        let outcome = if self.media.is_xml() {
            self.write_xml(batch, out)
        } else {
            self.write_json(batch, out)
        };
        self.count += batch.len() as u64;
        outcome
    }

    fn metadata(&self, image: &Image) -> Result<Metadata, Fault> {
        let metadata = Metadata::of(&image.properties, self.dialect)?;
        check_server(self.dialect, &metadata)?;
        Ok(metadata)
    }

    fn write_json(&self, batch: &impl Batch, out: &mut Vec<u8>) -> Result<(), Fault> {
        let heads = &self.links.heads;
        let fillings = heads.fillings();
        let mut outcome = Ok(());
        json::items(out, self.count == 0, |list: &mut List<'_>| {
            batch.each(&mut |image| match image {
                ListedImage::Text(text) => list.filled(text, &fillings),
                ListedImage::Entry { id, name } => {
                    list.object(|image| ImageEntry { id, name, heads }.json(image));
                }
                ListedImage::Whole(image) if outcome.is_ok() => match self.metadata(image) {
                    Ok(metadata) => {
                        let detail = ImageDetail::new(image, metadata, heads);
                        list.object(|image| detail.json(image));
                    }
                    Err(fault) => outcome = Err(fault),
                },
                ListedImage::Whole(_) => {}
            });
        });
        outcome
    }

    fn write_xml(&self, batch: &impl Batch, out: &mut Vec<u8>) -> Result<(), Fault> {
        let heads = &self.links.heads;
        let fillings = heads.fillings();
        let mut writer = XmlWriter::behind(std::mem::take(out));
        let mut outcome = Ok(());
        batch.each(&mut |image| match image {
            ListedImage::Text(text) => writer.filled(text, &fillings),
            ListedImage::Entry { id, name } => ImageEntry { id, name, heads }.xml(&mut writer),
            ListedImage::Whole(image) if outcome.is_ok() => match self.metadata(image) {
                Ok(metadata) => {
                    ImageDetail::new(image, metadata, heads).xml(&mut writer, false);
                }
                Err(fault) => outcome = Err(fault),
            },
            ListedImage::Whole(_) => {}
        });
        *out = finish_xml(self.dialect, writer)?;
        outcome
    }
}

fn full_page(call: &Call<'_>, limit: Option<u64>) -> u64 {
    let most = call.app.config.max_limit;
    match limit {
        Some(limit) if call.dialect.caps_page_size => limit.min(most),
        Some(limit) => limit,
        None => most,
    }
}

fn frame_json(next: Option<&str>) -> Vec<u8> {
    json::object(256, |root| {
        root.list("images", |_| {});
        if let Some(href) = next {
            root.list("images_links", |list| {
                list.object(|link| {
                    link.word("rel", "next").text("href", href);
                });
            });
        }
    })
}

/// The place behind the first such byte from a place on.
fn place_behind(frame: &[u8], from: usize, byte: u8) -> usize {
    let rest = frame.get(from..).unwrap_or_default();
    let found = rest.iter().position(|other| *other == byte);
    found.map_or(frame.len(), |place| from + place + 1)
}
