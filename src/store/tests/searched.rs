//! Lists with filters find what a naive filter finds, in whichever way they are searched.

use super::{FIRST, File};
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::property_tests::cases;
use crate::domain::{
    Comparison, Direction, GlanceStatus, Image, ImageQuery, ListForm, ListedImage, Matches, Member,
    MemberStatus, Properties, PropertyValue, Scope, Shares, Sort, SortKey, Test, Timestamp,
    Visibility,
};
use crate::store::{Change, Listing, Location, Store, StoreError, schema};
use proptest::prelude::*;
use proptest::sample::select;
use rusqlite::Connection;
use std::cmp::Ordering;
use std::sync::Arc;

/// Images around the seams of blocks, so many that some ways are longer than others.
fn images(seeds: &[u16]) -> Vec<Image> {
    let one = |(place, seed): (usize, &u16)| {
        let seed = usize::from(*seed);
        let pick = |from: &[&str], by: usize| from[seed / by % from.len()].to_owned();
        let mut properties = vec![
            (
                "a".to_owned(),
                PropertyValue::from(pick(&["x", "y"], 1).as_str()),
            ),
            (
                "b".to_owned(),
                PropertyValue::from(pick(&["x", "y", "z"], 2).as_str()),
            ),
        ];
        match seed % 9 {
            0 => properties.push(("empty".to_owned(), PropertyValue::from(""))),
            1 => properties.push(("empty".to_owned(), PropertyValue::Null)),
            2 => properties.push(("empty".to_owned(), PropertyValue::from("x"))),
            3 => properties.push(("empty".to_owned(), PropertyValue::Json("[]".to_owned()))),
            _ => {}
        }
        if seed.is_multiple_of(97) {
            properties.push(("rare".to_owned(), PropertyValue::from("x")));
        }
        Image {
            name: (seed % 5 > 0).then(|| pick(&["n", "m", "o"], 5)),
            visibility: Visibility::parse(&pick(&["public", "private", "shared", "community"], 7))
                .unwrap(),
            status: GlanceStatus::parse(&pick(&["active", "active", "queued", "deleted"], 17))
                .unwrap(),
            disk_format: (seed % 3 > 0).then(|| pick(&["raw", "qcow2"], 23)),
            protected: seed % 5 == 2,
            owner: (seed % 11 > 0).then(|| pick(&["p", "q"], 3)),
            created_at: Timestamp::from_micros(i64::try_from(seed / 3).unwrap()),
            updated_at: Timestamp::from_micros(i64::try_from(seed % 1000).unwrap()),
            size_bytes: (seed % 7 > 0).then_some(i64::try_from(seed % 13).unwrap()),
            min_ram_mib: i64::try_from(seed % 3).unwrap(),
            hidden: seed % 19 == 3,
            tags: (seed % 4 == 0)
                .then(|| "t".to_owned())
                .into_iter()
                .collect(),
            properties: Properties::from_iter(properties),
            members: (seed % 2 == 0)
                .then(|| Member::new("p", MemberStatus::Accepted, Member::SOME_TIME))
                .into_iter()
                .collect(),
            ..Image::example(&format!("id-{place:05}"), "")
        }
    };
    seeds.iter().enumerate().map(one).collect()
}

fn sees(scope: &Scope, image: &Image) -> bool {
    let is_mine = image.owner == scope.project_id && image.owner.is_some();
    let is_shared = image.members.iter().any(|member| {
        Some(&member.project_id) == scope.project_id.as_ref()
            && member.status == MemberStatus::Accepted
    });
    let visible = is_mine
        || match image.visibility {
            Visibility::Public => true,
            Visibility::Shared => scope.every_project || is_shared,
            Visibility::Private => scope.every_project,
            Visibility::Community => {
                scope.community || (scope.every_project && image.owner == scope.project_id)
            }
        };
    let is_listed = scope.unlisted || image.status != GlanceStatus::Deleted;
    visible && is_listed && scope.hidden.is_none_or(|hidden| image.hidden == hidden)
}

fn compared<T: PartialOrd>(comparison: Comparison, left: &T, right: &T) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

fn holds(test: &Test, image: &Image) -> bool {
    match test {
        Test::Text(column, matches) => {
            let value = match column {
                TextColumn::Id => Some(image.id.clone()),
                TextColumn::Name => image.name.clone(),
                TextColumn::Status => Some(image.status.as_str().to_owned()),
                TextColumn::DiskFormat => image.disk_format.clone(),
                other => panic!("{other:?}"),
            };
            value.is_some_and(|value| match matches {
                Matches::Is(wanted) => value == *wanted,
                Matches::AnyOf(wanted) => wanted.contains(&value),
            })
        }
        Test::Visibility(visibility) => image.visibility == *visibility,
        Test::Protected(protected) => image.protected == *protected,
        Test::NotPublic => image.visibility != Visibility::Public,
        Test::Never => false,
        Test::PropertyShownEmpty(key) => image.properties.iter().any(|(name, value)| {
            name == key && (*value == PropertyValue::Null || *value == PropertyValue::from(""))
        }),
        Test::Number(NumberColumn::MinRam, number) => image.min_ram_mib == *number,
        Test::Size(comparison, bytes) => image
            .size_bytes
            .is_some_and(|size| compared(*comparison, &size, bytes)),
        Test::Time(TimeColumn::UpdatedAt, comparison, moment) => {
            compared(*comparison, &image.updated_at, moment)
        }
        Test::Time(TimeColumn::CreatedAt, comparison, moment) => {
            compared(*comparison, &image.created_at, moment)
        }
        Test::Second(TimeColumn::UpdatedAt, is, moment) => {
            *is == (image.updated_at.seconds() == moment.seconds())
        }
        Test::Property(key, value) => image.properties.text(key) == Some(value),
        Test::Tag(tag) => image.tags.contains(tag),
        other => panic!("{other:?}"),
    }
}

fn order(query: &ImageQuery, left: &Image, right: &Image) -> Ordering {
    let by = |sort: &Sort| {
        let ordering = match sort.key {
            SortKey::CreatedAt => left.created_at.cmp(&right.created_at),
            SortKey::UpdatedAt => left.updated_at.cmp(&right.updated_at),
            SortKey::Id => left.id.cmp(&right.id),
            SortKey::Name => left.name.cmp(&right.name),
            SortKey::Size => left.size_bytes.cmp(&right.size_bytes),
            SortKey::Status => left.status.as_str().cmp(right.status.as_str()),
            SortKey::DiskFormat => left.disk_format.cmp(&right.disk_format),
            SortKey::ContainerFormat => left.container_format.cmp(&right.container_format),
        };
        match sort.direction {
            Direction::Ascending => ordering,
            Direction::Descending => ordering.reverse(),
        }
    };
    let orders = query.sort.iter().map(by);
    orders.fold(Ordering::Equal, Ordering::then)
}

fn naive(images: &[Image], query: &ImageQuery) -> Vec<String> {
    let mut found: Vec<_> = images
        .iter()
        .filter(|image| sees(&query.scope, image))
        .filter(|image| query.tests.iter().all(|test| holds(test, image)))
        .filter(|image| {
            let marker = query.after.as_ref();
            let marker = marker.map(|id| images.iter().find(|other| other.id == *id).unwrap());
            marker.is_none_or(|marker| order(query, marker, image).is_lt())
        })
        .collect();
    found.sort_by(|left, right| order(query, left, right));
    let limit = query
        .limit
        .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
    found
        .into_iter()
        .take(limit)
        .map(|image| image.id.clone())
        .collect()
}

fn test() -> impl Strategy<Value = Test> {
    let property = |key: &'static str| {
        select(vec!["x", "y", "z", "absent"])
            .prop_map(move |value| Test::Property(key.to_owned(), value.to_owned()))
    };
    let comparison = || {
        select(vec![
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ])
    };
    prop_oneof![
        3 => property("a"),
        3 => property("b"),
        1 => property("rare"),
        1 => Just(Test::Tag("t".to_owned())),
        1 => (0..4_i64).prop_map(|ram| Test::Number(NumberColumn::MinRam, ram)),
        2 => (
            select(vec![TextColumn::Name, TextColumn::Status, TextColumn::DiskFormat, TextColumn::Id]),
            prop::collection::vec(
                select(vec!["n", "m", "active", "queued", "deleted", "raw", "id-00003", "absent"]),
                1..40,
            ),
        )
            .prop_map(|(column, values)| {
                let mut values = values.into_iter().map(str::to_owned);
                let matches = match values.len() {
                    1..10 => Matches::Is(values.next().unwrap()),
                    _ => Matches::AnyOf(values.collect()),
                };
                Test::Text(column, matches)
            }),
        1 => select(vec!["empty", "a", "absent"])
            .prop_map(|key| Test::PropertyShownEmpty(key.to_owned())),
        1 => any::<bool>().prop_map(Test::Protected),
        1 => Just(Test::NotPublic),
        1 => select(vec![Visibility::Public, Visibility::Shared, Visibility::Community])
            .prop_map(Test::Visibility),
        1 => (comparison(), 0..22_000_i64).prop_map(|(how, micros)| {
            Test::Time(TimeColumn::CreatedAt, how, Timestamp::from_micros(micros))
        }),
        1 => (comparison(), 0..14_i64).prop_map(|(how, size)| Test::Size(how, size)),
        1 => (any::<bool>(), 0..2_000_000_i64).prop_map(|(is, micros)| {
            Test::Second(TimeColumn::UpdatedAt, is, Timestamp::from_micros(micros))
        }),
        2 => (comparison(), 0..1001_i64).prop_map(|(how, micros)| {
            Test::Time(TimeColumn::UpdatedAt, how, Timestamp::from_micros(micros))
        }),
    ]
}

fn sort() -> impl Strategy<Value = Vec<Sort>> {
    let direction = || select(vec![Direction::Ascending, Direction::Descending]);
    let key = select(vec![
        SortKey::CreatedAt,
        SortKey::UpdatedAt,
        SortKey::Id,
        SortKey::Name,
        SortKey::Size,
        SortKey::Status,
        SortKey::DiskFormat,
    ]);
    let usual = Just(Sort::DEFAULT.to_vec());
    let second = (key.clone(), any::<bool>(), direction());
    let other = (key, direction(), direction(), second).prop_map(
        |(key, first, direction, (second, has_second, of_second))| {
            let mut sort = vec![Sort {
                key,
                direction: first,
            }];
            if has_second && second != key {
                sort.push(Sort {
                    key: second,
                    direction: of_second,
                });
            }
            for key in [SortKey::CreatedAt, SortKey::Id] {
                if sort.iter().all(|sort| sort.key != key) {
                    sort.push(Sort { key, direction });
                }
            }
            sort
        },
    );
    prop_oneof![usual, other]
}

fn query() -> impl Strategy<Value = ImageQuery> {
    let scope = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        select(vec![Some(false), Some(false), Some(true), None]),
        select(vec![Some("p"), Some("p"), None]),
    );
    let tests = prop::collection::vec(test(), 0..4);
    let limit = select(vec![None, Some(0), Some(1), Some(7), Some(25)]);
    (
        scope,
        tests,
        sort(),
        any::<Option<prop::sample::Index>>(),
        limit,
    )
        .prop_map(
            |(
                (every_project, community, unlisted, hidden, project_id),
                tests,
                sort,
                after,
                limit,
            )| {
                ImageQuery {
                    tests,
                    sort,
                    after: after.map(|index| format!("id-{:05}", index.index(LEAST))),
                    limit,
                    ..ImageQuery::new(Scope {
                        project_id: project_id.map(str::to_owned),
                        every_project,
                        shares: Shares::MadeToViewer(MemberStatus::Accepted),
                        community,
                        hidden,
                        unlisted,
                    })
                }
            },
        )
}

const LEAST: usize = 5;

/// Loads images around the seam between two blocks of rows.
fn load(store: &Store, images: &[Image]) {
    let filler = "INSERT INTO images (seq, id, status, unlisted, visibility, min_ram, min_disk, \
         created_at, updated_at, protected, hidden, properties) \
         VALUES (?1, '', 'deleted', 1, 'private', 0, 0, -1, 0, 0, 0, '{}')";
    let before = 8192 - i64::try_from(images.len() / 2).unwrap();
    let execute = |sql: &str, values: &[i64]| {
        let done = store.database.write_all(|connection| {
            connection.execute(sql, rusqlite::params_from_iter(values))?;
            Ok(())
        });
        done.unwrap();
    };
    execute(filler, &[before]);
    store.load(images).unwrap();
    execute("DELETE FROM images WHERE id = ''", &[]);
}

/// The ids of a list that is read in slices, with nobody writing.
fn in_slices(store: &Arc<Store>, query: &ImageQuery, most: u64) -> Vec<String> {
    let mut listing = Listing::of(Arc::clone(store), query.clone(), ListForm::Entries);
    let mut ids = Vec::new();
    while let Some(slice) = listing.next(most).unwrap() {
        slice.each(&mut |image| match image {
            ListedImage::Entry { id, .. } => ids.push(id.to_owned()),
            _ => panic!("not an entry"),
        });
    }
    ids
}

fn check(store: &Arc<Store>, images: &[Image], queries: &[ImageQuery]) {
    for query in queries {
        let found = store.images(query).unwrap();
        let ids: Vec<_> = found.iter().map(|image| image.id.clone()).collect();
        let expected = naive(images, query);
        assert_eq!(ids, expected, "{query:?}");
        let most = u64::try_from(expected.len()).unwrap() / 3 + 1;
        assert_eq!(in_slices(store, query, most), expected, "{query:?}");
    }
}

proptest! {
    #![proptest_config(cases(6))]

    #[test]
    fn lists_find_what_a_naive_filter_finds(
        few in prop::collection::vec(any::<u16>(), LEAST..40),
        many in prop::collection::vec(any::<u16>(), 400..1200),
        later in prop::collection::vec((any::<prop::sample::Index>(), any::<u16>()), 0..20),
        queries in prop::collection::vec(query(), 25),
    ) {
        for (number, seeds) in [few, many].into_iter().enumerate() {
            let name = format!("searched-{number}-{}", seeds.len());
            let store = Arc::new(Store::open(Location::Memory(name), FIRST).unwrap());
            let mut images = images(&seeds);
            images.sort_by_key(|image| (image.created_at, image.id.clone()));
            load(&store, &images);
            check(&store, &images, &queries);
            // Changed one by one: also out of order.
            for (index, seed) in &later {
                let place = index.index(images.len());
                let id = images[place].id.clone();
                let new = self::images(&[*seed]).remove(0);
                images[place] = Image { id: id.clone(), ..new };
                let put = Box::new(images[place].clone());
                store.change(&id, |_| Ok::<_, StoreError>(Change::Put(put, ()))).unwrap();
            }
            check(&store, &images, &queries);
        }
    }
}

#[test]
fn a_database_of_version_3_gets_terms() {
    let file = File::new("version-3");
    let connection = Connection::open(&file.0).unwrap();
    schema::tests::make_version_3(&connection);
    let insert = "INSERT INTO images (id, name, status, unlisted, visibility, owner, min_ram, \
         min_disk, created_at, updated_at, protected, hidden, properties) VALUES \
         (?1, 'old', 'active', 0, 'private', ?2, 7, 0, ?3, 0, 0, 0, '{\"key\": \"value\"}')";
    for (id, owner, created_at) in [("a", Some("p"), 2), ("b", Some("p"), 1), ("c", None, 3)] {
        connection.execute(insert, (id, owner, created_at)).unwrap();
        let property = "INSERT INTO image_properties SELECT 'key', 'value', max(seq) FROM images";
        connection.execute(property, []).unwrap();
    }
    connection
        .execute("INSERT INTO image_tags VALUES ('t', 2, 0)", [])
        .unwrap();
    drop(connection);
    let store = file.store(FIRST);
    let ids = |tests: Vec<Test>, every_project| {
        let mut query = super::listing();
        query.tests = tests;
        query.scope.every_project = every_project;
        let found = store.images(&query).unwrap().into_iter();
        found.map(|image| image.id).collect::<Vec<_>>()
    };
    let property = Test::Property("key".to_owned(), "value".to_owned());
    assert_eq!(ids(vec![property.clone()], false), ["a", "b"]);
    assert_eq!(ids(vec![property.clone()], true), ["c", "a", "b"]);
    assert_eq!(ids(vec![property, Test::Tag("t".to_owned())], false), ["b"]);
    assert_eq!(
        ids(vec![Test::Number(NumberColumn::MinRam, 7)], false).len(),
        2
    );
}
