//! Through which HTTP proxies a real cloud is asked.

use std::fmt;

/// Through which HTTP proxies a real cloud is asked; through none by default.
///
/// A proxy is `[http://][USER:PASSWORD@]HOST[:PORT]`, at port 1080 when none is said, as curl has it.
///
/// ```
/// use nova_images::UpstreamProxy;
///
/// let mut proxy = UpstreamProxy::default();
/// proxy.https = Some("http://ada:secret@proxy.example.org:3128".to_owned());
/// proxy.bypass = "localhost, .internal.example.org, 10.0.0.0/8".to_owned();
/// assert!(!format!("{proxy:?}").contains("secret"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpstreamProxy {
    /// For `http` URLs.
    pub http: Option<String>,
    /// For `https` URLs: asked to connect (`CONNECT`), and told nothing of what is said.
    pub https: Option<String>,
    /// The hosts that are asked directly, separated by commas or spaces: names, which stand for those
    /// below them as well, addresses, networks such as `10.0.0.0/8`; `*` is every host.
    pub bypass: String,
}

impl UpstreamProxy {
    /// As curl reads the environment: `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in small
    /// letters first, then in capitals. `HTTP_PROXY` does not count beside `REQUEST_METHOD`: to a CGI
    /// program it is a header of its client's.
    #[must_use]
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let either = |name: &str| given(name).or_else(|| given(&name.to_ascii_uppercase()));
        let is_cgi = variable("REQUEST_METHOD").is_some();
        let http = match is_cgi {
            true => given("http_proxy"),
            false => either("http_proxy"),
        };
        let all = either("all_proxy");
        Self {
            http: http.or_else(|| all.clone()),
            https: either("https_proxy").or(all),
            bypass: either("no_proxy").unwrap_or_default(),
        }
    }
}

impl fmt::Debug for UpstreamProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // They may hold passwords.
        let told = |proxy: Option<&String>| proxy.map(|url| without_user(url).to_owned());
        f.debug_struct("UpstreamProxy")
            .field("http", &told(self.http.as_ref()))
            .field("https", &told(self.https.as_ref()))
            .field("bypass", &self.bypass)
            .finish()
    }
}

fn without_user(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::UpstreamProxy;

    fn read(variables: &[(&str, &str)]) -> UpstreamProxy {
        UpstreamProxy::of_environment(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn small_letters_come_first() {
        let both = [("https_proxy", "a"), ("HTTPS_PROXY", "b")];
        assert_eq!(read(&both).https.as_deref(), Some("a"));
        assert_eq!(read(&both[1..]).https.as_deref(), Some("b"));
        assert_eq!(read(&[("NO_PROXY", "x,y")]).bypass, "x,y");
        assert_eq!(read(&[]), UpstreamProxy::default());
    }

    #[test]
    fn one_for_all_stands_in_for_those_that_are_missing() {
        let proxy = read(&[
            ("ALL_PROXY", "a"),
            ("http_proxy", "b"),
            ("https_proxy", " "),
        ]);
        assert_eq!(proxy.http.as_deref(), Some("b"));
        assert_eq!(proxy.https.as_deref(), Some("a"));
    }

    #[test]
    fn a_header_of_a_client_is_no_variable() {
        let header = [("HTTP_PROXY", "evil"), ("REQUEST_METHOD", "GET")];
        assert_eq!(read(&header).http, None);
        assert_eq!(read(&header[..1]).http.as_deref(), Some("evil"));
    }
}
