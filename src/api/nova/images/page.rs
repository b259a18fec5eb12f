//! Lists of images, written as the store yields them.

use super::finish::finish_xml;
use super::metadata::view::Metadata;
use super::query::{self, ListRequest};
use super::show::check_server;
use super::view::{ImageDetail, ImageEntry, detail_namespaces, index_namespaces};
use crate::api::nova::call::Call;
use crate::api::nova::fault::{Fault, MALFORMED};
use crate::api::nova::links::Links;
use crate::domain::{ListForm, ListedImage};
use crate::http::json::{self, Object};
use crate::http::xml::writer::XmlWriter;
use crate::http::{Reply, StatusCode};
use crate::service::is_uuid;

/// About what one image takes in an answer, in bytes.
const IMAGE_BYTES: usize = 1024;

/// What every answer may take.
const LEAST_BYTES: usize = 4096;

/// Which list it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Index,
    Detail,
}

/// An image as a list shows it.
enum Shown<'a> {
    /// A text of [`super::prepared`].
    Text(&'a [u8]),
    Entry(ImageEntry<'a>),
    Detail(ImageDetail<'a>),
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
    let request = query::read(call)?;
    let pairs = request.parameters.iter();
    let query = pairs.map(|(name, value)| format!("{name}={value}&"));
    let links = Links::new(call, &query.collect::<String>());
    let mut page = Page {
        call,
        request: &request,
        links: &links,
        which,
        count: 0,
        full: full_page(call, &request),
        last: String::new(),
    };
    let mut body = if call.media.is_xml() {
        page.xml()?
    } else {
        page.json()?
    };
    // A kept answer must not take what another one might have.
    if body.len() < body.capacity() / 2 {
        body.shrink_to_fit();
    }
    call.caches.borrow_mut().list_bytes = body.len();
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
}

/// One page under way.
struct Page<'p> {
    call: &'p Call<'p>,
    request: &'p ListRequest,
    links: &'p Links,
    which: List,
    count: u64,
    /// Images of a full page.
    full: u64,
    /// The id of its last one.
    last: String,
}

impl Page<'_> {
    fn json(&mut self) -> Result<Vec<u8>, Fault> {
        let fillings = self.links.heads.fillings();
        let mut outcome = Ok(());
        let body = json::object(self.expected_bytes(), |root| {
            root.list("images", |list| {
                outcome = self.each(ListForm::Json, &mut |image| match image {
                    Shown::Text(text) => list.filled(text, &fillings),
                    Shown::Entry(entry) => list.object(|image| entry.json(image)),
                    Shown::Detail(detail) => list.object(|image| detail.json(image)),
                });
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
        let fillings = self.links.heads.fillings();
        let mut writer = XmlWriter::new().with_capacity(self.expected_bytes());
        let mut outcome = Ok(());
        let namespaces = match self.which {
            List::Index => index_namespaces,
            List::Detail => detail_namespaces,
        };
        writer.declaration();
        writer.element("images", namespaces, |root| {
            outcome = self.each(ListForm::Xml, &mut |image| match image {
                Shown::Text(text) => root.filled(text, &fillings),
                Shown::Entry(entry) => entry.xml(root),
                Shown::Detail(detail) => detail.xml(root, false),
            });
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

    /// Asks the service, hands on each image as it is to be written, and stops at the first that
    /// cannot be.
    fn each(&mut self, form: ListForm, write: &mut dyn FnMut(Shown<'_>)) -> Result<(), Fault> {
        let (call, request) = (self.call, self.request);
        let form = match self.which {
            List::Index => ListForm::Entries,
            List::Detail => form,
        };
        let mut outcome = Ok(());
        let listed = call.app.images.list(
            &call.caller,
            &call.dialect.rules,
            &request.query,
            form,
            &mut |image: ListedImage<'_>| {
                if outcome.is_ok() {
                    outcome = self.one(image, write);
                }
            },
        );
        listed.map_err(request.fault)?;
        outcome
    }

    fn one(
        &mut self,
        image: ListedImage<'_>,
        write: &mut dyn FnMut(Shown<'_>),
    ) -> Result<(), Fault> {
        let heads = &self.links.heads;
        match image {
            ListedImage::Text { text, .. } => write(Shown::Text(text)),
            ListedImage::Entry { id, name } => write(Shown::Entry(ImageEntry { id, name, heads })),
            ListedImage::Whole(image) => {
                let metadata = Metadata::of(&image.properties, self.call.dialect)?;
                check_server(self.call, &metadata)?;
                write(Shown::Detail(ImageDetail::new(image, metadata, heads)));
            }
        }
        self.count += 1;
        self.check_step(&image)?;
        if self.count == self.full {
            self.last = image.id();
        }
        Ok(())
    }

    /// Where a client names a page size, Nova 2014.2 asks Glance for so many at a time: the last of
    /// each such page is the next one's marker, and markers must be UUIDs.
    fn check_step(&self, image: &ListedImage<'_>) -> Result<(), Fault> {
        let ends =
            |step| self.count.is_multiple_of(step) && Some(self.count) != self.request.query.limit;
        match self.request.step {
            Some(step) if ends(step) && !is_uuid(&image.id()) => Err(Fault::bad_request(MALFORMED)),
            _ => Ok(()),
        }
    }

    /// There is a next page, for all that Nova knows, when this one is full.
    fn next_link(&self) -> Result<Option<String>, Fault> {
        if self.full == 0 || self.count != self.full {
            return Ok(None);
        }
        let path = match self.which {
            List::Detail if self.call.dialect.next_keeps_detail => "/images/detail",
            _ => "/images",
        };
        let query = query::next(
            self.call.dialect.next_query,
            &self.last,
            &self.request.parameters,
        )?;
        Ok(Some(format!("{}{path}?{query}", self.links.versioned)))
    }

    /// What the answer may take: as much as the last list of this thread, which is mostly of the
    /// same client, but no more than its images can.
    fn expected_bytes(&self) -> usize {
        let images = self.request.limit.unwrap_or(u64::MAX);
        let images = usize::try_from(images).unwrap_or(usize::MAX);
        let last = self.call.caches.borrow().list_bytes;
        last.min(images.saturating_mul(IMAGE_BYTES))
            .saturating_add(LEAST_BYTES)
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
