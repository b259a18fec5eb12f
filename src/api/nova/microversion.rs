//! Microversions: which one a request is answered in.

use super::call::Call;
use super::fault::Fault;
use crate::config::Microversion;
use crate::http::StatusCode;

/// What a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing said: the oldest.
    Default,
    /// `latest`
    Latest,
    /// A number.
    Exactly(Microversion),
}

/// Why a request gets no microversion, and the one that its answer names all the same.
pub struct Refused {
    /// The error.
    pub fault: Fault,
    /// What the headers say; nothing when they are left out.
    pub named: Option<Microversion>,
}

/// The microversion of a call.
pub fn negotiate(call: &Call<'_>) -> Result<Microversion, Refused> {
    let wanted = read(
        call.head.header("openstack-api-version"),
        call.head.header("x-openstack-nova-api-version"),
    );
    let (oldest, newest) = (Microversion::OLDEST, call.max_microversion());
    match wanted {
        Ok(Wanted::Default) => Ok(oldest),
        Ok(Wanted::Latest) => Ok(newest),
        Ok(Wanted::Exactly(version)) if (oldest..=newest).contains(&version) => Ok(version),
        Ok(Wanted::Exactly(version)) => {
            let message = format!(
                "Version {version} is not supported by the API. Minimum is {oldest} and maximum \
                 is {newest}."
            );
            let fault = Fault::api(StatusCode::NOT_ACCEPTABLE, message);
            Err(Refused {
                fault,
                named: Some(version),
            })
        }
        Err(text) => {
            let fault = Fault::bad_request(format!(
                "API Version String {text} is of invalid format. Must be of format \
                 MajorNum.MinorNum."
            ));
            Err(Refused { fault, named: None })
        }
    }
}

/// Reads both headers: `OpenStack-API-Version: compute 2.1` beats `X-OpenStack-Nova-API-Version:
/// 2.1` (the microversion-parse library, as Nova uses it). The error is the text that is no version.
pub fn read(general: Option<&str>, legacy: Option<&str>) -> Result<Wanted, String> {
    let asked = general.and_then(compute_part).or(legacy).map(str::trim);
    match asked {
        None => Ok(Wanted::Default),
        Some("latest") => Ok(Wanted::Latest),
        Some(text) => parse(text)
            .map(Wanted::Exactly)
            .ok_or_else(|| text.to_owned()),
    }
}

/// The version of `compute` among the services of the general header; the last one counts.
fn compute_part(header: &str) -> Option<&str> {
    header
        .split(',')
        .filter_map(|part| part.trim().split_once(' '))
        .filter(|(service, _)| service.eq_ignore_ascii_case("compute"))
        .map(|(_, version)| version)
        .next_back()
}

/// `MAJOR.MINOR` without leading zeros.
fn parse(text: &str) -> Option<Microversion> {
    let (major, minor) = text.split_once('.')?;
    let number = |digits: &str| {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let padded = digits.len() > 1 && digits.starts_with('0');
        (plain && !padded).then(|| digits.parse().ok()).flatten()
    };
    Some(Microversion {
        major: number(major).filter(|major| *major > 0)?,
        minor: number(minor)?,
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
        ] {
            assert_eq!(read(general, legacy), expected, "{general:?} {legacy:?}");
        }
    }
}
