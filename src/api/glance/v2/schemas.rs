//! The schema documents, as Glance 33 has them without a file of operators' own properties.

/// A document by its name.
const DOCUMENTS: [(&str, &str); 16] = [
    ("image", include_str!("schemas/image.json")),
    ("images", include_str!("schemas/images.json")),
    ("member", include_str!("schemas/member.json")),
    ("members", include_str!("schemas/members.json")),
    ("task", include_str!("schemas/task.json")),
    ("tasks", include_str!("schemas/tasks.json")),
    (
        "metadefs/namespace",
        include_str!("schemas/metadefs_namespace.json"),
    ),
    (
        "metadefs/namespaces",
        include_str!("schemas/metadefs_namespaces.json"),
    ),
    (
        "metadefs/object",
        include_str!("schemas/metadefs_object.json"),
    ),
    (
        "metadefs/objects",
        include_str!("schemas/metadefs_objects.json"),
    ),
    (
        "metadefs/property",
        include_str!("schemas/metadefs_property.json"),
    ),
    (
        "metadefs/properties",
        include_str!("schemas/metadefs_properties.json"),
    ),
    (
        "metadefs/resource_type",
        include_str!("schemas/metadefs_resource_type.json"),
    ),
    (
        "metadefs/resource_types",
        include_str!("schemas/metadefs_resource_types.json"),
    ),
    ("metadefs/tag", include_str!("schemas/metadefs_tag.json")),
    ("metadefs/tags", include_str!("schemas/metadefs_tags.json")),
];

/// The name, if there is such a document.
pub fn known(name: &str) -> Option<&'static str> {
    let found = DOCUMENTS.iter().find(|(known, _)| *known == name);
    found.map(|(known, _)| *known)
}

/// The document of a name.
pub fn document(name: &str) -> Option<&'static str> {
    let found = DOCUMENTS.iter().find(|(known, _)| *known == name);
    found.map(|(_, document)| document.trim_end())
}
