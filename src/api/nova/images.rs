//! Listing, showing and deleting images.

use super::call::Call;
use super::fault::Fault;
use super::links::Links;
use super::list::ListRequest;
use super::metadata_view::Metadata;
use super::view::{ImageDetail, ImageEntry, detail_namespaces, index_namespaces};
use crate::domain::{Image, ImageSummary, PropertyValue};
use crate::http::Reply;
use crate::http::json::{self, Object};
use crate::http::xml::writer::XmlWriter;
use crate::service::ImageError;
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
    let query = request
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}&"));
    let links = Links::new(call, &query.collect::<String>());
    let mut page = Page {
        call,
        request: &request,
        links: &links,
        which,
        count: 0,
        last: String::new(),
    };
    let body = if call.media.is_xml() {
        page.xml()?
    } else {
        page.json()?
    };
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
}

/// One page under way.
struct Page<'p> {
    call: &'p Call<'p>,
    request: &'p ListRequest,
    links: &'p Links,
    which: List,
    count: u64,
    last: String,
}

impl Page<'_> {
    fn json(&mut self) -> Result<Vec<u8>, Fault> {
        let mut outcome = Ok(());
        let body = json::object(self.expected_bytes(), |root| {
            root.list("images", |list| {
                outcome = self.each(|page, image| {
                    let metadata = page.metadata(image)?;
                    list.object(|object| page.image_json(image, metadata, object));
                    Ok(())
                });
            });
            if let Ok(()) = outcome {
                outcome = self.next_link().map(|next| {
                    if let Some(href) = next {
                        root.list("images_links", |list| {
                            list.object(|link| {
                                link.text("rel", "next").text("href", &href);
                            });
                        });
                    }
                });
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
            outcome = self.each(|page, image| {
                let metadata = page.metadata(image)?;
                page.image_xml(image, metadata, root);
                Ok(())
            });
            if let Ok(()) = outcome {
                outcome = self.next_link().map(|next| {
                    // Nova 2014.2: the detailed list has no next link in XML.
                    if let (Some(href), List::Index) = (next, self.which) {
                        root.empty("atom:link", |link| {
                            link.push("href", &href).push("rel", "next");
                        });
                    }
                });
            }
        });
        outcome?;
        finish_xml(self.call, writer)
    }

    /// Asks the service, counts what comes, and stops at the first image that cannot be shown.
    fn each(
        &mut self,
        mut show: impl FnMut(&Self, &ImageSummary<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let (call, request) = (self.call, self.request);
        let mut outcome = Ok(());
        let listed = call.app.images.list(
            &call.caller,
            &call.dialect.rules,
            &request.query,
            &mut |image: ImageSummary<'_>| {
                if outcome.is_ok() {
                    outcome = show(self, &image);
                    self.count += 1;
                    self.last.clear();
                    self.last.push_str(image.id);
                }
            },
        );
        listed.map_err(request.fault)?;
        outcome
    }

    fn metadata<'m>(&self, image: &ImageSummary<'m>) -> Result<Metadata<'m>, Fault> {
        match self.which {
            List::Index => Ok(Metadata::Stored(
                crate::domain::properties::StoredProperties::none(),
            )),
            List::Detail => Metadata::of_row(image.properties, self.call.dialect),
        }
    }

    fn image_json<'m>(
        &self,
        image: &ImageSummary<'m>,
        metadata: Metadata<'m>,
        object: &mut Object<'_>,
    ) {
        let Self { links, .. } = self;
        match self.which {
            List::Index => ImageEntry {
                id: image.id,
                name: image.name,
                links,
            }
            .json(object),
            List::Detail => ImageDetail::new(image, metadata, links).json(object),
        }
    }

    fn image_xml<'m>(
        &self,
        image: &ImageSummary<'m>,
        metadata: Metadata<'m>,
        root: &mut XmlWriter,
    ) {
        let Self { links, .. } = self;
        match self.which {
            List::Index => ImageEntry {
                id: image.id,
                name: image.name,
                links,
            }
            .xml(root),
            List::Detail => ImageDetail::new(image, metadata, links).xml(root, false),
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
        let images = self.request.limit.unwrap_or(25).min(1000);
        let each = if self.which == List::Detail {
            DETAIL_BYTES
        } else {
            ENTRY_BYTES
        };
        usize::try_from(images).unwrap_or_default() * each + 256
    }
}

/// `GET /images/{id}`
pub fn show(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let image = find(call, id)?;
    let metadata = Metadata::of(&image.properties, call.dialect)?;
    let links = Links::new(call, call.request.raw_query());
    let view = ImageDetail::new(&image.summary(), metadata, &links);
    let body = if call.media.is_xml() {
        let mut writer = XmlWriter::new();
        writer.declaration();
        view.xml(&mut writer, true);
        finish_xml(call, writer)?
    } else {
        json::object(DETAIL_BYTES, |root| {
            root.object("image", |object| view.json(object));
        })
    };
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
}

/// The image of an id, as one image is seen by itself.
pub fn find(call: &Call<'_>, id: &str) -> Result<Image, Fault> {
    let rules = &call.dialect.rules;
    let image = call.app.images.show(&call.caller, rules, id);
    let mut image = image.map_err(|error| Fault::of_image(error, id))?;
    if rules.hides_null_properties {
        image
            .properties
            .retain(|_, value| *value != PropertyValue::Null);
    }
    Ok(image)
}

/// `DELETE /images/{id}`
pub fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let deleted = call
        .app
        .images
        .delete(&call.caller, &call.dialect.rules, id);
    deleted.map_err(|error| match error {
        ImageError::Forbidden => Fault::forbidden("You are not allowed to delete the image."),
        other => Fault::of_image(other, id),
    })?;
    Ok(Reply::new(
        StatusCode::NO_CONTENT,
        call.dialect.deleted_type.unwrap_or(call.media.as_str()),
        "",
    ))
}

/// Nova 2014.2 fails on text that XML cannot hold; users get it with marks in its place.
pub fn finish_xml(call: &Call<'_>, writer: XmlWriter) -> Result<Vec<u8>, Fault> {
    if call.dialect.exact {
        return writer.finish().map_err(|_| Fault::Internal(""));
    }
    Ok(writer.into_bytes())
}
