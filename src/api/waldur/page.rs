//! Pages of a list (waldur-mastermind, `waldur_core/core/pagination.py`).

use super::address::page_url;
use super::fault::Fault;
use super::params::Params;
use crate::python::number;

const DEFAULT_SIZE: usize = 10;

/// Larger pages are cut down to this.
const LARGEST_SIZE: usize = 300;

/// One page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Counted from 1.
    pub number: usize,
    /// Most entries of a page.
    pub size: usize,
    /// How many entries the list has.
    pub total: usize,
}

impl Page {
    /// The page that a query asks for.
    ///
    /// # Errors
    /// When there is no such page. A size that is no positive number is the usual one instead.
    pub fn parse(params: &Params, total: usize) -> Result<Self, Fault> {
        let size = params.last("page_size").and_then(number::int);
        let size = size.filter(|size| *size > 0).map_or(DEFAULT_SIZE, |size| {
            usize::try_from(size).map_or(LARGEST_SIZE, |size| size.min(LARGEST_SIZE))
        });
        let mut page = Self {
            number: 1,
            size,
            total,
        };
        page.number = match params.last("page").filter(|text| !text.is_empty()) {
            None => 1,
            Some("last") => page.last(),
            Some(text) => number::int(text)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=page.last()).contains(number))
                .ok_or(Fault::InvalidPage)?,
        };
        Ok(page)
    }

    /// How many entries stand before the page.
    pub fn skipped(self) -> usize {
        (self.number - 1) * self.size
    }

    /// The header `Link`.
    pub fn link(self, url: &str, query_text: &str) -> String {
        let number = self.number;
        // The first page is the URL without a page.
        let to = |page: usize| page_url(url, query_text, (page > 1).then_some(page));
        let mut links = vec![("first", to(1))];
        if number > 1 {
            links.push(("prev", to(number - 1)));
        }
        if number < self.last() {
            links.push(("next", to(number + 1)));
        }
        links.push(("last", to(self.last())));
        let links: Vec<_> = links
            .iter()
            .map(|(relation, url)| format!("<{url}>; rel=\"{relation}\""))
            .collect();
        links.join(", ")
    }

    /// An empty list has one page.
    fn last(self) -> usize {
        self.total.div_ceil(self.size).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Page;
    use crate::api::waldur::params::Params;

    fn number_and_size(query: &str, total: usize) -> Option<(usize, usize)> {
        let page = Page::parse(&Params::parse(query), total).ok()?;
        Some((page.number, page.size))
    }

    #[test]
    fn numbers_and_sizes() {
        for (query, expected) in [
            ("", Some((1, 10))),
            ("page=", Some((1, 10))),
            ("page=2", Some((2, 10))),
            ("page=1_0&page_size=1", Some((10, 1))),
            ("page=last&page_size=5", Some((4, 5))),
            ("page_size=0", Some((1, 10))),
            ("page_size=-5", Some((1, 10))),
            ("page_size=301", Some((1, 300))),
            ("page_size=99999999999999999999999", Some((1, 300))),
            ("page=%20", None),
            ("page=0", None),
            ("page=-1", None),
            ("page=3", None),
            ("page=LAST", None),
            ("page=99999999999999999999999", None),
        ] {
            assert_eq!(number_and_size(query, 19), expected, "{query}");
        }
        assert_eq!(number_and_size("page=last", 0), Some((1, 10)));
        assert_eq!(number_and_size("page=2", 0), None);
    }
}
