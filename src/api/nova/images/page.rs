//! Lists of images: read in slices, written slice by slice, sent whole when they are short.

use super::finish::finish_xml;
use super::metadata::view::Metadata;
use super::query::{self, ListRequest};
use super::show::check_server;
use super::view::{ImageDetail, ImageEntry, detail_namespaces, index_namespaces};
use crate::api::nova::call::Call;
use crate::api::nova::dialect::{Dialect, Media};
use crate::api::nova::fault::{Fault, MALFORMED};
use crate::api::nova::links::Links;
use crate::domain::{Image, ListForm, ListedImage};
use crate::http::json::{self, List};
use crate::http::xml::writer::XmlWriter;
use crate::http::{CutOff, Reply, ReplyStream, StatusCode};
use crate::service::{ImageError, Listing, Slice, is_uuid};
use bytes::Bytes;
use futures_util::StreamExt as _;

/// About what one image takes in an answer, in bytes.
const IMAGE_BYTES: usize = 1024;

/// What every answer may take.
const LEAST_BYTES: usize = 4096;

/// Longer answers are sent as they are written, without a length.
const MOST_WHOLE_BYTES: usize = 1024 * 1024;

/// Which list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Index,
    Detail,
}

/// `GET /images`
pub fn index(call: &Call<'_>) -> Result<Reply, Fault> {
    list(call, Which::Index)
}

/// `GET /images/detail`
pub fn detail(call: &Call<'_>) -> Result<Reply, Fault> {
    list(call, Which::Detail)
}

fn list(call: &Call<'_>, which: Which) -> Result<Reply, Fault> {
    let request = query::read(call)?;
    let mut body = Vec::with_capacity(expected_bytes(call, &request));
    let mut page = Page::new(call, which, request)?;
    page.begin(&mut body)?;
    while page.more(&mut body)? {
        if body.len() > MOST_WHOLE_BYTES {
            let stream = page.stream(body);
            return Ok(Reply::stream(StatusCode::OK, call.media.as_str(), stream));
        }
    }
    // A kept answer must not take what another one might have.
    if body.len() < body.capacity() / 2 {
        body.shrink_to_fit();
    }
    call.caches.borrow_mut().list_bytes = body.len();
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
}

/// What the answer may take: as much as the last list of this thread, which is mostly of the
/// same client, but no more than its images can.
fn expected_bytes(call: &Call<'_>, request: &ListRequest) -> usize {
    let images = request.limit.unwrap_or(u64::MAX);
    let images = usize::try_from(images).unwrap_or(usize::MAX);
    let last = call.caches.borrow().list_bytes;
    last.min(images.saturating_mul(IMAGE_BYTES))
        .saturating_add(LEAST_BYTES)
}

/// One page under way. It holds all that it needs, since a long one outlives its call.
struct Page {
    which: Which,
    dialect: &'static Dialect,
    media: Media,
    links: Links,
    parameters: Vec<(String, String)>,
    fault: fn(ImageError) -> Fault,
    listing: Listing,
    count: u64,
    /// Images of a full page.
    full: u64,
    /// After how many images a marker is needed.
    step: Option<u64>,
}

impl Page {
    fn new(call: &Call<'_>, which: Which, request: ListRequest) -> Result<Self, Fault> {
        let pairs = request.parameters.iter();
        let query = pairs.map(|(name, value)| format!("{name}={value}&"));
        let links = Links::new(call, &query.collect::<String>());
        let full = full_page(call, &request);
        let form = match which {
            Which::Index => ListForm::Entries,
            Which::Detail if call.media.is_xml() => ListForm::Xml,
            Which::Detail => ListForm::Json,
        };
        let ListRequest {
            query,
            parameters,
            fault,
            step,
            ..
        } = request;
        let images = &call.app.images;
        let listing = images.list(&call.caller, &call.dialect.rules, query, form);
        Ok(Self {
            which,
            dialect: call.dialect,
            media: call.media,
            links,
            parameters,
            fault,
            listing: listing.map_err(fault)?,
            count: 0,
            full,
            step,
        })
    }

    /// Writes what comes before the images.
    fn begin(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let (frame, place) = self.frame(None)?;
        out.extend_from_slice(frame.get(..place).unwrap_or(&frame));
        Ok(())
    }

    /// Writes the next images, and behind the last what comes after them; says whether there are more.
    fn more(&mut self, out: &mut Vec<u8>) -> Result<bool, Fault> {
        let fault = self.fault;
        let slice = self.listing.next(self.rows_to_marker());
        let slice = slice.map_err(|error| fault(error.into()))?;
        let mut slice = slice.unwrap_or_default();
        self.write(&slice, out)?;
        self.check_step(&slice)?;
        let last_id = slice.last_id.take();
        self.listing.give_back(slice);
        if !self.listing.is_over() {
            return Ok(true);
        }
        if self.count == 0 {
            *out = self.without_images()?;
            return Ok(false);
        }
        let next = match last_id {
            Some(last) if self.is_full() => {
                Some(self.next_link(&last.map_err(|error| fault(error.into()))?)?)
            }
            _ => None,
        };
        let (frame, place) = self.frame(next.as_deref())?;
        out.extend_from_slice(frame.get(place..).unwrap_or_default());
        Ok(false)
    }

    /// Up to the image whose id is needed: the last of a full page, or of a step.
    fn rows_to_marker(&self) -> u64 {
        let of_step = self.step.map(|step| step - self.count % step);
        let of_page = self.full.checked_sub(self.count).filter(|rows| *rows > 0);
        let rows = of_step.unwrap_or(u64::MAX);
        rows.min(of_page.unwrap_or(u64::MAX))
    }

    /// Where a client names a page size, Nova 2014.2 asks Glance for so many at a time: the last of
    /// each such page is the next one's marker, and markers must be UUIDs.
    fn check_step(&self, slice: &Slice) -> Result<(), Fault> {
        let ends =
            |step| self.count.is_multiple_of(step) && Some(self.count) != self.listing.limit();
        match (self.step, &slice.last_id) {
            (Some(step), Some(Ok(last))) if ends(step) && !is_uuid(last) => {
                let why =
                    format!("{last:?}, the last image of a page, is no UUID, and so no marker");
                Err(Fault::bad_request(MALFORMED).because(why))
            }
            _ => Ok(()),
        }
    }

    /// The rest of it, behind what is written already. What goes wrong in it cuts it off.
    fn stream(self, begun: Vec<u8>) -> ReplyStream {
        let begun = futures_util::stream::iter([Ok(Bytes::from(begun))]);
        let rest = futures_util::stream::unfold(Some(self), |page| async move {
            let mut page = page?;
            let mut piece = Vec::new();
            match page.more(&mut piece) {
                Ok(more) => Some((Ok(Bytes::from(piece)), more.then_some(page))),
                Err(fault) => {
                    let why = fault
                        .why
                        .unwrap_or_else(|| "an image cannot be shown".to_owned());
                    tracing::error!(why, "a list was cut off");
                    Some((Err(CutOff(why.into())), None))
                }
            }
        });
        begun.chain(rest).boxed()
    }
}

impl Page {
    /// There is a next page, for all that Nova knows, when this one is full.
    fn is_full(&self) -> bool {
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
        let next = next.filter(|_| self.which == Which::Index);
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
    fn write(&mut self, slice: &Slice, out: &mut Vec<u8>) -> Result<(), Fault> {
        let outcome = if self.media.is_xml() {
            self.write_xml(slice, out)
        } else {
            self.write_json(slice, out)
        };
        self.count += slice.len() as u64;
        outcome
    }

    fn metadata(&self, image: &Image) -> Result<Metadata, Fault> {
        let metadata = Metadata::of(&image.properties, self.dialect)?;
        check_server(self.dialect, &metadata)?;
        Ok(metadata)
    }

    fn write_json(&self, slice: &Slice, out: &mut Vec<u8>) -> Result<(), Fault> {
        let heads = &self.links.heads;
        let fillings = heads.fillings();
        let mut outcome = Ok(());
        json::items(out, self.count == 0, |list: &mut List<'_>| {
            slice.each(&mut |image| match image {
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

    fn write_xml(&self, slice: &Slice, out: &mut Vec<u8>) -> Result<(), Fault> {
        let heads = &self.links.heads;
        let fillings = heads.fillings();
        let mut writer = XmlWriter::behind(std::mem::take(out));
        let mut outcome = Ok(());
        slice.each(&mut |image| match image {
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

fn full_page(call: &Call<'_>, request: &ListRequest) -> u64 {
    let most = call.app.config.max_limit;
    match request.limit {
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
