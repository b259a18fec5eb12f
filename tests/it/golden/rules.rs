//! What is compared in each set: the rules as data.
//!
//! A rule that differs between two sets is a field here, never a branch on a set's name elsewhere.

/// How the answers of one set are compared with the recorded ones.
#[derive(Debug)]
pub struct Rules {
    /// The headers that count, absence included; all others are free.
    pub headers: &'static [(&'static str, HeaderRule)],
    /// Texts in recorded answers that stand for values of a certain shape, longer ones first.
    pub placeholders: &'static [(&'static str, Shape)],
    /// Which JSON arrays (by their key) have no order.
    pub unordered_arrays: Unordered,
    /// Of which XML elements (by their local name) the children have no order.
    pub unordered_children: Unordered,
    /// JSON members and XML attributes that may hold any number.
    pub free_numbers: &'static [&'static str],
    /// JSON members that must be numbers though they may be recorded as strings.
    pub numbers: &'static [&'static str],
    /// Texts around a number that may be any number.
    pub free_number_between: &'static [(&'static str, &'static str)],
    /// Of a JSON `message` only the part before this text counts.
    pub message_end: Option<&'static str>,
    /// Of a text only the part before this one counts, where it is in it.
    pub text_end: Option<&'static str>,
    /// Headers whose names begin so all count, by value.
    pub header_family: Option<&'static str>,
    /// The path that the recorded targets are put under, and the base that stands in the recordings for
    /// the request's own host and this path.
    pub mount: Option<Mount>,
    /// The file that runs last, in its order, on one state.
    pub sequence: Option<&'static str>,
}

/// A service that was recorded at the root of a host of its own.
#[derive(Debug, Clone, Copy)]
pub struct Mount {
    /// Where it is here.
    pub path: &'static str,
    /// The host that requests name, and the one in answers.
    pub hosts: (&'static str, &'static str),
}

/// How a header is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderRule {
    /// By value.
    Value,
    /// As a comma separated set.
    Set,
    /// Only whether it is there.
    Presence,
    /// By value, blanks and letter case aside.
    MediaType,
}

/// The shape of a value behind a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Any value of any type, when it is all of the recorded value.
    Anything,
    /// `req-` and a UUID.
    RequestId,
    /// 32 hex digits.
    Hex32,
    /// 22 url-safe base64 characters.
    AuditId,
    /// A token of any form.
    Token,
    /// A date and time with whatever fraction and zone follow.
    Timestamp,
    /// A date and time to the second.
    Second,
    /// A date and time to the second, and a fraction of six digits.
    Microsecond,
    /// A date and time to the second, 24 hours after the `issued_at` of the same answer.
    SecondOfNextDay,
}

/// Which lists have no order.
#[derive(Debug, Clone, Copy)]
pub enum Unordered {
    Named(&'static [&'static str]),
    All,
}

impl Unordered {
    pub fn contains(self, name: &str) -> bool {
        match self {
            Self::Named(names) => names.contains(&name),
            Self::All => true,
        }
    }
}

/// The rules of a set.
pub fn rules(set: &str) -> &'static Rules {
    match set {
        "nova-34" | "nova-34-random" => &NOVA_34,
        "juno-docs" | "juno-docs-random" => &JUNO_DOCS,
        "juno-glance" | "juno-glance-random" | "juno-ratelimit" => &JUNO,
        "keystone-30" | "keystone-30-random" | "keystone-v2" => &KEYSTONE,
        "waldur" | "waldur-wide" => &WALDUR,
        "glance-33" | "glance-v1-juno" => &GLANCE,
        other => panic!("no rules of comparison for the set {other}"),
    }
}

const NOVA_34: Rules = Rules {
    headers: &[
        ("content-type", HeaderRule::MediaType),
        ("location", HeaderRule::Value),
        ("x-compute-request-id", HeaderRule::Presence),
        ("retry-after", HeaderRule::Presence),
        ("www-authenticate", HeaderRule::Presence),
        ("vary", HeaderRule::Set),
        ("openstack-api-version", HeaderRule::Value),
        ("x-openstack-nova-api-version", HeaderRule::Value),
        ("x-openstack-request-id", HeaderRule::Value),
        ("allow", HeaderRule::Set),
    ],
    sequence: Some("write"),
    ..JUNO
};

const JUNO: Rules = Rules {
    headers: &[
        ("content-type", HeaderRule::MediaType),
        ("location", HeaderRule::Value),
        ("x-compute-request-id", HeaderRule::Presence),
        ("retry-after", HeaderRule::Presence),
        ("www-authenticate", HeaderRule::Presence),
    ],
    placeholders: &[("req-{ID}", Shape::RequestId), ("{NOW}", Shape::Timestamp)],
    unordered_arrays: Unordered::Named(&[]),
    unordered_children: Unordered::Named(&["metadata", "extensions", "extension"]),
    free_numbers: &["retryAfter"],
    numbers: &[],
    free_number_between: &[("in ", " second")],
    message_end: None,
    text_end: None,
    header_family: None,
    mount: None,
    sequence: None,
};

/// The recorded deployment had a fake image service, which kept no order and stored the sizes of
/// images as strings.
const JUNO_DOCS: Rules = Rules {
    unordered_arrays: Unordered::Named(&["images"]),
    unordered_children: Unordered::Named(&["metadata", "extensions", "extension", "images"]),
    numbers: &["OS-EXT-IMG-SIZE:size"],
    ..JUNO
};

const KEYSTONE: Rules = Rules {
    headers: &[
        ("content-type", HeaderRule::MediaType),
        ("vary", HeaderRule::Set),
        ("allow", HeaderRule::Set),
        ("location", HeaderRule::Value),
        ("www-authenticate", HeaderRule::Value),
        ("x-subject-token", HeaderRule::Presence),
        ("x-openstack-request-id", HeaderRule::Presence),
    ],
    placeholders: &[
        ("{ANY}", Shape::Anything),
        ("{ID}", Shape::Hex32),
        ("{TOKEN}", Shape::Token),
        ("{AUDIT}", Shape::AuditId),
        ("{NOW+24h}", Shape::SecondOfNextDay),
        ("{NOW}.ffffff", Shape::Microsecond),
        ("{NOW}", Shape::Second),
    ],
    unordered_arrays: Unordered::All,
    unordered_children: Unordered::All,
    free_numbers: &[],
    numbers: &[],
    free_number_between: &[],
    message_end: Some("\n\n"),
    text_end: None,
    header_family: None,
    mount: None,
    sequence: None,
};

const WALDUR: Rules = Rules {
    headers: &[
        ("content-type", HeaderRule::MediaType),
        ("vary", HeaderRule::Set),
        ("allow", HeaderRule::Set),
        ("link", HeaderRule::Value),
        ("x-result-count", HeaderRule::Value),
        ("location", HeaderRule::Value),
        ("www-authenticate", HeaderRule::Value),
        ("content-language", HeaderRule::Value),
    ],
    placeholders: &[],
    unordered_arrays: Unordered::Named(&[]),
    unordered_children: Unordered::Named(&[]),
    free_numbers: &[],
    numbers: &[],
    free_number_between: &[],
    message_end: None,
    text_end: None,
    header_family: None,
    mount: None,
    sequence: None,
};

const GLANCE: Rules = Rules {
    headers: &[
        ("content-type", HeaderRule::MediaType),
        ("location", HeaderRule::Value),
        ("allow", HeaderRule::Set),
        ("accept-patch", HeaderRule::Value),
        ("content-md5", HeaderRule::Value),
        ("content-range", HeaderRule::Value),
        ("etag", HeaderRule::Value),
        ("openstack-image-import-methods", HeaderRule::Value),
        ("openstack-image-store-ids", HeaderRule::Value),
        ("x-openstack-request-id", HeaderRule::Presence),
        ("www-authenticate", HeaderRule::Presence),
    ],
    placeholders: &[("req-{ID}", Shape::RequestId), ("{NOW}", Shape::Timestamp)],
    unordered_arrays: Unordered::Named(&["tags"]),
    unordered_children: Unordered::Named(&[]),
    free_numbers: &[],
    numbers: &[],
    free_number_between: &[],
    message_end: Some("Failed validating"),
    text_end: Some("Failed validating"),
    header_family: Some("x-image-meta-"),
    mount: Some(Mount {
        path: "/image",
        hosts: (
            "http://openstack.example.com",
            "http://glance.openstack.example.com",
        ),
    }),
    sequence: None,
};
