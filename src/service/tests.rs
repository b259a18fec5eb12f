//! Use cases over a whole emulator's data, without a facade.
#![allow(clippy::unwrap_used)]

use super::identity::{
    DomainRef, EXPIRED_WINDOW_SECONDS, Proof, Reference, TokenForm, WantedScope,
};
use super::{App, ImageError, ImageRules, Order, Shelf, Spaces, Start};
use crate::config::{AuthMode, ServerConfig, SpaceConfig};
use crate::control::{Clock, Fixture, Ids};
use crate::domain::{Caller, ImageQuery, ImageTexts, ListForm, Properties, TextMaker, Untold};
use std::time::Duration;

const NO_TEXTS: TextMaker = TextMaker {
    version: 1,
    make: |_| ImageTexts::default(),
};

fn app(fixture: Fixture) -> App {
    spaces(fixture).root
}

fn spaces(fixture: Fixture) -> Spaces {
    let (spaces, _) = Spaces::open(Start {
        server: ServerConfig::default(),
        config: SpaceConfig {
            auth: AuthMode::Strict,
            ..SpaceConfig::default()
        },
        fixture,
        reread: None,
        clock: Clock::real(),
        ids: Ids::seeded(1),
        texts: NO_TEXTS,
        progress: Box::new(Untold),
        operations: Vec::new,
        resolve: |_| Ok(Vec::new()),
        upstream: None,
        snapshots: Shelf::default(),
    })
    .unwrap();
    spaces
}

/// Images of `y`, one a visibility, and what else somebody may not get.
fn images_of_y() -> App {
    let image = |id: &str, more: serde_json::Value| {
        let mut image = serde_json::json!({
            "id": id, "owner": "y", "visibility": id, "created_at": "2026-01-01T00:00:00Z",
            "container_format": "bare", "disk_format": "raw",
        });
        let members = image.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        image
    };
    let images = [
        image("private", serde_json::json!({})),
        image("shared", serde_json::json!({})),
        image("public", serde_json::json!({})),
        image(
            "nobodys",
            serde_json::json!({"owner": null, "visibility": "private"}),
        ),
        image(
            "deleted",
            serde_json::json!({"status": "deleted", "visibility": "public"}),
        ),
        image(
            "protected",
            serde_json::json!({"protected": true, "visibility": "public"}),
        ),
    ];
    let text = serde_json::json!({"images": images}).to_string();
    app(Fixture::parse("test", &text).unwrap())
}

#[test]
fn spaces_that_nobody_uses_go_when_it_is_tidied() {
    let spaces = spaces(Fixture::default());
    for (name, expires) in [
        ("kept", None),
        ("held", Some(Duration::ZERO)),
        ("long", Some(Duration::from_secs(3600))),
        ("short", Some(Duration::ZERO)),
    ] {
        let mut order = Order::like(&spaces.root, name);
        order.expires = expires;
        spaces.make(order).unwrap();
    }
    // As a request that is under way holds it.
    let held = spaces.used("held");
    spaces.tidy();
    assert_eq!(spaces.names(), ["held", "kept", "long"]);
    drop(held);
    spaces.tidy();
    assert_eq!(spaces.names(), ["kept", "long"]);
}

#[test]
fn a9_deleting_an_unknown_id_leaves_the_generation() {
    let app = app(Fixture::docs().unwrap());
    let before = app.images.generation();
    for rules in [ImageRules::GLANCE_V1, ImageRules::NOVA_FAKE] {
        let caller = Caller::member_of("openstack");
        app.images.delete(&caller, &rules, "unknown").unwrap_err();
    }
    assert_eq!(app.images.generation(), before);
}

#[test]
fn what_is_not_shown_says_why() {
    let app = images_of_y();
    let rules = &ImageRules::GLANCE_V1;
    let (x, nobody) = (
        Caller::member_of("x"),
        Caller {
            project_id: None,
            ..Caller::member_of("")
        },
    );
    for (caller, id, why) in [
        (&x, "unknown", "there is no image with this id"),
        (
            &x,
            "private",
            "no image with this id is visible to project x: it is private to y",
        ),
        (
            &nobody,
            "private",
            "no image with this id is visible to a caller without a project: it is private to y",
        ),
        (
            &x,
            "nobodys",
            "no image with this id is visible to project x: it is private to nobody",
        ),
        (
            &x,
            "shared",
            "no image with this id is visible to project x: y shares it with others only",
        ),
        (
            &x,
            "deleted",
            "no image with this id is visible to project x: it was deleted",
        ),
    ] {
        let show = app.images.show(caller, rules, id).unwrap_err();
        assert!(matches!(show, ImageError::NotFound(_)));
        let delete = app.images.delete(caller, rules, id).unwrap_err();
        let write = |_: &_| Ok::<_, ImageError>(Properties::new());
        let write = app.images.write_properties(caller, rules, id, write);
        for error in [show, delete, write.unwrap_err()] {
            assert_eq!(error.why(), why);
            assert_eq!(error.to_string(), why);
        }
    }
}

#[test]
fn what_must_not_be_changed_says_why() {
    let app = images_of_y();
    let rules = &ImageRules::GLANCE_V1;
    let admin = Caller {
        is_admin: true,
        ..Caller::member_of("z")
    };
    let (x, y) = (Caller::member_of("x"), Caller::member_of("y"));
    let denied = "project x may not change the image: it belongs to y";
    for (caller, id, why) in [
        (&x, "public", denied),
        (&x, "protected", denied),
        (&y, "protected", "the image is protected"),
        (
            &admin,
            "deleted",
            "no image with this id is visible to project z: it was deleted",
        ),
    ] {
        let delete = app.images.delete(caller, rules, id).unwrap_err();
        assert_eq!(delete.why(), why);
    }
    for (caller, id, why) in [
        (&x, "public", denied),
        (
            &y,
            "public",
            "project y may not write to the image: it is public, which takes the right to publish",
        ),
        (
            &admin,
            "deleted",
            "the image was deleted; nobody changes it any more",
        ),
    ] {
        let write = |_: &_| Ok::<_, ImageError>(Properties::new());
        let write = app.images.write_properties(caller, rules, id, write);
        assert_eq!(write.unwrap_err().why(), why);
    }
}

/// The words for clients stay Glance's.
#[test]
fn a_marker_that_is_not_shown_says_why() {
    let app = images_of_y();
    let caller = Caller::member_of("x");
    let rules = &ImageRules::GLANCE_V2;
    for (marker, text, why) in [
        (
            "unknown",
            "No image found with ID unknown",
            "there is no image with this id",
        ),
        (
            "private",
            "Forbidding request, image private not visible",
            "no image with this id is visible to project x: it is private to y",
        ),
    ] {
        let query = ImageQuery {
            after: Some(marker.to_owned()),
            ..super::glance_query::read(&caller, rules, &[]).unwrap()
        };
        let listed = app.images.list(&caller, rules, query, ListForm::Json);
        let error = listed.unwrap_err();
        assert_eq!(error.to_string(), text);
        assert_eq!(error.why(), format!("{text}: {why}"));
    }
}

#[test]
fn a_sign_in_that_is_refused_says_why() {
    let app = app(Fixture::docs().unwrap());
    let name = |name: &str| Reference::Name(name.to_owned(), DomainRef::Id("default".to_owned()));
    let password =
        |user: &str, password: &str| Proof::Password(name(user), Some(password.to_owned()));
    for (proofs, scope, why) in [
        (vec![], WantedScope::Default, "no proof of a user was given"),
        (
            vec![password("x", "secret")],
            WantedScope::Default,
            "no enabled user is called \"x\" in a domain of id \"default\"",
        ),
        (
            vec![password("demo", "guess")],
            WantedScope::Default,
            "that is not the password of user demo",
        ),
        (
            vec![password("demo", "secret"), password("admin", "secret")],
            WantedScope::Default,
            "one proof is of user demo, another of user admin",
        ),
        (
            vec![password("demo", "secret")],
            WantedScope::Project(Reference::Id("x".to_owned())),
            "no enabled project is of id \"x\"",
        ),
        (
            vec![password("demo", "secret")],
            WantedScope::Domain(DomainRef::Name("x".to_owned())),
            "no enabled domain is called \"x\"",
        ),
        (
            vec![password("demo", "secret")],
            WantedScope::System,
            "user demo has no role on the system",
        ),
        (
            vec![Proof::Token("x".to_owned())],
            WantedScope::Default,
            "the token is not known",
        ),
    ] {
        let signed_in = app.identity.sign_in(&proofs, &scope, TokenForm::Opaque);
        assert_eq!(signed_in.unwrap_err().to_string(), why);
    }
}

/// An ended token can be looked at for two days more; then it is as if it had never been.
#[test]
fn tokens_end_for_good_as_the_agenda_says() {
    let app = app(Fixture::docs().unwrap());
    app.clock.freeze();
    let name = Reference::Name("demo".to_owned(), DomainRef::Id("default".to_owned()));
    let proofs = [Proof::Password(name, Some("secret".to_owned()))];
    let sign_in = || {
        let scope = &WantedScope::Default;
        let signed_in = app.identity.sign_in(&proofs, scope, TokenForm::Opaque);
        signed_in.unwrap().text
    };
    let look = |token: &str| {
        app.settle();
        let found = app.identity.look_up(token, EXPIRED_WINDOW_SECONDS);
        found.map(|_| ()).map_err(|error| format!("{error:?}"))
    };
    let advance = |seconds: u32| app.clock.advance_seconds(seconds).unwrap();
    let first = sign_in();
    advance(60);
    let second = sign_in();
    let until_it_ends = 86_400 + 172_800;
    advance(until_it_ends - 61);
    assert_eq!(look(&first), Ok(()));
    advance(2);
    assert_eq!(look(&first), Err("Unknown".to_owned()));
    assert_eq!(look(&second), Ok(()));
    advance(60);
    assert_eq!(look(&second), Err("Unknown".to_owned()));
    // After a reset they end as at the first time.
    app.reset().unwrap();
    let third = sign_in();
    advance(until_it_ends + 2);
    assert_eq!(look(&third), Err("Unknown".to_owned()));
}
