//! Lists of the images that are here: read in slices, written slice by slice, sent whole when they are
//! short.

use super::page::{Batch, MOST_WHOLE_BYTES, Page, Which};
use super::query::{self, ListRequest};
use crate::api::nova::call::Call;
use crate::api::nova::fault::{Fault, MALFORMED};
use crate::domain::ListedImage;
use crate::http::pieces::pieces;
use crate::http::{Reply, ReplyStream, StatusCode};
use crate::service::{ImageError, Listing, Slice, is_uuid};

impl Batch for Slice {
    fn len(&self) -> usize {
        Slice::len(self)
    }

    fn each(&self, visit: &mut dyn FnMut(ListedImage<'_>)) {
        Slice::each(self, visit);
    }
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
    let mut body = call.caches.borrow().list_room(request.limit);
    let mut list = List::new(call, which, request)?;
    list.page.begin(&mut body)?;
    let mut more = list.more(&mut body)?;
    // What the real servers refuse for one of its images must not have begun, as far as that can be told.
    let may_begin = !call.dialect.exact && list.step.is_none();
    let is_long = more && may_begin && list.is_long(body.len())?;
    while more {
        if is_long || body.len() > MOST_WHOLE_BYTES {
            let stream = list.stream(body);
            return Ok(Reply::stream(StatusCode::OK, call.media.as_str(), stream));
        }
        more = list.more(&mut body)?;
    }
    call.caches.borrow_mut().list_written(&mut body);
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
}

/// A list under way. It holds all that it needs, since a long one outlives its call.
struct List {
    page: Page,
    fault: fn(ImageError) -> Fault,
    listing: Listing,
    /// After how many images a marker is needed.
    step: Option<u64>,
}

impl List {
    fn new(call: &Call<'_>, which: Which, request: ListRequest) -> Result<Self, Fault> {
        let ListRequest {
            asked,
            limit,
            step,
            parameters,
            fault,
        } = request;
        let page = Page::new(call, which, limit, parameters);
        let images = &call.app.images;
        let listing = images.ask(&call.caller, &call.dialect.rules, &asked, page.form());
        Ok(Self {
            page,
            fault,
            listing: listing.map_err(fault)?,
            step,
        })
    }

    /// Writes the next images, and behind the last what comes after them; says whether there are more.
    fn more(&mut self, out: &mut Vec<u8>) -> Result<bool, Fault> {
        let fault = self.fault;
        let slice = self.listing.next(self.rows_to_marker());
        let slice = slice.map_err(|error| fault(error.into()))?;
        let mut slice = slice.unwrap_or_default();
        self.page.write(&slice, out)?;
        self.check_step(&slice)?;
        let last_id = slice.last_id.take();
        self.listing.give_back(slice);
        if !self.listing.is_over() {
            return Ok(true);
        }
        let last = match last_id {
            Some(last) if self.page.is_full() => Some(last.map_err(|error| fault(error.into()))?),
            _ => None,
        };
        self.page.end(last.as_deref(), out)?;
        Ok(false)
    }

    /// Whether it is known, once this much is written, that it will be too long to be sent whole: whoever else
    /// is answered here has not to wait then until that much of it has been read.
    fn is_long(&self, written: usize) -> Result<bool, Fault> {
        let left = MOST_WHOLE_BYTES.saturating_sub(written) as u64;
        let needed = left.saturating_mul(self.page.count) / written.max(1) as u64;
        // What comes may be shorter.
        let ahead = self.listing.has_ahead(needed.saturating_mul(2));
        ahead.map_err(|error| (self.fault)(error.into()))
    }

    /// Up to the image whose id is needed: the last of a full page, or of a step.
    fn rows_to_marker(&self) -> u64 {
        let of_step = self.step.map(|step| step - self.page.count % step);
        let of_page = self
            .page
            .full
            .checked_sub(self.page.count)
            .filter(|rows| *rows > 0);
        let rows = of_step.unwrap_or(u64::MAX);
        rows.min(of_page.unwrap_or(u64::MAX))
    }

    /// Where a client names a page size, Nova 2014.2 asks Glance for so many at a time: the last of
    /// each such page is the next one's marker, and markers must be UUIDs.
    fn check_step(&self, slice: &Slice) -> Result<(), Fault> {
        let ends = |step| {
            self.page.count.is_multiple_of(step) && Some(self.page.count) != self.listing.limit()
        };
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
    fn stream(mut self, begun: Vec<u8>) -> ReplyStream {
        self.listing.go_in_pieces();
        // A little more than the last one took: a buffer that grows is copied, and leaves its old places behind.
        pieces(begun, (self, 0), |(mut list, usual)| async move {
            let mut piece = Vec::with_capacity(usual);
            let more = list.more(&mut piece).map_err(Fault::cut_off)?;
            let usual = piece.len() + piece.len() / 8;
            Ok(Some((piece, more.then_some((list, usual)))))
        })
    }
}
