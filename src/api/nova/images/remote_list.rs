//! Lists of a real cloud's images: asked for page by page, written page by page, sent whole when they
//! are short.

use super::page::{Batch, MOST_WHOLE_BYTES, Page, Which};
use super::query;
use crate::api::nova::call::Call;
use crate::api::nova::dialect::Dialect;
use crate::api::nova::fault::Fault;
use crate::api::nova::remote::Remote;
use crate::domain::{Image, ListForm, ListedImage};
use crate::http::pieces::pieces;
use crate::http::{Reply, ReplyStream, StatusCode};
use crate::service::upstream::RemoteListing;

/// `GET /images`
pub async fn index(call: &Call<'_>, remote: Remote) -> Result<Reply, Fault> {
    list(call, remote, Which::Index).await
}

/// `GET /images/detail`
pub async fn detail(call: &Call<'_>, remote: Remote) -> Result<Reply, Fault> {
    list(call, remote, Which::Detail).await
}

async fn list(call: &Call<'_>, remote: Remote, which: Which) -> Result<Reply, Fault> {
    let request = query::read(call)?;
    let page = Page::new(call, which, request.limit, request.parameters);
    let rules = &call.dialect.rules;
    let credentials = remote.credentials.clone();
    let listing = remote
        .upstream
        .list(&call.caller, rules, &request.asked, credentials);
    let listing = listing.map_err(|error| remote.of_list(error, call.dialect))?;
    let mut list = List {
        page,
        listing,
        remote,
        dialect: call.dialect,
    };
    let mut body = Vec::new();
    list.page.begin(&mut body)?;
    while list.more(&mut body).await? {
        if body.len() > MOST_WHOLE_BYTES && !list.listing.may_go_too_far() {
            let stream = list.stream(body);
            return Ok(Reply::stream(StatusCode::OK, call.media.as_str(), stream));
        }
    }
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
}

/// Images of one page of the service's.
struct Found {
    images: Vec<Image>,
    form: ListForm,
}

impl Batch for Found {
    fn len(&self) -> usize {
        self.images.len()
    }

    fn each(&self, visit: &mut dyn FnMut(ListedImage<'_>)) {
        for image in &self.images {
            visit(match self.form {
                ListForm::Entries => ListedImage::Entry {
                    id: &image.id,
                    name: image.name.as_deref(),
                },
                ListForm::Json | ListForm::Xml | ListForm::Glance | ListForm::Images => {
                    ListedImage::Whole(image)
                }
            });
        }
    }
}

/// A list under way. It holds all that it needs, since a long one outlives its call.
struct List {
    page: Page,
    listing: RemoteListing,
    remote: Remote,
    dialect: &'static Dialect,
}

impl List {
    /// Writes the next images, and behind the last what comes after them; says whether there are more.
    async fn more(&mut self, out: &mut Vec<u8>) -> Result<bool, Fault> {
        let images = self.listing.next().await;
        let images = images.map_err(|error| self.remote.of_list(error, self.dialect))?;
        let form = self.page.form();
        let found = Found { images, form };
        self.page.write(&found, out)?;
        if !self.listing.is_over() {
            return Ok(true);
        }
        let last = found.images.last().map(|image| image.id.as_str());
        self.page.end(last, out)?;
        Ok(false)
    }

    /// The rest of it, behind what is written already. What goes wrong in it cuts it off.
    fn stream(self, begun: Vec<u8>) -> ReplyStream {
        pieces(begun, self, |mut list| async move {
            let mut piece = Vec::new();
            let more = list.more(&mut piece).await.map_err(Fault::cut_off)?;
            Ok(Some((piece, more.then_some(list))))
        })
    }
}
