//! Lists of images, written as the store yields them.

use super::call::Call;
use super::fault::Fault;
use super::images::finish_xml;
use super::links::Links;
use super::list::ListRequest;
use super::metadata_view::Metadata;
use super::view::{ImageDetail, ImageEntry, detail_namespaces, index_namespaces};
use crate::domain::{ImageSummary, ListedImage};
use crate::http::Reply;
use crate::http::cache::Fragments;
use crate::http::json::{self, Object};
use crate::http::xml::writer::XmlWriter;
use actix_web::http::StatusCode;

/// About what one image takes in an answer, in bytes.
const DETAIL_BYTES: usize = 1024;
const ENTRY_BYTES: usize = 448;

/// Which list it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Index,
    Detail,
}

/// `GET /images`
pub fn index(call: &Call<'_>) -> Result<Reply, Fault> {
    list(call, List::Index)
}

/// `GET /images/detail`
pub fn detail(call: &Call<'_>) -> Result<Reply, Fault> {
    list(call, List::Detail)
}

fn list(call: &Call<'_>, which: List) -> Result<Reply, Fault> {
    let request = (call.dialect.read_list)(call)?;
    let pairs = request.parameters.iter();
    let query = pairs.map(|(name, value)| format!("{name}={value}&"));
    let links = Links::new(call, &query.collect::<String>());
    let generation = call.app.images.generation();
    let shape = shape(call, which, &links);
    let mut page = Page {
        call,
        request: &request,
        links: &links,
        which,
        fragments: call.caches.borrow_mut().fragments.take(generation, &shape),
        count: 0,
        last: String::new(),
    };
    let body = if call.media.is_xml() {
        page.xml()
    } else {
        page.json()
    };
    let fragments = page.fragments;
    call.caches
        .borrow_mut()
        .fragments
        .put(generation, shape, fragments);
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body?))
}

/// Everything that an image's part of a list depends on beside the image.
fn shape(call: &Call<'_>, which: List, links: &Links) -> Vec<u8> {
    let form = if call.media.is_xml() { "xml" } else { "json" };
    let which = match which {
        List::Index => "index",
        List::Detail => "detail",
    };
    [
        call.version,
        form,
        which,
        &links.versioned,
        &links.bookmark,
        &links.glance,
    ]
    .join("\0")
    .into_bytes()
}

/// One page under way.
struct Page<'p> {
    call: &'p Call<'p>,
    request: &'p ListRequest,
    links: &'p Links,
    which: List,
    fragments: Fragments,
    count: u64,
    last: String,
}

impl Page<'_> {
    fn json(&mut self) -> Result<Vec<u8>, Fault> {
        let mut outcome = Ok(());
        let body = json::object(self.expected_bytes(), |root| {
            root.list("images", |list| {
                outcome = self.each(&mut |image| list.raw(image));
            });
            if let Ok(()) = outcome {
                outcome = self
                    .next_link()
                    .map(|next| next_json(next.as_deref(), root));
            }
        });
        outcome.map(|()| body)
    }

    fn xml(&mut self) -> Result<Vec<u8>, Fault> {
        let mut writer = XmlWriter::new().with_capacity(self.expected_bytes());
        let mut outcome = Ok(());
        let namespaces = match self.which {
            List::Index => index_namespaces,
            List::Detail => detail_namespaces,
        };
        writer.declaration();
        writer.element("images", namespaces, |root| {
            outcome = self.each(&mut |image| root.written(image));
            if let Ok(()) = outcome {
                // Nova 2014.2: the detailed list has no next link in XML, but makes it all the same.
                outcome = self.next_link().map(|next| match self.which {
                    List::Index => next_xml(next.as_deref(), root),
                    List::Detail => {}
                });
            }
        });
        outcome?;
        finish_xml(self.call, writer)
    }

    /// Asks the service, hands on each image as it is written, and stops at the first that cannot
    /// be.
    fn each(&mut self, write: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
        let (call, request) = (self.call, self.request);
        let mut outcome = Ok(());
        let listed = call.app.images.list(
            &call.caller,
            &call.dialect.rules,
            &request.query,
            &mut |image: ListedImage<'_>| {
                if outcome.is_ok() {
                    outcome = self.one(&image, write);
                }
            },
        );
        listed.map_err(request.fault)?;
        outcome
    }

    fn one(&mut self, image: &ListedImage<'_>, write: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
        if let Some(known) = self.fragments.get(image.row) {
            write(known);
        } else {
            let mut rendered = None;
            (image.read)(&mut |image| rendered = Some(self.render(&image)));
            // An image that has gone between the key and the rest is not in the list.
            let Some(rendered) = rendered.transpose()? else {
                return Ok(());
            };
            write(&rendered);
            self.fragments.keep(image.row, &rendered);
        }
        self.count += 1;
        self.last.clear();
        self.last.push_str(image.id);
        Ok(())
    }

    fn render(&self, image: &ImageSummary<'_>) -> Result<Vec<u8>, Fault> {
        let Self { call, links, .. } = self;
        let entry = ImageEntry {
            id: image.id,
            name: image.name,
            links,
        };
        match self.which {
            List::Index if call.media.is_xml() => xml_part(call, |part| entry.xml(part)),
            List::Index => Ok(json::object(ENTRY_BYTES, |part| entry.json(part))),
            List::Detail => {
                let metadata = Metadata::of_row(image.properties, call.dialect)?;
                let detail = ImageDetail::new(image, metadata, links);
                match call.media.is_xml() {
                    true => xml_part(call, |part| detail.xml(part, false)),
                    false => Ok(json::object(DETAIL_BYTES, |part| detail.json(part))),
                }
            }
        }
    }

    /// There is a next page, for all that Nova knows, when this one is full.
    fn next_link(&self) -> Result<Option<String>, Fault> {
        let most = self.call.app.config.max_limit;
        let size = match self.request.limit {
            Some(limit) if self.call.dialect.caps_page_size => limit.min(most),
            Some(limit) => limit,
            None => most,
        };
        if size == 0 || size != self.count {
            return Ok(None);
        }
        let path = match self.which {
            List::Detail if self.call.dialect.next_keeps_detail => "/images/detail",
            _ => "/images",
        };
        let query = (self.call.dialect.next_query)(&self.last, &self.request.parameters)?;
        Ok(Some(format!("{}{path}?{query}", self.links.versioned)))
    }

    fn expected_bytes(&self) -> usize {
        let Some(images) = self.request.limit else {
            return self.fragments.weight() + 256;
        };
        let each = if self.which == List::Detail {
            DETAIL_BYTES
        } else {
            ENTRY_BYTES
        };
        usize::try_from(images.min(1000)).unwrap_or_default() * each + 256
    }
}

fn xml_part(call: &Call<'_>, content: impl FnOnce(&mut XmlWriter)) -> Result<Vec<u8>, Fault> {
    let mut writer = XmlWriter::new().with_capacity(DETAIL_BYTES);
    content(&mut writer);
    finish_xml(call, writer)
}

fn next_json(href: Option<&str>, root: &mut Object<'_>) {
    if let Some(href) = href {
        root.list("images_links", |list| {
            list.object(|link| {
                link.word("rel", "next").text("href", href);
            });
        });
    }
}

fn next_xml(href: Option<&str>, root: &mut XmlWriter) {
    if let Some(href) = href {
        root.empty("atom:link", |link| {
            link.push("href", href).push("rel", "next");
        });
    }
}
