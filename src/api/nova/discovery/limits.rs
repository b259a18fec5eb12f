//! `GET /limits` of Nova 34: clients look at it for the number of metadata items.

use crate::api::nova::call::Call;
use crate::api::nova::images::metadata::MOST_ITEMS;
use crate::api::nova::xmlns;
use crate::http::xml::writer::XmlWriter;
use crate::http::{Reply, StatusCode, json};

/// Nova 34's default quotas, with nothing used: there are no servers here.
const ABSOLUTE: [(&str, i64); 11] = [
    ("maxTotalCores", 20),
    ("maxPersonality", 5),
    ("maxPersonalitySize", 10_240),
    ("maxTotalInstances", 10),
    ("maxTotalKeypairs", 100),
    ("maxTotalRAMSize", 51_200),
    ("maxServerGroups", 10),
    ("maxServerGroupMembers", 10),
    ("maxTotalFloatingIps", -1),
    ("maxSecurityGroups", -1),
    ("maxSecurityGroupRules", -1),
];

const USED: [&str; 6] = [
    "totalRAMUsed",
    "totalCoresUsed",
    "totalInstancesUsed",
    "totalFloatingIpsUsed",
    "totalSecurityGroupsUsed",
    "totalServerGroupsUsed",
];

/// The pairs of `absolute`, in order.
fn absolute() -> impl Iterator<Item = (&'static str, i64)> {
    let items = i64::try_from(MOST_ITEMS).unwrap_or(i64::MAX);
    let own = [("maxServerMeta", items), ("maxImageMeta", items)];
    let used = USED.map(|name| (name, 0));
    ABSOLUTE.into_iter().chain(own).chain(used)
}

/// `GET /limits`
pub fn show(call: &Call<'_>) -> Reply {
    let body = if call.media.is_xml() {
        xml()
    } else {
        json::object(512, |root| {
            root.object("limits", |limits| {
                limits.list("rate", |_| {}).object("absolute", |absolute| {
                    for (name, limit) in self::absolute() {
                        absolute.number(name, limit);
                    }
                });
            });
        })
    };
    Reply::new(StatusCode::OK, call.media.as_str(), body)
}

/// Nova 2014.2's form (limits.py, `LimitsTemplate`), for users who ask for XML on v2.1.
fn xml() -> Vec<u8> {
    let mut writer = XmlWriter::new();
    writer.declaration();
    writer.element("limits", xmlns::declare_common, |limits| {
        limits.empty("rates", |_| {});
        limits.element(
            "absolute",
            |_| {},
            |element| {
                for (name, value) in absolute() {
                    element.empty("limit", |limit| {
                        limit.push("name", name).push_display("value", value);
                    });
                }
            },
        );
    });
    writer.into_bytes()
}
