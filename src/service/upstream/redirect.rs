//! Where a service leads to instead of answering.
//!
//! Clients of `OpenStack` follow (keystoneauth, 30 times for one request), and show the token wherever that leads.
//! Here it is shown to nobody but whom this server was told of: who leads to another scheme, host or port is
//! not followed.

use super::endpoint::Endpoint;
use super::question::{Answer, Question};
use http::header::LOCATION;
use http::{StatusCode, Uri};
use std::sync::Arc;

/// How often one request is led on.
pub const MOST_REDIRECTS: usize = 30;

/// What becomes of an answer.
pub enum Led {
    /// It is one.
    Nowhere,
    /// This is to be asked instead.
    To(Box<Question>),
    /// To another server, of this origin.
    Away(String),
}

impl Led {
    /// By an answer to a question.
    #[must_use]
    pub fn by(answer: &Answer, question: &Question) -> Self {
        let is_led = question.follows && question.only_reads() && leads(answer.status);
        let location = answer.headers.get(LOCATION).filter(|_| is_led);
        // As keystoneauth has it, one that leads nowhere is an answer.
        let Some(location) = location.and_then(|location| location.to_str().ok()) else {
            return Self::Nowhere;
        };
        let endpoint = &question.endpoint;
        let location = without_fragment(location.trim());
        let target = match origin_and_target(location, endpoint) {
            Some((origin, target)) if is_same(&origin, endpoint) => target,
            Some((origin, _)) => return Self::Away(origin),
            None => beside(location, &endpoint.path, &question.path),
        };
        // What is led to need not be where the service's other paths are.
        let root = Endpoint {
            path: String::new(),
            ..Endpoint::clone(endpoint)
        };
        Self::To(Box::new(Question {
            endpoint: Arc::new(root),
            path: target,
            ..question.clone()
        }))
    }
}

/// 305 would have a proxy be asked, which nobody does any more.
fn leads(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn without_fragment(location: &str) -> &str {
    location.split('#').next().unwrap_or_default()
}

/// Of a URL, or of one without a scheme (`//host/path`); nothing of a path.
fn origin_and_target(location: &str, endpoint: &Endpoint) -> Option<(String, String)> {
    let scheme = if endpoint.is_tls { "https" } else { "http" };
    let whole = match location.strip_prefix("//") {
        Some(rest) => format!("{scheme}://{rest}"),
        None if has_scheme(location) => location.to_owned(),
        None => return None,
    };
    // The scheme alone, where there is more than a URL holds.
    let away = || {
        (
            whole.chars().take_while(|next| *next != ':').collect(),
            String::new(),
        )
    };
    let Ok(uri) = whole.parse::<Uri>() else {
        return Some(away());
    };
    let Some((scheme, authority)) = uri.scheme_str().zip(uri.authority()) else {
        return Some(away());
    };
    // A user in front of the host is nobody's business.
    let port = authority.port_u16();
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    let origin = format!("{scheme}://{}{port}", authority.host()).to_ascii_lowercase();
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    Some((origin, target.to_owned()))
}

/// Whether a text begins as a URL with a scheme does.
fn has_scheme(location: &str) -> bool {
    let scheme = location.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        let mut bytes = scheme.bytes();
        bytes
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// Whether it is where the service is, whichever way that was written.
fn is_same(origin: &str, endpoint: &Endpoint) -> bool {
    let parsed = Endpoint::parse(endpoint.service, origin);
    parsed.is_ok_and(|other| {
        (other.is_tls, other.port) == (endpoint.is_tls, endpoint.port)
            && other.host.eq_ignore_ascii_case(&endpoint.host)
    })
}

/// A target that is told from the one that was asked for: RFC 3986, 5.2.
fn beside(location: &str, prefix: &str, path: &str) -> String {
    let (asked, query) = path
        .split_once('?')
        .map_or((path, ""), |(path, query)| (path, query));
    let asked = [prefix, asked].concat();
    if location.is_empty() {
        let mark = if query.is_empty() { "" } else { "?" };
        return [&asked, mark, query].concat();
    }
    if location.starts_with('?') {
        return [&asked, location].concat();
    }
    let (there, query) = match location.find('?') {
        Some(at) => location.split_at(at),
        None => (location, ""),
    };
    let folder = match asked.rfind('/') {
        Some(at) if !there.starts_with('/') => asked.get(..=at).unwrap_or("/"),
        _ => "",
    };
    [&without_dots(&[folder, there].concat()), query].concat()
}

/// A path without parts that stand for this folder, or the one above.
fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(part) = rest.next() {
        let is_last = rest.peek().is_none();
        match part {
            "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
        // What ends in one is a folder.
        if is_last && matches!(part, "." | "..") {
            parts.push("");
        }
    }
    ["/", &parts.join("/")].concat()
}

#[cfg(test)]
mod tests {
    use super::{Led, beside};
    use crate::service::upstream::endpoint::{Endpoint, Service};
    use crate::service::upstream::question::{Answer, Question};
    use bytes::Bytes;
    use http::{HeaderMap, Method, StatusCode};
    use std::sync::Arc;

    fn question(url: &str) -> Question {
        let endpoint = Endpoint::parse(Service::Image, url).unwrap();
        Question::get(&Arc::new(endpoint), "/v2/images?limit=1", 1)
    }

    fn led(question: &Question, status: u16, location: Option<&str>) -> Led {
        let mut headers = HeaderMap::new();
        if let Some(location) = location {
            headers.insert("location", location.parse().unwrap());
        }
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::new(),
        };
        Led::by(&answer, question)
    }

    /// The target that is asked next.
    fn target(url: &str, location: &str) -> Option<String> {
        match led(&question(url), 302, Some(location)) {
            Led::To(next) => Some(next.request().unwrap().uri().to_string()),
            Led::Nowhere | Led::Away(_) => None,
        }
    }

    #[test]
    fn the_same_server_is_followed_however_it_is_written() {
        let url = "http://a.example:9292/image";
        for (location, wanted) in [
            (
                "http://a.example:9292/v2/images/?limit=1",
                "/v2/images/?limit=1",
            ),
            ("HTTP://A.example:9292/x", "/x"),
            ("//a.example:9292/x#part", "/x"),
            ("http://u:p@a.example:9292", "/"),
            ("/x/../y?z=//b/", "/y?z=//b/"),
            ("images/", "/image/v2/images/"),
            ("?limit=2", "/image/v2/images?limit=2"),
            ("../v3/", "/image/v3/"),
        ] {
            assert_eq!(target(url, location).as_deref(), Some(wanted), "{location}");
        }
        let plain = target("https://a.example/", "https://a.example:443/x");
        assert_eq!(plain.as_deref(), Some("/x"));
    }

    #[test]
    fn no_other_server_is_shown_a_token() {
        let question = question("http://a.example:9292/image");
        for (location, origin) in [
            (
                "https://a.example:9292/v2/images?token=x",
                "https://a.example:9292",
            ),
            ("http://a.example/v2/images", "http://a.example"),
            ("http://b.example:9292/", "http://b.example:9292"),
            ("//b.example:9292/", "http://b.example:9292"),
            ("http://a.example:9292@b.example/", "http://b.example"),
            ("http://a.example:9292.b.example/", "http"),
            ("http:a.example:9292/x", "http"),
            ("file:///etc/passwd", "file"),
        ] {
            match led(&question, 307, Some(location)) {
                Led::Away(to) => assert_eq!(to, origin, "{location}"),
                Led::Nowhere | Led::To(_) => panic!("{location}"),
            }
        }
    }

    #[test]
    fn only_what_reads_and_is_not_passed_on_is_asked_anew() {
        let asked = question("http://a");
        let follows =
            |question: &Question, status| matches!(led(question, status, Some("/x")), Led::To(_));
        for status in [301, 302, 303, 307, 308] {
            assert!(follows(&asked, status), "{status}");
        }
        for status in [200, 300, 304, 305, 404] {
            assert!(!follows(&asked, status), "{status}");
        }
        assert!(matches!(led(&asked, 302, None), Led::Nowhere));
        let mut written = asked.clone();
        written.method = Method::PATCH;
        assert!(!follows(&written, 307));
        let mut passed = asked;
        passed.follows = false;
        assert!(!follows(&passed, 302));
    }

    #[test]
    fn paths_are_told_from_where_they_are_told() {
        for (location, wanted) in [
            ("", "/p/a/b?q=1"),
            ("c", "/p/a/c"),
            ("./c/.", "/p/a/c/"),
            ("../../../c", "/c"),
            ("..", "/p/"),
        ] {
            assert_eq!(beside(location, "/p", "/a/b?q=1"), wanted, "{location}");
        }
    }
}
