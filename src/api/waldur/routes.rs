//! Django's URL patterns: of this API, and enough of the rest to know which paths lead anywhere.

use percent_encoding::{percent_decode_str, percent_encode_byte};

/// Waldur's own views, one a line: the parts behind `/api/`.
const VIEWS: &str = include_str!("views.txt");

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/api/openstack-images/`
    List,
    /// `/api/openstack-images/usage_stats/`
    UsageStats,
    /// `/api/openstack-images/{uuid}/`
    Detail(String),
}

/// A route, and the format that ends the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    /// The route.
    pub route: Route,
    /// The suffix, such as `json`.
    pub suffix: Option<String>,
}

/// What the path of a settings URL leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// One of the service settings, by what stands for its uuid.
    Settings(String),
    /// Another view.
    Other,
    /// No view.
    Nothing,
}

/// The path that Django routes by. Bytes that are no UTF-8 stay escaped
/// (`django.core.handlers.wsgi.get_path_info`).
pub fn decode(raw_path: &str) -> String {
    let bytes: Vec<u8> = percent_decode_str(raw_path).collect();
    let mut path = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        path.push_str(chunk.valid());
        path.extend(
            chunk
                .invalid()
                .iter()
                .map(|byte| percent_encode_byte(*byte)),
        );
    }
    path
}

/// The route of a decoded path.
pub fn route(path: &str) -> Option<Routed> {
    let (view, rest) = split_view(path)?;
    if view != "openstack-images" {
        return None;
    }
    let (key, suffix) = match_patterns(rest)?;
    let route = match key {
        None => Route::List,
        Some("usage_stats") => Route::UsageStats,
        Some(key) => Route::Detail(key.to_owned()),
    };
    Some(Routed {
        route,
        suffix: suffix.map(str::to_owned),
    })
}

/// What the path of a URL in a filter leads to.
pub fn resolve(path: &str) -> Resolved {
    if matches!(path, "/" | "/api/") {
        return Resolved::Other;
    }
    let known = split_view(path).filter(|(view, _)| VIEWS.lines().any(|known| known == *view));
    let Some((view, rest)) = known else {
        return Resolved::Nothing;
    };
    match match_patterns(rest) {
        None => Resolved::Nothing,
        Some((Some(key), _)) if view == "service-settings" => Resolved::Settings(key.to_owned()),
        Some(_) => Resolved::Other,
    }
}

/// The name of the view behind `/api/`, and what follows it.
fn split_view(path: &str) -> Option<(&str, &str)> {
    let behind = path.strip_prefix("/api/")?;
    Some(behind.split_at(behind.find(['/', '.'])?))
}

/// The patterns that a router makes for a view: a list and one thing, each with a slash at its
/// end, or with a format (`\.(?P<format>[a-z0-9]+)/?`). Answers the thing and the format.
fn match_patterns(rest: &str) -> Option<(Option<&str>, Option<&str>)> {
    if rest == "/" {
        return Some((None, None));
    }
    if rest.starts_with('.') {
        return Some((None, Some(format_of(rest)?)));
    }
    let rest = rest.strip_prefix('/')?;
    let end = rest.find(['/', '.'])?;
    let (key, rest) = rest.split_at(end);
    if key.is_empty() {
        return None;
    }
    match rest {
        "/" => Some((Some(key), None)),
        _ => Some((Some(key), Some(format_of(rest)?))),
    }
}

fn format_of(rest: &str) -> Option<&str> {
    let format = rest.strip_prefix('.')?;
    let format = format.strip_suffix('/').unwrap_or(format);
    let is_format = !format.is_empty()
        && format
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    is_format.then_some(format)
}

#[cfg(test)]
mod tests {
    use super::{Resolved, Route, Routed, decode, resolve, route};

    #[test]
    fn routes() {
        let with = |route: Route, suffix: Option<&str>| {
            Some(Routed {
                route,
                suffix: suffix.map(str::to_owned),
            })
        };
        let detail = |key: &str| Route::Detail(key.to_owned());
        for (path, expected) in [
            ("/api/openstack-images/", with(Route::List, None)),
            (
                "/api/openstack-images.json",
                with(Route::List, Some("json")),
            ),
            (
                "/api/openstack-images.json/",
                with(Route::List, Some("json")),
            ),
            (
                "/api/openstack-images/usage_stats/",
                with(Route::UsageStats, None),
            ),
            ("/api/openstack-images/abc/", with(detail("abc"), None)),
            ("/api/openstack-images/a.b", with(detail("a"), Some("b"))),
            ("/api/openstack-images/a.b/", with(detail("a"), Some("b"))),
            ("/api/openstack-images", None),
            ("/api/openstack-images/abc", None),
            ("/api/openstack-images/a.B/", None),
            ("/api/openstack-images/a.b.c/", None),
            ("/api/openstack-images/a/b/", None),
            ("/api/openstack-images//", None),
            ("/api/openstack-images;a=1/", None),
            ("/api/openstack-imagez/", None),
            ("/api//openstack-images/", None),
            ("/api/OpenStack-Images/", None),
        ] {
            assert_eq!(route(path), expected, "{path}");
        }
        assert_eq!(decode("/a%2Fb%ff%C3%A9"), "/a/b%FFé");
    }

    #[test]
    fn resolves() {
        let settings = |key: &str| Resolved::Settings(key.to_owned());
        for (path, expected) in [
            ("/", Resolved::Other),
            ("/api/service-settings/", Resolved::Other),
            ("/api/service-settings/x/", settings("x")),
            ("/api/service-settings/x.json", settings("x")),
            ("/api/service-settings/x", Resolved::Nothing),
            ("/api/openstack-tenants/x/", Resolved::Other),
            ("/api/openstack-imagez/x/", Resolved::Nothing),
            ("/nonexistent/", Resolved::Nothing),
        ] {
            assert_eq!(resolve(path), expected, "{path}");
        }
    }
}
