//! Whatever a fixture says, what is dumped of it and loaded again is the same.

use super::{dump, load};
use crate::harness::{Server, builder};
use nova_images::{
    Fixture, GlanceStatus, Image, MemberStatus, PropertyValue, Timestamp, Visibility,
};
use proptest::prelude::*;
use proptest::sample::select;

fn word() -> impl Strategy<Value = String> {
    select(vec![
        "a",
        "size",
        "tags",
        "id",
        "links",
        "created",
        "self",
        "ö \u{1f600}",
        "\"",
        "\\",
        "\n\u{1}",
        "server",
        "os_hidden",
        "-",
    ])
    .prop_map(str::to_owned)
}

fn moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        0..5_i64,
        -62_135_596_800_000_000..253_402_300_799_999_999_i64
    ]
    .prop_map(Timestamp::from_micros)
}

fn value() -> impl Strategy<Value = PropertyValue> {
    prop_oneof![
        word().prop_map(PropertyValue::Text),
        Just(PropertyValue::Null),
        select(vec!["1.50", "[ 1,2 ]", "{\"a\" : null}", "true", "1e400"])
            .prop_map(|text| PropertyValue::Json(text.to_owned())),
    ]
}

prop_compose! {
    fn image()(
        name in proptest::option::of(word()),
        owner in proptest::option::of(select(vec!["p1", "p2", "x"])),
        status in select(GlanceStatus::ALL.to_vec()),
        visibility in select(Visibility::ALL.to_vec()),
        created_at in moment(),
        updated_at in moment(),
        (protected, hidden) in any::<(bool, bool)>(),
        size in proptest::option::of(0..i64::MAX),
        tags in proptest::collection::vec(word(), 0..3),
        properties in proptest::collection::vec((word(), value()), 0..4),
        members in proptest::collection::btree_map(
            select(vec!["p1", "p2", "m"]), (select(MemberStatus::ALL.to_vec()), any::<bool>(), moment()), 0..3),
    ) -> Image {
        let mut builder = Image::builder("to be numbered")
            .status(status)
            .visibility(visibility)
            .created_at(created_at)
            .updated_at(updated_at)
            .protected(protected)
            .hidden(hidden);
        for tag in tags {
            builder = builder.tag(tag);
        }
        for (project, (status, _, _)) in &members {
            builder = builder.member(*project, *status);
        }
        let mut image = builder.build();
        for (member, (_, can_share, at)) in image.members.iter_mut().zip(members.values()) {
            (member.can_share, member.updated_at) = (*can_share, *at);
        }
        image.name = name;
        image.owner = owner.map(str::to_owned);
        image.size_bytes = size;
        for (key, value) in properties {
            image.properties.set(key, value);
        }
        image
    }
}

#[test]
fn whatever_is_dumped_loads_back_equal() {
    let servers = [(); 2].map(|()| Server::start(builder()));
    let config = ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(images in proptest::collection::vec(image(), 0..12))| {
        let [one, other] = &servers;
        let numbered = images.into_iter().enumerate();
        let images: Vec<_> = numbered
            .map(|(number, mut image)| {
                image.id = format!("image {number}");
                image
            })
            .collect();
        one.emulator().load_fixture(Fixture::of(images)).unwrap();
        let text = dump(one);
        load(other, &text);
        prop_assert_eq!(&dump(other), &text);
        let told = one.emulator().dump().unwrap();
        prop_assert_eq!(&told.to_json(), &text);
        let again = other.emulator().dump().unwrap();
        prop_assert_eq!(again.images(), told.images());
    });
}
