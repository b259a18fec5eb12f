//! `GET /limits` of Nova 34: clients look at it for the number of metadata items.

use super::body::MOST_ITEMS;
use super::call::Call;
use crate::http::{Reply, json};
use actix_web::http::StatusCode;

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

/// `GET /limits`
pub fn show(call: &Call<'_>) -> Reply {
    let items = i64::try_from(MOST_ITEMS).unwrap_or(i64::MAX);
    let body = json::object(512, |root| {
        root.object("limits", |limits| {
            limits.list("rate", |_| {}).object("absolute", |absolute| {
                for (name, limit) in ABSOLUTE {
                    absolute.number(name, limit);
                }
                absolute
                    .number("maxServerMeta", items)
                    .number("maxImageMeta", items);
                for name in USED {
                    absolute.number(name, 0);
                }
            });
        });
    });
    Reply::new(StatusCode::OK, call.media.as_str(), body)
}
