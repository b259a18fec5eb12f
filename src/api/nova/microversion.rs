//! Microversions: which one a request is answered in.

use super::call::Call;
use super::fault::Fault;
use super::headers::{API_VERSION, NOVA_API_VERSION};
use crate::config::Microversion;
use crate::http::StatusCode;
use crate::python::{is_space, strip};

/// What a client wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing said: the oldest.
    Default,
    /// `latest`
    Latest,
    /// A number.
    Exactly(Microversion),
    /// A number beyond all that there will be.
    Beyond(String),
}

/// Why a request gets no microversion, and the one that its answer names all the same.
pub struct Refused {
    /// The error.
    pub fault: Fault,
    /// What the headers say; nothing when they are left out.
    pub named: Option<String>,
}

/// The microversion of a call.
pub fn negotiate(call: &Call<'_>) -> Result<Microversion, Refused> {
    let wanted = read(
        call.head.latin1(&API_VERSION).as_deref(),
        call.head.latin1(&NOVA_API_VERSION).as_deref(),
    );
    let (oldest, newest) = (Microversion::OLDEST, call.max_microversion());
    let asked = match wanted {
        Ok(Wanted::Default) => return Ok(oldest),
        Ok(Wanted::Latest) => return Ok(newest),
        Ok(Wanted::Exactly(version)) if (oldest..=newest).contains(&version) => {
            return Ok(version);
        }
        Ok(Wanted::Exactly(version)) => version.to_string(),
        Ok(Wanted::Beyond(text)) => text,
        Err(text) => {
            let fault = Fault::bad_request(format!(
                "API Version String {text} is of invalid format. Must be of format \
                 MajorNum.MinorNum."
            ));
            return Err(Refused { fault, named: None });
        }
    };
    let message = format!(
        "Version {asked} is not supported by the API. Minimum is {oldest} and maximum is {newest}."
    );
    Err(Refused {
        fault: Fault::api(StatusCode::NOT_ACCEPTABLE, message),
        named: Some(asked),
    })
}

/// Reads both headers: `OpenStack-API-Version: compute 2.1` beats `X-OpenStack-Nova-API-Version:
/// 2.1` (the microversion-parse library, as Nova uses it). The error is the text that is no version.
pub fn read(general: Option<&str>, legacy: Option<&str>) -> Result<Wanted, String> {
    match general
        .and_then(compute_part)
        .or(legacy.and_then(last_plain))
    {
        None => Ok(Wanted::Default),
        Some("latest") => Ok(Wanted::Latest),
        Some(text) => parse(text).ok_or_else(|| text.to_owned()),
    }
}

/// The version of `compute` among the services of the general header; the last one counts.
fn compute_part(header: &str) -> Option<&str> {
    header
        .split(',')
        .filter_map(|part| strip(part).split_once(is_space))
        .filter(|(service, _)| service.eq_ignore_ascii_case("compute"))
        .map(|(_, version)| strip(version))
        .next_back()
}

/// The last item of a list that is one word.
fn last_plain(header: &str) -> Option<&str> {
    let mut items = header.split(',').map(strip);
    items.rfind(|item| !item.contains(is_space))
}

/// `MAJOR.MINOR` without leading zeros, of any size.
fn parse(text: &str) -> Option<Wanted> {
    let (major, minor) = text.split_once('.')?;
    let is_number = |digits: &str| {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let padded = digits.len() > 1 && digits.starts_with('0');
        plain && !padded && !digits.is_empty()
    };
    if !is_number(major) || !is_number(minor) || major == "0" {
        return None;
    }
    Some(match (major.parse(), minor.parse()) {
        (Ok(major), Ok(minor)) => Wanted::Exactly(Microversion { major, minor }),
        _ => Wanted::Beyond(text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::{Wanted, read};
    use crate::config::Microversion;

    #[test]
    fn both_headers() {
        let exactly = |minor| Ok(Wanted::Exactly(Microversion::v2(minor)));
        for (general, legacy, expected) in [
            (None, None, Ok(Wanted::Default)),
            (None, Some("2.10"), exactly(10)),
            (None, Some(" 2.1 "), exactly(1)),
            (Some("compute 2.35"), Some("2.1"), exactly(35)),
            (Some("Compute 2.10"), None, exactly(10)),
            (Some("volume 3.1, compute 2.2"), None, exactly(2)),
            (Some("volume 3.1"), Some("2.3"), exactly(3)),
            (Some("2.35"), None, Ok(Wanted::Default)),
            (Some("compute"), None, Ok(Wanted::Default)),
            (Some("compute latest"), None, Ok(Wanted::Latest)),
            (None, Some("LATEST"), Err("LATEST".to_owned())),
            (None, Some(""), Err(String::new())),
            (None, Some("2.01"), Err("2.01".to_owned())),
            (None, Some("2"), Err("2".to_owned())),
            // Difference 9.
            (Some("compute\t2.2"), Some("2.1"), exactly(2)),
            (Some("compute\t2 .1"), None, Err("2 .1".to_owned())),
            (Some("compute\u{a0}None"), None, Err("None".to_owned())),
            (None, Some("2,1"), Err("1".to_owned())),
            (None, Some("2.35,2.1"), exactly(1)),
            (None, Some("2.35, 2 .1"), exactly(35)),
            (
                None,
                Some("2.9999999999"),
                Ok(Wanted::Beyond("2.9999999999".to_owned())),
            ),
        ] {
            assert_eq!(read(general, legacy), expected, "{general:?} {legacy:?}");
        }
    }
}
