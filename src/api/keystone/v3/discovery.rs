//! The version documents, which need no token.

use super::super::v2;
use super::call::{Call, json, json_as};
use crate::http::accept::WERKZEUG;
use crate::http::{Reply, StatusCode};
use serde::Serialize;

const JSON: &str = "application/json";
const JSON_HOME: &str = "application/json-home";

#[derive(Serialize)]
struct Versions {
    versions: Values,
}

#[derive(Serialize)]
struct Values {
    values: Vec<VersionView>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum VersionView {
    V3(V3View),
    V2(v2::VersionView),
}

#[derive(Serialize)]
struct Version {
    version: V3View,
}

#[derive(Serialize)]
struct V3View {
    id: &'static str,
    status: &'static str,
    updated: &'static str,
    links: [Link; 1],
    #[serde(rename = "media-types")]
    media_types: [MediaType; 1],
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
}

#[derive(Serialize)]
struct MediaType {
    base: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Home {
    resources: serde_json::Map<String, serde_json::Value>,
}

/// `GET /`: the versions there are. Today's comes first, as in Keystone 12, the last to have both.
pub fn root(call: &Call<'_>) -> Reply {
    if wants_home(call) {
        return home();
    }
    let mut values = vec![VersionView::V3(v3_view(call))];
    if call.lists_v2 {
        values.push(VersionView::V2(v2::VersionView::v2(&call.site.host)));
    }
    let versions = Versions {
        versions: Values { values },
    };
    match json(StatusCode::MULTIPLE_CHOICES, &versions) {
        Ok(reply) => reply.with("location", call.link("")),
        Err(fault) => fault.reply(&call.site.base),
    }
}

/// `GET /v3`: what this version is.
pub fn version(call: &Call<'_>) -> Reply {
    if wants_home(call) {
        return home();
    }
    let version = Version {
        version: v3_view(call),
    };
    json(StatusCode::OK, &version).unwrap_or_else(|fault| fault.reply(&call.site.base))
}

fn v3_view(call: &Call<'_>) -> V3View {
    V3View {
        id: "v3.14",
        status: "stable",
        updated: "2020-04-07T00:00:00Z",
        links: [Link {
            rel: "self",
            href: call.link(""),
        }],
        media_types: [MediaType {
            base: JSON,
            kind: "application/vnd.openstack.identity-v3+json",
        }],
    }
}

/// The resources by their relation, as JSON Home has them.
fn home() -> Reply {
    let rel =
        |name: &str| format!("https://docs.openstack.org/api/openstack-identity/3/rel/{name}");
    let fixed = [
        ("auth_tokens", "/v3/auth/tokens"),
        ("auth_catalog", "/v3/auth/catalog"),
        ("auth_projects", "/v3/auth/projects"),
        ("auth_domains", "/v3/auth/domains"),
        ("auth_system", "/v3/auth/system"),
        ("projects", "/v3/projects"),
        ("users", "/v3/users"),
        ("domains", "/v3/domains"),
        ("roles", "/v3/roles"),
        ("services", "/v3/services"),
        ("endpoints", "/v3/endpoints"),
        ("regions", "/v3/regions"),
    ];
    let mut resources = serde_json::Map::new();
    for (name, path) in fixed {
        resources.insert(rel(name), serde_json::json!({"href": path}));
    }
    for one in [
        "project", "user", "domain", "role", "service", "endpoint", "region",
    ] {
        let parameter = format!("{one}_id");
        let meaning =
            format!("https://docs.openstack.org/api/openstack-identity/3/param/{parameter}");
        let template = serde_json::json!({
            "href-template": format!("/v3/{one}s/{{{parameter}}}"),
            "href-vars": {parameter: meaning},
        });
        resources.insert(rel(one), template);
    }
    json_as(JSON_HOME, StatusCode::OK, &Home { resources }).unwrap_or_else(|fault| fault.reply(""))
}

/// Whether JSON Home is liked better than JSON. Nothing else that `Accept` may say matters.
fn wants_home(call: &Call<'_>) -> bool {
    let accept = call.head.accept().unwrap_or_default();
    likes_home(accept)
}

fn likes_home(accept: &str) -> bool {
    let liked = WERKZEUG.best_match(accept, &[JSON, JSON_HOME]);
    liked.is_some_and(|(media_type, _)| media_type == JSON_HOME)
}

#[cfg(test)]
mod tests {
    use super::likes_home;

    #[test]
    fn json_home_must_be_liked_better() {
        for (accept, home) in [
            ("", false),
            ("*/*", false),
            ("text/html", false),
            ("application/json-home", true),
            ("application/json-home, */*;q=0.1", true),
            ("application/json, application/json-home;q=0.5", false),
            ("application/json;q=0.2, application/json-home;q=0.5", true),
        ] {
            assert_eq!(likes_home(accept), home, "{accept}");
        }
    }
}
