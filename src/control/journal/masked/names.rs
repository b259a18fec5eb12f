//! By which names secrets go.

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Whether a header's value is a secret that is not even kept; its name is in lower case.
pub fn is_secret_header(name: &str) -> bool {
    matches!(
        name,
        "authorization"
            | "cookie"
            | "proxy-authorization"
            | "set-cookie"
            | "x-auth-key"
            | "x-auth-token"
            | "x-control-token"
            | "x-service-token"
            | "x-storage-token"
            | "x-subject-token"
    )
}

/// Whether what goes by a name is a secret: a header, a parameter of a query, a member of an object, an
/// attribute or an element.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    is_secret_header(&name) || names_secret(&name)
}

/// What secrets are called, in lower case.
const WORDS: [&str; 6] = [
    "token",
    "password",
    "secret",
    "passcode",
    "adminpass",
    "apikey",
];

/// Whether a text in lower case has a word in it that names a secret.
pub fn names_secret(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}

/// Where the first word that names a secret ends in a text in lower case.
pub fn end_of_first_secret_name(text: &str) -> Option<usize> {
    let ends = WORDS
        .iter()
        .filter_map(|word| Some(text.find(word)? + word.len()));
    ends.min()
}

/// Whether what stands in something by this name is a secret where its own name does not say so.
pub fn holds_secrets(name: &str) -> bool {
    // Keystone's own: these say by name what in them is one.
    const PLAIN: [&str; 3] = ["token", "passwordcredentials", "apikeycredentials"];
    let name = name.to_ascii_lowercase();
    let local = name.rsplit(':').next().unwrap_or_default();
    names_secret(local) && !PLAIN.contains(&local)
}

/// Whether the id of something by this name is a secret.
pub fn is_token(name: &str) -> bool {
    name.eq_ignore_ascii_case("token")
}
