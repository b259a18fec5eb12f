//! The recordings of Keystone, replayed through another server.

use super::cloud::{Both, Cloud, recorded};
use crate::golden;
use crate::golden::report::Mismatch;
use crate::harness::builder;
use nova_images::Profile;
use std::collections::BTreeSet;

/// Replays a set; the cases that may differ, and no others, do.
fn replay(set: &str, profile: Profile, departures: &[&str]) {
    let front = builder().profile(profile).identity_listen("127.0.0.1:0");
    let cloud = Cloud::of(recorded(set), front);
    let target = Both::of(&cloud.real, cloud.front.emulator());
    let report = golden::run(&golden::set_dir(set), golden::rules(set), &target, false);
    // Clients of v2.0 took a token for what it is: a text.
    let is_form = |one: &&Mismatch| one.difference.contains("expected \"{ID}\" got \"gAAAA");
    let mismatches = report.mismatches.iter().filter(|one| !is_form(one));
    let differ: BTreeSet<_> = mismatches.map(|one| one.case.as_str()).collect();
    let expected: BTreeSet<_> = departures.iter().copied().collect();
    assert_eq!(differ, expected, "{report}\n{}", report.listing());
}

#[test]
fn v3_is_passed_on() {
    // The page of a redirection is passed on as it is; its Location leads here.
    replay("keystone-30", Profile::Nova34, &["method-double-slash"]);
}

#[test]
fn v3_is_passed_on_at_random() {
    replay("keystone-30-random", Profile::Nova34, &[]);
}

#[test]
fn v2_is_made_of_v3() {
    let departures = [
        // The profile's own: there is v3, too, and a token that is not needed is not looked at.
        "doc-identity-application-xml",
        "doc-root-application-json",
        "doc-root-application-xml",
        "doc-v2-bad-token",
        "pw-with-bad-auth-token",
        // v3 ends what was made from the first token of a chain.
        "rev-parent",
        // v3 counts the roles that others imply.
        "val-belongs-get",
        "val-rescoped",
        // Entities are not expanded, whoever's users it are.
        "xml-entity",
    ];
    replay("keystone-v2", Profile::Default, &departures);
}
