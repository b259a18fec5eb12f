//! `GET /images`

use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::api::glance::offer::ListLinks;
use crate::domain::{ListForm, ListedImage};
use crate::http::cache::Key;
use crate::http::query;
use crate::http::{Reply, StatusCode};
use crate::python;
use crate::service::glance_query::{self, QueryError};
use crate::service::{Failure, ImageError};

/// Images of a page when nobody says how many: Glance's `limit_param_default`.
const USUAL_LIMIT: u64 = 25;

/// Where lists are.
const PATH: &str = "/v2/images";

/// A page of images, from the cache when the data have not changed since it was made.
pub fn list(call: &Call<'_>) -> Result<Reply, Fault> {
    let generation = call.app.images.generation();
    let key = cache_key(call);
    if let Some(reply) = call.caches.borrow_mut().replies.get(generation, &key) {
        return Ok(reply);
    }
    let reply = compute(call)?;
    let mut caches = call.caches.borrow_mut();
    caches.replies.put(generation, key, &reply);
    Ok(reply)
}

/// Everything that a list depends on beside the data. Its links hold no host.
fn cache_key(call: &Call<'_>) -> Key {
    let parts = [
        "glance",
        call.caller.project_id.as_deref().unwrap_or_default(),
        if call.caller.is_admin { "admin" } else { "" },
        call.head.raw_query(),
    ];
    Key::of(call.app.number, parts)
}

fn compute(call: &Call<'_>) -> Result<Reply, Fault> {
    let parameters = query::parse(call.head.raw_query());
    let parameters = parameters.map_err(|_| Fault::of_query(&QueryError::Undecodable))?;
    let rules = call.offer.v2;
    let most = call.app.config.max_limit;
    let mut query = glance_query::read_page(&call.caller, rules, &parameters)?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT).min(most);
    query.limit = Some(limit);
    let fault = |error: ImageError| Fault::of_image(error, "", "get_images");
    let images = &call.app.images;
    let listing = images.list(&call.caller, rules, query, ListForm::Glance);
    let mut listing = listing.map_err(fault)?;
    let mut page = Page::begun(call.caches.borrow().list_room(Some(limit)));
    let mut last = None;
    while let Some(mut slice) = listing.next(limit).map_err(|error| fault(error.into()))? {
        slice.each(&mut |image| page.show(image));
        last = slice.last_id.take();
        listing.give_back(slice);
    }
    let next = match last {
        Some(last) if page.count == limit => Some(last.map_err(|error| fault(error.into()))?),
        _ => None,
    };
    let mut body = page.ended(&kept(call, &parameters), next.as_deref())?;
    call.caches.borrow_mut().list_written(&mut body);
    Ok(Reply::new(StatusCode::OK, "application/json", body))
}

/// An answer under way.
struct Page {
    out: Vec<u8>,
    count: u64,
    failed: Option<Failure>,
}

impl Page {
    fn begun(mut room: Vec<u8>) -> Self {
        room.extend_from_slice(b"{\"images\": [");
        Self {
            out: room,
            count: 0,
            failed: None,
        }
    }

    fn show(&mut self, image: ListedImage<'_>) {
        if self.count > 0 {
            self.out.extend_from_slice(b", ");
        }
        self.count += 1;
        match image {
            ListedImage::Text(text) => self.out.extend_from_slice(text),
            ListedImage::Whole(image) => match super::view::json(image) {
                Ok(text) => self.out.extend_from_slice(&text),
                Err(error) => self.failed = Some(Failure::of(&error)),
            },
            // Nobody asks for these here.
            ListedImage::Entry { .. } => {}
        }
    }

    fn ended(mut self, parameters: &[(&str, &str)], next: Option<&str>) -> Result<Vec<u8>, Fault> {
        if let Some(failure) = self.failed {
            return Err(Fault::internal(&failure));
        }
        self.out.extend_from_slice(b"], \"first\": ");
        python::write_json_string(&link(parameters, None), &mut self.out);
        if let Some(next) = next {
            self.out.extend_from_slice(b", \"next\": ");
            python::write_json_string(&link(parameters, Some(next)), &mut self.out);
        }
        self.out
            .extend_from_slice(b", \"schema\": \"/v2/schemas/images\"}");
        Ok(self.out)
    }
}

/// The parameters of a list that its links have.
fn kept<'p>(call: &Call<'_>, parameters: &'p [(String, String)]) -> Vec<(&'p str, &'p str)> {
    let parameters = parameters.iter();
    let pairs = parameters.map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs = pairs.filter(|(name, _)| *name != "marker");
    match call.offer.links {
        ListLinks::Every => pairs.collect(),
        ListLinks::LastOfEach => {
            let last: indexmap::IndexMap<&str, &str> = pairs.collect();
            last.into_iter().collect()
        }
    }
}

/// The list from its beginning, or behind an image.
fn link(parameters: &[(&str, &str)], marker: Option<&str>) -> String {
    let marker = marker.map(|marker| ("marker", marker));
    let query = query::encode(parameters.iter().copied().chain(marker));
    match query.is_empty() {
        true => PATH.to_owned(),
        false => format!("{PATH}?{query}"),
    }
}
