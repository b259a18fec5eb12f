//! The operations.

use super::address::{Links, path_text, query_text};
use super::fault::Fault;
use super::page::Page;
use super::params::Params;
use super::routes::Route;
use super::view::{ImageView, OptionsView, UsageView};
use super::{filter, text, usage};
use crate::python::number;
use crate::service::waldur::Viewer;
use crate::service::{App, Failure};
use serde::Serialize;

/// A request that may be answered.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The emulator.
    pub app: &'a App,
    /// The query.
    pub params: &'a Params,
    /// The query as it came.
    pub raw_query: &'a str,
    /// What links begin and end with.
    pub links: &'a Links<'a>,
    /// What the paths of links begin with, in front of `/api/`.
    pub prefix: &'a str,
    /// The decoded path.
    pub path: &'a str,
    /// What the user may see.
    pub viewer: Viewer,
    /// Blanks that the JSON is indented by.
    pub indent: usize,
}

/// What is answered to a request that succeeds.
#[derive(Debug)]
pub struct Outcome {
    /// JSON.
    pub body: String,
    /// How many entries the whole list has, and the links to its pages.
    pub list: Option<(usize, String)>,
}

impl Exchange<'_> {
    /// `GET` of a route.
    pub fn get(&self, route: &Route) -> Result<Outcome, Fault> {
        match route {
            Route::List => self.list(),
            Route::UsageStats => self.usage_stats(),
            Route::Detail(uuid) => self.retrieve(uuid),
        }
    }

    /// `OPTIONS` of a route: neither filters, pages nor the image are looked at.
    pub fn options(&self, route: &Route) -> Outcome {
        let name = match route {
            Route::List => "Image List",
            Route::UsageStats => "Usage stats",
            Route::Detail(_) => "Image Instance",
        };
        Outcome {
            body: text::json(&OptionsView::new(name), self.indent),
            list: None,
        }
    }

    /// `GET /api/openstack-images/`
    fn list(&self) -> Result<Outcome, Fault> {
        let api = self.app.config.waldur_api;
        let tests = filter::parse(self.params, api, self.prefix)?;
        let listed = self.app.waldur.list(&self.viewer, &tests, |total| {
            let page = Page::parse(self.params, total)?;
            Ok((page, page.skipped()..page.skipped() + page.size))
        });
        let (page, rows) = listed.map_err(store)??;
        self.app.showed(rows.iter().map(|row| row.backend_id()));
        let views: Vec<_> = rows
            .iter()
            .map(|row| ImageView::new(row, self.links, api))
            .collect();
        Ok(self.page(&views, page))
    }

    /// `GET /api/openstack-images/{uuid}/`
    fn retrieve(&self, key: &str) -> Result<Outcome, Fault> {
        let api = self.app.config.waldur_api;
        let tests = filter::parse(self.params, api, self.prefix)?;
        let no_uuid = || Fault::NoImage(format!("{key:?} is no UUID"));
        let uuid = number::uuid(key).ok_or_else(no_uuid)?;
        let row = self.app.waldur.show(&self.viewer, &tests, &uuid);
        let row = row.map_err(store)?.ok_or_else(|| self.no_image(&uuid))?;
        self.app.showed([row.backend_id()]);
        let view = ImageView::new(&row, self.links, api);
        Ok(Outcome {
            body: text::json(&view, self.indent),
            list: None,
        })
    }

    /// Why an image is not shown: there is none, the user does not see it, or the filters leave it out.
    fn no_image(&self, uuid: &str) -> Fault {
        let waldur = &self.app.waldur;
        let is_there = |viewer| matches!(waldur.show(viewer, &[], uuid), Ok(Some(_)));
        let why = if is_there(&self.viewer) {
            "the filters leave this image out"
        } else if is_there(&Viewer::Everything) {
            "the user of the token sees no project that has this image"
        } else {
            "there is no image with this UUID"
        };
        Fault::NoImage(why.to_owned())
    }

    /// `GET /api/openstack-images/usage_stats/`
    fn usage_stats(&self) -> Result<Outcome, Fault> {
        // The action takes no argument `format`: with a suffix the original fails here.
        if self.links.suffix.is_some() {
            return Err(Fault::Crash);
        }
        let scope = usage::parse(self.params)?;
        let usage = self.app.waldur.usage(scope.as_ref()).map_err(store)?;
        let page = Page::parse(self.params, usage.len())?;
        let rows = usage.iter().skip(page.skipped()).take(page.size);
        let views: Vec<_> = rows.map(UsageView::from).collect();
        Ok(self.page(&views, page))
    }

    fn page(&self, views: &[impl Serialize], page: Page) -> Outcome {
        let url = format!("{}{}", self.links.base, path_text(self.path));
        Outcome {
            body: text::json(&views, self.indent),
            list: Some((page.total, page.link(&url, &query_text(self.raw_query)))),
        }
    }
}

fn store(error: impl std::error::Error + 'static) -> Fault {
    Fault::Store(Failure::of(&error))
}
