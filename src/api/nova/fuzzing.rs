//! Reading headers, for the fuzz targets.

use super::dialect::media;
use super::fault::NO_RESOURCE;
use super::microversion;
use crate::http::{Method, StatusCode, accept, webob};

/// Reads negotiation headers as every dialect does.
pub fn headers(first: &str, second: &str) {
    let juno = media::negotiate_juno(first, second, true);
    assert!(juno.version.is_none_or(|version| first.contains(version)));
    assert!(!media::negotiate_json(first, true).is_xml());
    _ = (
        media::negotiate_xml_on_request(first),
        accept::parameter(first, "version"),
    );
    if let Ok(microversion::Wanted::Exactly(version)) =
        microversion::read(Some(first), Some(second))
    {
        assert!(version.major > 0);
        let shown = format!("compute {version}");
        let again = microversion::read(Some(&shown), None);
        assert_eq!(again, Ok(microversion::Wanted::Exactly(version)));
    }
    let page = webob::page(
        webob::Choice::Offers,
        &Method::GET,
        Some(first),
        StatusCode::NOT_FOUND,
        NO_RESOURCE,
    );
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
}
