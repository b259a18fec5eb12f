//! The filters of list and detail (waldur-mastermind, `waldur_openstack/filters.py` and
//! `waldur_core/structure/filters.py`): all values are checked first, then looked up.

use super::address;
use super::fault::{Fault, FieldErrors, NULL_CHARACTERS};
use super::params::Params;
use super::routes::{Resolved, resolve};
use super::text;
use crate::config::WaldurApi;
use crate::python::number;
use crate::service::waldur::RowTest;
use serde_json::json;

const BAD_UUID: &str = "Enter a valid UUID.";

/// How the value of a filter is read.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Any text without NUL, and what the paths of links begin with.
    Text(fn(&str, &str) -> Result<RowTest, Fault>),
    /// A UUID in any of Python's spellings.
    Uuid(fn(String) -> RowTest),
}

/// Every filter, in the order in which errors name them.
const FILTERS: [(&str, Kind); 7] = [
    (
        "name",
        Kind::Text(|text, _| Ok(RowTest::NameHas(text.to_owned()))),
    ),
    ("settings", Kind::Text(settings)),
    ("tenant_uuid", Kind::Uuid(RowTest::OfTenant)),
    ("tenant", Kind::Text(|text, _| Ok(tenant(text)))),
    ("offering_uuid", Kind::Uuid(RowTest::OfOffering)),
    (
        "name_exact",
        Kind::Text(|text, _| Ok(RowTest::NameIs(text.to_owned()))),
    ),
    ("settings_uuid", Kind::Uuid(RowTest::OfSettings)),
];

/// The conditions that a query asks for; `prefix` is what the paths of this server's links begin with.
///
/// # Errors
/// When values are malformed, or a URL leads nowhere.
pub fn parse(params: &Params, api: WaldurApi, prefix: &str) -> Result<Vec<RowTest>, Fault> {
    let mut errors = FieldErrors::default();
    let mut tests = Vec::new();
    for (name, kind) in FILTERS {
        let value = text::strip(params.last(name).unwrap_or_default());
        if value.is_empty() {
            continue;
        }
        match kind {
            Kind::Text(_) if value.contains('\0') => errors.add(name, json!([NULL_CHARACTERS])),
            Kind::Text(read) => tests.push(read(value, prefix)),
            Kind::Uuid(test) => match number::uuid(value) {
                Some(uuid) => tests.push(Ok(test(uuid))),
                None => errors.add(name, json!([BAD_UUID])),
            },
        }
    }
    errors.into_result()?;
    tests.extend(rescue(params, api).map(Ok));
    tests.into_iter().collect()
}

/// The newer API's filter; a value that is no boolean filters nothing (django-filter's
/// `BooleanWidget`).
fn rescue(params: &Params, api: WaldurApi) -> Option<RowTest> {
    let value = params.last("is_rescue_image")?.to_lowercase();
    match (api, value.as_str()) {
        (WaldurApi::V2026, "true") => Some(RowTest::Rescue(true)),
        (WaldurApi::V2026, "false") => Some(RowTest::Rescue(false)),
        _ => None,
    }
}

/// A URL of the settings, as answers have it: only its path counts, and it must lead to a view.
fn settings(url: &str, prefix: &str) -> Result<RowTest, Fault> {
    let path = address::path_of(url).map_err(|_| Fault::Crash)?;
    let path = match path.strip_prefix(prefix) {
        Some(own) if own.starts_with('/') => own.to_owned(),
        _ => path,
    };
    if !path.starts_with('/') {
        return Ok(RowTest::Never);
    }
    match resolve(&path) {
        Resolved::Nothing => Err(Fault::Unresolved(path)),
        Resolved::Other => Ok(RowTest::Never),
        Resolved::Settings(key) => {
            Ok(number::uuid(&key).map_or(RowTest::Never, RowTest::OfSettings))
        }
    }
}

/// Documented as a URL, but the filter's `method` goes around the parsing of URLs: only a bare
/// uuid finds anything.
fn tenant(value: &str) -> RowTest {
    number::uuid(value).map_or(RowTest::Never, RowTest::OfTenant)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::api::waldur::fault::Fault;
    use crate::api::waldur::params::Params;
    use crate::config::WaldurApi;
    use crate::service::waldur::RowTest;

    fn tests_of(query: &str) -> Result<Vec<RowTest>, Fault> {
        parse(&Params::parse(query), WaldurApi::V2025, "")
    }

    #[test]
    fn errors_come_in_the_order_of_the_filters() {
        let fault = tests_of("settings_uuid=a&tenant=%00&name=%00&settings=http://x/no/").err();
        let Some(Fault::Invalid(errors)) = fault else {
            panic!("{fault:?}");
        };
        let fields: Vec<_> = errors.fields().collect();
        assert_eq!(fields, ["name", "tenant", "settings_uuid"]);
    }

    #[test]
    fn settings_urls() {
        let uuid = "5e771265000000000000000000000002";
        let found = Ok(vec![RowTest::OfSettings(uuid.to_owned())]);
        for url in [
            "https://other.host/api/service-settings/5e771265000000000000000000000002/?x",
            "//x/api/service-settings/5E771265-0000-0000-0000-000000000002/",
            "/api/service-settings/5e771265000000000000000000000002.json",
        ] {
            assert_eq!(tests_of(&format!("settings={url}")), found, "{url}");
        }
        let nothing = Ok(vec![RowTest::Never]);
        for url in [uuid, "garbage", "/", "/api/service-settings/x/"] {
            assert_eq!(tests_of(&format!("settings={url}")), nothing, "{url}");
        }
        assert_eq!(tests_of("settings=http://[x/"), Err(Fault::Crash));
    }

    #[test]
    fn the_rescue_filter_is_newer() {
        let params = Params::parse("is_rescue_image=True");
        assert_eq!(parse(&params, WaldurApi::V2025, ""), Ok(vec![]));
        let newer = Ok(vec![RowTest::Rescue(true)]);
        assert_eq!(parse(&params, WaldurApi::V2026, ""), newer);
    }
}
