//! Spaces in targets: which of several servers behind one port a request is for.

use crate::python::unquote;

/// What the paths of a space begin with; its name follows.
pub const MOUNT: &str = "/_space/";

/// The same as a part of a path.
const PART: &[u8] = b"_space";

/// The space that a target in origin form names, and the target as that space sees it. Parts of the
/// path are compared decoded, and several slashes are one.
///
/// Nothing when it names none. The name may be empty, or anything else that no space has.
#[must_use]
pub fn split(target: &str) -> Option<(String, String)> {
    let (first, rest) = part(target);
    // Nearly every request ends here.
    if !first.starts_with(['_', '%']) || *unquote(first) != *PART {
        return None;
    }
    let (name, rest) = part(rest);
    let name = String::from_utf8_lossy(&unquote(name)).into_owned();
    let rest = match rest.starts_with('/') {
        true => rest.to_owned(),
        false => format!("/{rest}"),
    };
    Some((name, rest))
}

/// The first part of a path, and what follows it.
fn part(target: &str) -> (&str, &str) {
    let target = target.trim_start_matches('/');
    let end = target.find(['/', '?']).unwrap_or(target.len());
    target.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn spaces_in_targets() {
        for (target, name, rest) in [
            ("/_space/a", "a", "/"),
            ("/_space/a/", "a", "/"),
            ("/_space/a?x=/y", "a", "/?x=/y"),
            (
                "/_space/a/v2//p/images?limit=1",
                "a",
                "/v2//p/images?limit=1",
            ),
            ("//%5Fspace//%61/..//v2", "a", "/..//v2"),
            ("/_space/_space/a", "_space", "/a"),
            ("/_space", "", "/"),
            ("/_space//", "", "/"),
            ("/_space/?a", "", "/?a"),
            ("/_space/a%2Fb/v2", "a/b", "/v2"),
        ] {
            let expected = Some((name.to_owned(), rest.to_owned()));
            assert_eq!(split(target), expected, "{target}");
        }
        for target in [
            "/",
            "/v2/_space/a",
            "/_spaces/a",
            "/?/_space/a",
            "/x/../_space/a",
            "*",
        ] {
            assert_eq!(split(target), None, "{target}");
        }
    }
}
