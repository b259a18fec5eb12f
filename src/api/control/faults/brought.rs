//! The fault that a request brings itself, in the header `X-Nova-Images-Fault`.

use super::wanted::Wanted;
use crate::service::faults::{Effect, Fault, WrongFault};
use serde_json::{Map, Value};

/// Keys whose values are numbers.
const NUMBERS: [&str; 4] = ["status", "retry_after", "slow", "cut"];

/// Reads `key=value` pairs with semicolons between them, or a JSON object: what happens to the request,
/// in the words of a fault. A key without a value is `true`.
///
/// # Errors
/// Why it is none.
pub fn brought(text: &str) -> Result<Fault, WrongFault> {
    let wrong = |why: String| WrongFault::sentence(format!("X-Nova-Images-Fault: {why}"));
    let said = match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?,
        false => Value::Object(pairs(text).map_err(wrong)?),
    };
    let read: Result<Wanted, _> = serde_path_to_error::deserialize(said);
    let wanted = read.map_err(|error| {
        let inner = error.inner().to_string();
        wrong(match error.path().to_string().as_str() {
            "." => inner,
            path => format!("at {path}: {inner}"),
        })
    })?;
    let fault = wanted.fault().map_err(|error| wrong(error.to_string()))?;
    fault
        .action
        .check()
        .map_err(|error| wrong(error.to_string()))?;
    let only_action = Fault {
        action: fault.action.clone(),
        ..Fault::default()
    };
    if fault != only_action {
        return Err(wrong(
            "a request says only what happens to it, and nothing of others".to_owned(),
        ));
    }
    match fault.action.effect {
        Effect::Stale => Err(wrong(
            "stale is of the moment at which a fault is made; add one".to_owned(),
        )),
        _ => Ok(fault),
    }
}

fn pairs(text: &str) -> Result<Map<String, Value>, String> {
    let mut said = Map::new();
    let parts = text.split(';').map(str::trim);
    for part in parts.filter(|part| !part.is_empty()) {
        let (key, value) = match part.split_once('=') {
            None => (part, Value::Bool(true)),
            Some((key, value)) => {
                let (key, value) = (key.trim(), value.trim());
                (key, read(key, value))
            }
        };
        if said.insert(key.to_owned(), value).is_some() {
            return Err(format!("{key:?} stands there twice"));
        }
    }
    Ok(said)
}

/// A number where one is wanted and it is one; all else is text.
fn read(key: &str, value: &str) -> Value {
    let number = NUMBERS.contains(&key).then(|| value.parse::<u64>().ok());
    match (number.flatten(), value) {
        (Some(number), _) => number.into(),
        (None, "true") => true.into(),
        (None, "false") => false.into(),
        (None, text) => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::brought;
    use crate::service::faults::{Fault, FaultReply};
    use std::time::Duration;

    #[test]
    fn pairs_and_objects_say_the_same() {
        let millis = Duration::from_millis;
        for (texts, fault) in [
            (
                &["status=503", r#"{"status": 503}"#][..],
                Fault::anywhere().status(503),
            ),
            (
                &[
                    "status=429; message=Too fast.; retry_after=7",
                    r#" {"status": 429, "message": "Too fast.", "retry_after": 7}"#,
                ],
                Fault::anywhere()
                    .status(429)
                    .message("Too fast.")
                    .retry_after(7),
            ),
            (
                &["delay=200ms", "delay = 200ms ;"],
                Fault::anywhere().delay(millis(200)),
            ),
            (
                &["delay=1s..2s; reset; apply"],
                Fault::anywhere()
                    .delay_between(millis(1000), millis(2000))
                    .reset()
                    .applied(),
            ),
            (&["cut=100", r#"{"cut": 100}"#], Fault::anywhere().cut(100)),
            (&["slow=10"], Fault::anywhere().slow(10)),
            (
                &["malformed", "malformed=true"],
                Fault::anywhere().malformed(),
            ),
            (&["raw=HTTP/9 no"], Fault::anywhere().raw("HTTP/9 no")),
            (
                &["content_type=text/html"],
                Fault::anywhere().content_type("text/html"),
            ),
            (
                &[r#"{"reply": {"status": 200, "headers": {"A": "b"}, "body": "x"}}"#],
                Fault::anywhere().reply(FaultReply::new(200, "x").header("A", "b")),
            ),
        ] {
            for text in texts {
                assert_eq!(brought(text).unwrap(), fault, "{text}");
            }
        }
    }

    #[test]
    fn what_is_none_is_said() {
        for (text, why) in [
            ("", "does nothing"),
            ("status", "at status"),
            ("status=many", "at status"),
            ("status=200", "from 400 to 599"),
            ("statuss=503", "unknown field `statuss`"),
            ("status=503; status=500", "twice"),
            ("status=503; reset", "only one of status, reset"),
            ("message=x", "go with status"),
            ("delay=soon", "a length of time"),
            ("slow=0", "one byte a second"),
            ("cut=-1", "at cut"),
            ("cut=1; apply", "apply"),
            ("stale", "stale is of the moment"),
            (
                "status=503; operation=nova.images.detail",
                "only what happens",
            ),
            ("status=503; name=a", "only what happens"),
            (r#"{"status": 503, "count": 3}"#, "only what happens"),
            (r#"{"status": "#, "EOF"),
            ("content_type=a\u{7f}", "what a header can hold"),
        ] {
            let said = brought(text).unwrap_err().to_string();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
