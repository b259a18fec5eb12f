//! Whatever a query repeats, `next` leads through the very list that it asks for.

use super::ids;
use crate::element::Element;
use crate::harness::{Response, Server, builder};
use crate::listing::queries::{Query, encoded};
use crate::pictures::{ADMIN, ALPHA, NAMES, cases, fixture, pictures};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

/// A list that has pages.
#[derive(Debug, Clone, Copy)]
enum List {
    /// Nova's, at a path behind the project; in XML, or not.
    Nova(&'static str, &'static str, bool),
    /// Glance's API v2.
    Glance,
    /// Glance's API v1, which has markers and no links.
    GlanceV1,
    /// Waldur's.
    Waldur,
}

const LISTS: [List; 9] = [
    List::Nova("v2", "images", false),
    List::Nova("v2", "images", true),
    List::Nova("v1.1", "images/detail", false),
    List::Nova("v2.1", "images", false),
    List::Nova("v2.1", "images", true),
    List::Nova("v2.1", "images/detail", false),
    List::Glance,
    List::GlanceV1,
    List::Waldur,
];

/// A page: its images, and where the next is.
type Page = (Vec<String>, Option<String>);

impl List {
    fn path(self) -> String {
        match self {
            Self::Nova(version, path, _) => format!("/{version}/{ALPHA}/{path}"),
            Self::Glance => "/image/v2/images".to_owned(),
            Self::GlanceV1 => "/image/v1/images".to_owned(),
            Self::Waldur => "/api/openstack-images/".to_owned(),
        }
    }

    /// What asks for a page of so many.
    fn size(self) -> &'static str {
        match self {
            Self::Waldur => "page_size",
            _ => "limit",
        }
    }

    /// What may be asked for several times, with values.
    fn parameters(self) -> &'static [(&'static str, &'static [&'static str])] {
        const NOVA: &[(&str, &[&str])] = &[
            ("name", &NAMES),
            ("status", &["active", "ACTIVE", "saving", "nonsense"]),
            (
                "changes-since",
                &["2025-02-03T04:05:00Z", "2025-02-03T04:05:01.5Z"],
            ),
            ("minRam", &["0", "512"]),
            ("type", &["snapshot", "x"]),
            ("property-image_type", &["snapshot", "i-1"]),
            ("property-os_type", &["a b", "", "x86_64"]),
            ("offset", &["1", "2"]),
            ("unknown", &["1", "2"]),
        ];
        const GLANCE: &[(&str, &[&str])] = &[
            ("name", &NAMES),
            ("name", &["in:alpha,\"two words\"", "eq:alpha"]),
            ("status", &["active", "queued"]),
            ("visibility", &["public", "all", "private"]),
            ("tag", &["x", "y"]),
            ("sort_key", &["name", "size", "created_at", "updated_at"]),
            ("sort_dir", &["asc", "desc"]),
            (
                "updated_at",
                &["gte:2025-02-03T04:05:01Z", "neq:2025-02-03T04:05:01Z"],
            ),
            ("min_ram", &["0", "512"]),
            ("member_status", &["all", "pending"]),
            ("checksum", &["x"]),
            ("os_type", &["a b", "x86_64"]),
            ("sort", &["name:asc", "size:desc,name"]),
        ];
        const GLANCE_V1: &[(&str, &[&str])] = &[
            ("name", &NAMES),
            ("sort_key", &["name", "size", "created_at", "updated_at"]),
            ("sort_dir", &["asc", "desc"]),
            ("property-os_type", &["a b", "x86_64"]),
            ("is_public", &["true", "none", "false"]),
        ];
        const WALDUR: &[(&str, &[&str])] = &[
            ("name", &["a", "l"]),
            ("name_exact", &["alpha", "Alpha"]),
            ("tenant", &["x"]),
            ("unknown", &["1", "2"]),
        ];
        match self {
            Self::Nova(..) => NOVA,
            Self::Glance => GLANCE,
            Self::GlanceV1 => GLANCE_V1,
            Self::Waldur => WALDUR,
        }
    }

    fn ask(self, server: &Server, target: &str) -> Response {
        let accept = match self {
            Self::Nova(_, _, true) => "application/xml",
            _ => "application/json",
        };
        let headers = [("Accept", accept), ("X-Auth-Token", "admin-token")];
        match self {
            // An administrator's list of v1 can ask for what is not public.
            Self::GlanceV1 => server.get_with(target, &headers),
            _ => server.get_with(target, &headers[..1]),
        }
    }

    fn page(self, server: &Server, response: &Response) -> Page {
        let behind_host = |href: &str| {
            let (_, path) = href.split_once(&server.address().to_string()).unwrap();
            path.to_owned()
        };
        match self {
            Self::Nova(_, _, true) => {
                let list = Element::parse(&response.good());
                let images = list.named("image").into_iter();
                let ids = images.map(|image| image.attribute("id").unwrap().to_owned());
                let links = list.named("link");
                let next = links.first().map(|link| link.attribute("href").unwrap());
                (ids.collect(), next.map(behind_host))
            }
            Self::Nova(..) => {
                let list = response.json();
                let next = list["images_links"][0]["href"].as_str();
                (ids(&list), next.map(behind_host))
            }
            Self::Glance => {
                let list = response.json();
                let next = list["next"].as_str();
                (ids(&list), next.map(|path| format!("/image{path}")))
            }
            Self::GlanceV1 => (ids(&response.json()), None),
            Self::Waldur => {
                let Value::Array(rows) = response.json() else {
                    panic!("{}", response.text());
                };
                let names = rows
                    .iter()
                    .map(|row| row["uuid"].as_str().unwrap().to_owned());
                let links = response.header("link").unwrap();
                let next = links.split(", ").find_map(|link| {
                    let url = link.strip_suffix("; rel=\"next\"")?;
                    Some(behind_host(
                        url.trim_start_matches('<').trim_end_matches('>'),
                    ))
                });
                (names.collect(), next)
            }
        }
    }

    /// The images of all pages, or the status of a refusal.
    fn follow(self, server: &Server, query: &Query) -> Result<Vec<String>, u16> {
        let first = |marker: Option<&String>| {
            let mut query = query.clone();
            query.extend(marker.map(|id| ("marker".to_owned(), id.clone())));
            format!("{}{}", self.path(), encoded(&query))
        };
        let mut visited = Vec::new();
        let mut target = first(None);
        loop {
            let response = self.ask(server, &target);
            if response.status() != 200 {
                return Err(response.status());
            }
            let (page, next) = self.page(server, &response);
            let is_empty = page.is_empty();
            visited.extend(page);
            assert!(visited.len() <= 100, "pages without end: {self:?} {target}");
            target = match (self, next) {
                (Self::GlanceV1, _) if !is_empty => first(visited.last()),
                (_, Some(next)) => next,
                _ => return Ok(visited),
            };
        }
    }
}

/// Parameters of a list, some of them more than once, and what asks for pages among them.
fn question() -> impl Strategy<Value = (List, Query, Query)> {
    let text = |text: &str| text.to_owned();
    select(LISTS.to_vec()).prop_flat_map(move |list| {
        let parameter = select(list.parameters().to_vec()).prop_flat_map(move |(name, values)| {
            select(values.to_vec()).prop_map(move |value| (text(name), text(value)))
        });
        let size =
            select(vec!["1", "2", "3"]).prop_map(move |size| (text(list.size()), text(size)));
        let filters = prop::collection::vec(parameter, 0..5);
        let sizes = prop::collection::vec((any::<prop::sample::Index>(), size), 1..3);
        (filters, sizes).prop_map(move |(filters, sizes)| {
            let mut paged = filters.clone();
            for (place, size) in sizes {
                paged.insert(place.index(paged.len() + 1), size);
            }
            (list, filters, paged)
        })
    })
}

/// The same with the last of each name alone, where a list takes one value of it.
fn last_of_each(list: List, query: &Query) -> Query {
    let several: &[&str] = match list {
        List::Glance => &["tag", "sort_key", "sort_dir"],
        _ => &[],
    };
    let mut kept: Query = Vec::new();
    for (name, value) in query {
        if !several.contains(&name.as_str()) {
            kept.retain(|(known, _)| known != name);
        }
        kept.push((name.clone(), value.clone()));
    }
    kept
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn next_leads_through_the_list_that_was_asked_for(
        pictures in pictures(20),
        questions in prop::collection::vec(question(), 20),
    ) {
        let server = Server::start(builder().fixture(fixture(&pictures)));
        for (list, filters, paged) in questions {
            let mut whole = filters.clone();
            whole.push((list.size().to_owned(), "300".to_owned()));
            let target = format!("{}{}", list.path(), encoded(&whole));
            let response = list.ask(&server, &target);
            let expected = match response.status() {
                200 => Ok(list.page(&server, &response).0),
                status => Err(status),
            };
            let followed = list.follow(&server, &paged);
            prop_assert_eq!(&followed, &expected, "{:?} {:?}", list, paged);
            let last = list.follow(&server, &last_of_each(list, &paged));
            prop_assert_eq!(last, expected, "{:?} {:?}", list, paged);
        }
    }
}

#[test]
fn links_say_what_the_list_was_made_with() {
    let server = Server::with("docs");
    let href = |target: &str| {
        let list = server.get(target).json();
        list["images_links"][0]["href"].as_str().map(str::to_owned)
    };
    let query = |href: Option<String>| href.map(|href| href.split_once('?').unwrap().1.to_owned());
    let first = ids(&server.get("/v2.1/p/images?limit=2").json());
    let next = query(href("/v2.1/p/images?limit=3&limit=2"));
    assert_eq!(next.unwrap(), format!("limit=2&marker={}", first[1]));

    let glance = server
        .get("/image/v2/images?tag=&os_x=1&os_x=2&limit=0&tag=b")
        .json();
    assert_eq!(
        glance["first"],
        "/v2/images?tag=&os_x=1&os_x=2&limit=0&tag=b"
    );
    // Who has two markers is behind the last.
    let both = format!(
        "/image/v2/images?limit=1&marker={}&marker={}",
        first[1], first[0]
    );
    assert_eq!(ids(&server.get(&both).json()), [first[1].clone()]);
    let both = format!(
        "/v2.1/{ADMIN}/images?limit=1&marker={}&marker={}",
        first[1], first[0]
    );
    assert_eq!(ids(&server.get(&both).json()), [first[1].clone()]);
}
