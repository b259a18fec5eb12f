//! Tests of a list, done here on what the image service shows.

use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{Image, Matches, PropertyValue, Test, Visibility};

/// Whether an image passes. Some databases under Glance compare without regard to letter case, so that
/// even what it filtered by is looked at again. What cannot be told from what it shows is its business:
/// times to the microsecond, and statuses that nobody here knows.
#[must_use]
pub fn passes(test: &Test, image: &Image) -> bool {
    match test {
        Test::Text(TextColumn::Name, matches) => is_one_of(matches, image.name.as_deref()),
        Test::Text(TextColumn::Id, matches) => is_one_of(matches, Some(&image.id)),
        Test::Text(TextColumn::Owner, matches) => is_one_of(matches, image.owner.as_deref()),
        Test::Text(TextColumn::ContainerFormat, matches) => {
            is_one_of(matches, image.container_format.as_deref())
        }
        Test::Text(TextColumn::DiskFormat, matches) => {
            is_one_of(matches, image.disk_format.as_deref())
        }
        Test::Number(NumberColumn::MinRam, mib) => image.min_ram_mib == *mib,
        Test::Number(NumberColumn::MinDisk, gib) => image.min_disk_gib == *gib,
        Test::Second(column, is, moment) => {
            let shown = match column {
                TimeColumn::CreatedAt => image.created_at,
                TimeColumn::UpdatedAt => image.updated_at,
            };
            *is == (shown.seconds() == moment.seconds())
        }
        Test::Property(key, value) => image.properties.text(key) == Some(value),
        Test::PropertyShownEmpty(key) => match image.properties.get(key) {
            Some(PropertyValue::Null) => true,
            Some(PropertyValue::Text(text)) => text.is_empty(),
            Some(PropertyValue::Json(_)) | None => false,
        },
        Test::Protected(protected) => image.protected == *protected,
        Test::Visibility(visibility) => image.visibility == *visibility,
        Test::NotPublic => image.visibility != Visibility::Public,
        Test::Never => false,
        Test::Text(
            TextColumn::Status
            | TextColumn::Checksum
            | TextColumn::OsHashAlgo
            | TextColumn::OsHashValue,
            _,
        )
        | Test::Number(NumberColumn::Size | NumberColumn::VirtualSize, _)
        | Test::Size(..)
        | Test::Time(..)
        | Test::Tag(_) => true,
    }
}

fn is_one_of(matches: &Matches, found: Option<&str>) -> bool {
    match matches {
        Matches::Is(text) => found == Some(text),
        Matches::AnyOf(texts) => texts.iter().any(|text| found == Some(text)),
    }
}
