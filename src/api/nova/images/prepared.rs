//! What lists show of an image, written when it is stored: an answer of a thousand images is then a
//! matter of reading it.

use super::metadata::view::Metadata;
use super::view::ImageDetail;
use crate::api::nova::links::{Heads, is_plain};
use crate::domain::{Image, ImageTexts, TextMaker};
use crate::http::gaps::cut;
use crate::http::json;
use crate::http::xml::writer::XmlWriter;

/// About what one image takes, in bytes.
const TEXT_BYTES: usize = 1024;

/// The texts of this release.
pub const TEXTS: TextMaker = TextMaker { version: 2, make };

/// An image has texts when all dialects show it alike; XML also when it can hold it.
fn make(image: &Image) -> ImageTexts {
    let server = image.properties.text("instance_uuid").unwrap_or_default();
    if !is_plain(&image.id) || !is_plain(server) {
        return ImageTexts::default();
    }
    let Some(metadata) = Metadata::of_strings(&image.properties) else {
        return ImageTexts::default();
    };
    let heads = Heads::gaps();
    let detail = ImageDetail::new(image, metadata, &heads);
    let mut writer = XmlWriter::new().with_capacity(TEXT_BYTES);
    detail.xml(&mut writer, false);
    ImageTexts {
        json: Some(cut(&json::object(TEXT_BYTES, |object| detail.json(object)))),
        xml: writer.finish().ok().map(|element| cut(&element)),
        glance: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{TEXTS, XmlWriter, json};
    use crate::domain::{GlanceStatus, Image, Properties, PropertyValue, Timestamp};
    use crate::http::gaps::Escaped;
    use crate::http::xml::writer;

    fn image(properties: &[(&str, PropertyValue)]) -> Image {
        let properties: Properties = properties
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        Image {
            status: GlanceStatus::Saving,
            min_ram_mib: 512,
            min_disk_gib: 1,
            size_bytes: Some(25),
            created_at: Timestamp::from_micros(1_735_689_600_999_999),
            updated_at: Timestamp::from_micros(1_735_689_601_000_000),
            properties,
            ..Image::example("70a599e0-31e7-49b7-b260-868f441e862b", "a <b> \"ü\"")
        }
    }

    fn fillings(escaped: fn(&str) -> Escaped) -> [Escaped; 5] {
        ["i:", "b:", "a:", "s:", "t:"].map(escaped)
    }

    /// Databases keep these texts. Whoever changes one raises the version with it.
    #[test]
    fn the_texts_of_version_2() {
        assert_eq!(TEXTS.version, 2);
        let texts = (TEXTS.make)(&image(&[
            ("auto_disk_config", "True".into()),
            ("instance_uuid", "i".into()),
        ]));
        let json = json::object(0, |root| {
            root.list("", |list| {
                list.filled(
                    &texts.json.unwrap_or_default(),
                    &fillings(json::escaped).each_ref(),
                );
            });
        });
        let mut xml = XmlWriter::new();
        xml.filled(
            &texts.xml.unwrap_or_default(),
            &fillings(writer::escaped).each_ref(),
        );
        assert_eq!(
            String::from_utf8_lossy(&json),
            r#"{"": [{"id": "70a599e0-31e7-49b7-b260-868f441e862b", "name": "a <b> \"\u00fc\"", "#
                .to_owned()
                + r#""minRam": 512, "minDisk": 1, "metadata": {"auto_disk_config": "True", "#
                + r#""instance_uuid": "i"}, "created": "2025-01-01T00:00:00Z", "#
                + r#""updated": "2025-01-01T00:00:01Z", "status": "SAVING", "progress": 50, "#
                + r#""OS-EXT-IMG-SIZE:size": 25, "links": [{"rel": "self", "#
                + r#""href": "i:70a599e0-31e7-49b7-b260-868f441e862b"}, {"rel": "bookmark", "#
                + r#""href": "b:70a599e0-31e7-49b7-b260-868f441e862b"}, {"rel": "alternate", "#
                + r#""type": "application/vnd.openstack.image", "#
                + r#""href": "a:70a599e0-31e7-49b7-b260-868f441e862b"}], "server": {"id": "i", "#
                + r#""links": [{"rel": "self", "href": "s:i"}, {"rel": "bookmark", "#
                + r#""href": "t:i"}]}, "OS-DCF:diskConfig": "AUTO"}]}"#
        );
        assert_eq!(
            String::from_utf8_lossy(&xml.into_bytes()),
            r#"<image status="SAVING" updated="2025-01-01T00:00:01Z" "#.to_owned()
                + r#"name="a &lt;b&gt; &quot;ü&quot;" created="2025-01-01T00:00:00Z" minDisk="1" "#
                + r#"progress="50" minRam="512" id="70a599e0-31e7-49b7-b260-868f441e862b" "#
                + r#"OS-EXT-IMG-SIZE:size="25" OS-DCF:diskConfig="AUTO"><server id="i">"#
                + r#"<atom:link href="s:i" rel="self"/><atom:link href="t:i" rel="bookmark"/>"#
                + r#"</server><metadata><meta key="auto_disk_config">True</meta>"#
                + r#"<meta key="instance_uuid">i</meta></metadata>"#
                + r#"<atom:link href="i:70a599e0-31e7-49b7-b260-868f441e862b" rel="self"/>"#
                + r#"<atom:link href="b:70a599e0-31e7-49b7-b260-868f441e862b" rel="bookmark"/>"#
                + r#"<atom:link href="a:70a599e0-31e7-49b7-b260-868f441e862b" "#
                + r#"type="application/vnd.openstack.image" rel="alternate"/></image>"#
        );
    }

    #[test]
    fn what_dialects_show_in_ways_of_their_own_has_no_text() {
        for value in [
            ("key", PropertyValue::Null),
            ("key", PropertyValue::Json("1".to_owned())),
            ("mappings", "[]".into()),
        ] {
            let texts = (TEXTS.make)(&image(&[value]));
            assert_eq!((texts.json, texts.xml), (None, None));
        }
        let texts = (TEXTS.make)(&image(&[("key", "\u{1}".into())]));
        assert!(texts.json.is_some() && texts.xml.is_none());
    }
}
