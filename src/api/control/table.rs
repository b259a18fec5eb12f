//! All routes of the control API, and which of them a request is for.

use super::route::Route;
use super::words::Verb;
use super::{
    clock, faults, fixtures, health, images, metrics, openapi, people, requests, reset, snapshots,
    spaces, transitions,
};
use crate::http::Head;

/// The routes of each room.
pub const ROUTES: &[&[Route]] = &[
    health::ROUTES,
    metrics::ROUTES,
    reset::ROUTES,
    clock::ROUTES,
    fixtures::ROUTES,
    people::ROUTES,
    snapshots::ROUTES,
    images::ROUTES,
    transitions::ROUTES,
    spaces::ROUTES,
    faults::ROUTES,
    requests::ROUTES,
    openapi::ROUTES,
];

/// Where a request leads.
#[derive(Clone, Debug)]
pub enum Found {
    /// To this route.
    Route {
        /// It.
        route: &'static Route,
        /// What stands in place of its parts in braces.
        parts: Vec<String>,
    },
    /// To a path that knows other methods: these, as `Allow` lists them.
    WrongMethod(String),
    /// Nowhere.
    Nothing,
}

/// Where a request leads; in a space the server's own routes do not exist.
pub fn find(head: &Head) -> Found {
    let is_at_root = head.origin().space().is_none();
    let given = head.path().parts();
    let there = ROUTES
        .iter()
        .copied()
        .flatten()
        .filter(|route| is_at_root || !route.only_at_root);
    let matching: Vec<_> = there
        .filter_map(|route| Some((route, parts(route.path, &given)?)))
        .collect();
    // A path that is one to the letter is none with a name in that place.
    let is_literal = matching.iter().any(|(_, parts)| parts.is_empty());
    let mut verbs = Vec::new();
    for (route, parts) in matching {
        if is_literal && !parts.is_empty() {
            continue;
        }
        if route.verb.methods().contains(head.method()) {
            return Found::Route { route, parts };
        }
        verbs.push(route.verb);
    }
    match verbs.is_empty() {
        true => Found::Nothing,
        false => Found::WrongMethod(allowed(verbs)),
    }
}

fn allowed(mut verbs: Vec<Verb>) -> String {
    verbs.sort_unstable();
    verbs.dedup();
    let methods = verbs.iter().flat_map(|verb| verb.methods());
    let names: Vec<_> = methods.map(http::Method::as_str).collect();
    names.join(", ")
}

/// What stands in place of a path's parts in braces, if it is that path.
fn parts(path: &str, given: &[&str]) -> Option<Vec<String>> {
    let mut given = given.iter().copied();
    let mut parts = Vec::new();
    for wanted in path.split('/').filter(|part| !part.is_empty()) {
        let given = given.next()?;
        match wanted.starts_with('{') {
            true => parts.push(given.to_owned()),
            false if wanted == given => {}
            false => return None,
        }
    }
    given.next().is_none().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::{ROUTES, parts};
    use crate::api::control::route::{Handler, Route};
    use crate::domain::Work;
    use std::collections::BTreeSet;

    fn routes() -> impl Iterator<Item = &'static Route> {
        ROUTES.iter().copied().flatten()
    }

    #[test]
    fn each_path_has_a_method_once() {
        let mut seen = BTreeSet::new();
        for route in routes() {
            assert!(seen.insert((route.path, route.verb)), "{route:?}");
        }
    }

    #[test]
    fn a_path_without_braces_is_found_before_one_with_them() {
        let all: Vec<_> = routes().collect();
        for (place, route) in all.iter().enumerate() {
            let segments: Vec<_> = route.path.split('/').skip(1).collect();
            let hides = |earlier: &&&Route| {
                earlier.verb == route.verb
                    && earlier.path != route.path
                    && parts(earlier.path, &segments).is_some()
            };
            let hiding = all.iter().take(place).find(hides);
            assert!(hiding.is_none(), "{hiding:?} hides {route:?}");
        }
    }

    #[test]
    fn every_example_is_json() {
        for route in routes() {
            if let Some(example) = route.takes.and_then(|takes| takes.example) {
                let read: Result<serde_json::Value, _> = serde_json::from_str(example);
                assert!(read.is_ok(), "{route:?}");
            }
        }
    }

    #[test]
    fn every_route_says_what_it_does() {
        for route in routes() {
            assert!(!route.summary.is_empty(), "{route:?}");
            assert!(!route.gives.is_empty(), "{route:?}");
            let waits = matches!(route.handler, Handler::Waits(_));
            assert_eq!(waits, route.work == Work::Transfer, "{route:?}");
        }
    }
}
