//! Links of a real Keystone's documents, led here: clients follow them.
//!
//! Documents are taken apart, and only what names that Keystone or Nova is another text afterwards:
//! its own links, and the URLs of both services in catalogues. How a Keystone calls itself need not be
//! how it is reached, so links are told by their place in a document, and cut where they name a
//! version.

use super::super::behind::Behind;
use crate::http::proxy;
use crate::python::Value;
use std::collections::HashMap;

/// The versions in URLs of Keystone.
const KEYSTONE_VERSIONS: [&str; 2] = ["v3", "v2.0"];

/// The versions in URLs of Nova.
const NOVA_VERSIONS: [&str; 3] = ["v2.1", "v2", "v1.1"];

/// Where the client finds what those documents name.
#[derive(Debug)]
pub struct Places {
    /// What links of Keystone begin with.
    pub base: String,
    /// What the catalogue says of Keystone, in front of a version.
    pub identity: String,
    /// What the catalogue says of Nova, in front of a version.
    pub compute: String,
    /// The region whose services are here; when missing, those of every region.
    pub region: Option<String>,
}

impl Places {
    /// A link of Keystone's to itself; nothing where it names no version.
    pub fn link(&self, url: &str) -> Option<String> {
        let tail = proxy::from_part(proxy::path_of(url)?, &KEYSTONE_VERSIONS)?;
        Some([&self.base, tail].concat())
    }

    /// A `WWW-Authenticate` of Keystone's: `Keystone uri="…"`.
    pub fn challenge(&self, header: &str) -> String {
        let told = header.split_once("uri=\"").and_then(|(before, rest)| {
            let (url, after) = rest.split_once('"')?;
            let path = proxy::path_of(url)?;
            // Keystone 2014.2 names no version.
            let tail = proxy::from_part(path, &KEYSTONE_VERSIONS).unwrap_or_default();
            Some(format!("{before}uri=\"{}{tail}\"{after}", self.base))
        });
        told.unwrap_or_else(|| header.to_owned())
    }

    /// Whether services of a region are here.
    pub fn has_region(&self, region: &str) -> bool {
        self.region.as_deref().is_none_or(|own| own == region)
    }

    /// The URL of a service in a catalogue. One without a version stays so.
    fn entry(&self, service: Behind, url: &str) -> Option<String> {
        let path = proxy::path_of(url)?;
        let (place, versions) = match service {
            Behind::Identity => (&self.identity, KEYSTONE_VERSIONS.as_slice()),
            Behind::Compute => (&self.compute, NOVA_VERSIONS.as_slice()),
        };
        let tail = proxy::from_part(path, versions).unwrap_or_default();
        Some([place, tail].concat())
    }

    /// Every link of a document, and its catalogue, if it has one.
    pub fn lead_here(&self, document: &mut Value) {
        self.links(document);
        let Value::Dict(members) = document else {
            return;
        };
        if let Some(catalog) = members.get_mut("catalog") {
            self.catalog(catalog);
        }
        if let Some(Value::Dict(token)) = members.get_mut("token")
            && let Some(catalog) = token.get_mut("catalog")
        {
            self.catalog(catalog);
        }
    }

    /// The list of endpoints, or one of them; their services by id say what they lead to.
    pub fn endpoints(&self, document: &mut Value, services: &HashMap<String, Behind>) {
        let Value::Dict(members) = document else {
            return;
        };
        let lead = |endpoint: &mut Value| {
            let id = text(endpoint, "service_id").unwrap_or_default();
            if let Some(service) = services.get(id) {
                self.endpoint(*service, endpoint);
            }
        };
        if let Some(Value::List(endpoints)) = members.get_mut("endpoints") {
            endpoints.iter_mut().for_each(lead);
        }
        members.get_mut("endpoint").into_iter().for_each(lead);
    }

    fn catalog(&self, catalog: &mut Value) {
        let Value::List(services) = catalog else {
            return;
        };
        for service in services {
            let behind = text(service, "type").and_then(Behind::of);
            let endpoints = member(service, "endpoints");
            if let (Some(behind), Some(Value::List(endpoints))) = (behind, endpoints) {
                for endpoint in endpoints {
                    self.endpoint(behind, endpoint);
                }
            }
        }
    }

    fn endpoint(&self, service: Behind, endpoint: &mut Value) {
        let region = text(endpoint, "region_id").or_else(|| text(endpoint, "region"));
        if !self.has_region(region.unwrap_or_default()) {
            return;
        }
        if let Some(Value::Str(url)) = member(endpoint, "url")
            && let Some(here) = self.entry(service, url)
        {
            *url = here;
        }
    }

    /// What stands under `links`, wherever that is: an object of URLs, or a list of links with what
    /// they are for.
    fn links(&self, value: &mut Value) {
        match value {
            Value::Dict(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("links", Value::Dict(links)) => {
                            links.values_mut().for_each(|url| self.lead(url));
                        }
                        ("links", Value::List(links)) => {
                            for link in links {
                                self.link_of_list(link);
                            }
                        }
                        (_, value) => self.links(value),
                    }
                }
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.links(item)),
            _ => {}
        }
    }

    fn link_of_list(&self, link: &mut Value) {
        if text(link, "rel") != Some("describedby")
            && let Some(url) = member(link, "href")
        {
            self.lead(url);
        }
    }

    fn lead(&self, url: &mut Value) {
        if let Value::Str(url) = url
            && let Some(here) = self.link(url)
        {
            *url = here;
        }
    }
}

/// The services of a list that stand behind this server, by their ids.
pub fn services(list: &Value) -> HashMap<String, Behind> {
    let listed = list.as_dict().and_then(|members| members.get("services"));
    let Some(Value::List(services)) = listed else {
        return HashMap::new();
    };
    let known = services.iter().filter_map(|service| {
        let behind = Behind::of(text(service, "type")?)?;
        Some((text(service, "id")?.to_owned(), behind))
    });
    known.collect()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.as_dict()?.get(name)?.as_str()
}

fn member<'v>(value: &'v mut Value, name: &str) -> Option<&'v mut Value> {
    match value {
        Value::Dict(members) => members.get_mut(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Places, services};
    use crate::python::Value;

    fn places(region: Option<&str>) -> Places {
        Places {
            base: "https://here/identity".to_owned(),
            identity: "https://here:1/identity".to_owned(),
            compute: "https://here:1".to_owned(),
            region: region.map(str::to_owned),
        }
    }

    fn led(places: &Places, document: &str) -> String {
        let mut document = Value::parse(document.as_bytes()).unwrap();
        places.lead_here(&mut document);
        written(&document)
    }

    fn written(document: &Value) -> String {
        let mut json = Vec::new();
        document.write_json(&mut json);
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn links_lead_here_wherever_they_stand() {
        for (document, expected) in [
            (
                r#"{"versions": {"values": [{"links": [{"rel": "self", "href": "http://k:5000/v3/"}, {"rel": "describedby", "href": "http://docs/v3/"}]}]}}"#,
                r#"{"versions": {"values": [{"links": [{"rel": "self", "href": "https://here/identity/v3/"}, {"rel": "describedby", "href": "http://docs/v3/"}]}]}}"#,
            ),
            (
                r#"{"links": {"next": null, "self": "http://k/identity/v3/auth/projects?a=/v3"}, "projects": [{"name": "http://k/v3", "links": {"self": "http://other/v3/projects/1"}, "size": 18446744073709551616}]}"#,
                r#"{"links": {"next": null, "self": "https://here/identity/v3/auth/projects?a=/v3"}, "projects": [{"name": "http://k/v3", "links": {"self": "https://here/identity/v3/projects/1"}, "size": 18446744073709551616}]}"#,
            ),
            (
                r#"[{"links": 5}, "http://k/v3"]"#,
                r#"[{"links": 5}, "http://k/v3"]"#,
            ),
        ] {
            assert_eq!(led(&places(None), document), expected);
        }
    }

    #[test]
    fn the_catalogue_leads_here_for_keystone_and_nova() {
        let catalog = r#"[{"type": "identity", "endpoints": [{"region": "A", "url": "http://k:5000/v3/"}, {"region": "A", "url": "http://k/identity"}]}, {"type": "compute", "endpoints": [{"region": "A", "url": "http://n:8774/v2.1/p"}, {"region": "B", "region_id": "B", "url": "http://n/compute/v2.1"}, {"url": 7}]}, {"type": "image", "endpoints": [{"region": "A", "url": "http://g/v2"}]}, 5]"#;
        let all = r#"[{"type": "identity", "endpoints": [{"region": "A", "url": "https://here:1/identity/v3/"}, {"region": "A", "url": "https://here:1/identity"}]}, {"type": "compute", "endpoints": [{"region": "A", "url": "https://here:1/v2.1/p"}, {"region": "B", "region_id": "B", "url": "https://here:1/v2.1"}, {"url": 7}]}, {"type": "image", "endpoints": [{"region": "A", "url": "http://g/v2"}]}, 5]"#;
        for form in [
            "{\"token\": {\"catalog\": CATALOG}}",
            "{\"catalog\": CATALOG}",
        ] {
            let document = form.replace("CATALOG", catalog);
            assert_eq!(led(&places(None), &document), form.replace("CATALOG", all));
        }
        let document = format!("{{\"catalog\": {catalog}}}");
        let only = led(&places(Some("B")), &document);
        assert!(only.contains("http://n:8774/v2.1/p") && !only.contains("http://n/compute"));
    }

    #[test]
    fn endpoints_are_known_by_their_services() {
        let list = Value::parse(
            br#"{"services": [{"id": "1", "type": "compute"}, {"id": "2", "type": "image"}, {"id": 3}]}"#,
        );
        let services = services(&list.unwrap());
        let one = r#"{"endpoint": {"service_id": "1", "url": "http://n/v2.1/$(project_id)s", "region_id": "A"}}"#;
        let mut document = Value::parse(one.as_bytes()).unwrap();
        places(None).endpoints(&mut document, &services);
        assert!(written(&document).contains("https://here:1/v2.1/$(project_id)s"));
        let list = r#"{"endpoints": [{"service_id": "2", "url": "http://g"}, {"service_id": "1", "url": "http://n"}]}"#;
        let mut document = Value::parse(list.as_bytes()).unwrap();
        places(None).endpoints(&mut document, &services);
        assert_eq!(
            written(&document),
            r#"{"endpoints": [{"service_id": "2", "url": "http://g"}, {"service_id": "1", "url": "https://here:1"}]}"#
        );
    }

    #[test]
    fn challenges_lead_here() {
        for (header, expected) in [
            (
                r#"Keystone uri="http://k:5000/v3""#,
                r#"Keystone uri="https://here/identity/v3""#,
            ),
            (
                r#"Keystone uri="http://k:5000""#,
                r#"Keystone uri="https://here/identity""#,
            ),
            ("Basic realm=\"x\"", "Basic realm=\"x\""),
        ] {
            assert_eq!(places(None).challenge(header), expected);
        }
    }
}
