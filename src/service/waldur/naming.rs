//! What Waldur calls things that nobody else has named.
//!
//! Every uuid is made from what it stands for, so that a client can keep it across starts.

use crate::domain::Image;
use uuid::Uuid;

/// What the derived uuids are derived under.
const NAMESPACE: Uuid = Uuid::from_u128(0x6e6f_7661_2d69_4d61_8765_732d_7761_6c64);

/// The uuid of a thing that the fixture gives none, in Waldur's form.
pub fn uuid_of(kind: &str, id: &str) -> String {
    Uuid::new_v5(&NAMESPACE, format!("{kind}/{id}").as_bytes())
        .simple()
        .to_string()
}

/// The name that Waldur gives an image: Glance's, else the property `description`, else the id.
pub fn name_of(image: &Image) -> &str {
    let name = image.name.as_deref().filter(|name| !name.is_empty());
    let description = image.properties.text("description");
    name.or(description.filter(|text| !text.is_empty()))
        .unwrap_or(&image.id)
}
