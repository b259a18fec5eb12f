//! Runs the cases of a set against a server, in the order that the recordings need.

use std::collections::BTreeMap;
use std::path::Path;

use super::case::{self, Body, Case, Request, Source};
use super::client::{Answer, Client};
use super::compare;
use super::json;
use super::pattern::{Context, substitute};
use super::report::{Mismatch, Report};
use super::rules::{Mount, Rules};
use super::target::Target;
use super::unordered::Rows;

/// Replays a set, or of it only the cases that do nothing but read.
///
/// # Panics
///
/// When the set cannot be read or the server cannot be reset: nothing can be said then.
pub fn run(set_dir: &Path, rules: &Rules, target: &Target, only_get: bool) -> Report {
    let set = set_dir
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let groups = case::load(set_dir).unwrap_or_else(|error| panic!("{error}"));
    let filter = std::env::var("GOLDEN_FILTER").unwrap_or_default();
    let mut report = Report::new(set, only_get, !filter.is_empty());
    let mut runner = Runner {
        rules,
        target,
        main: Client::new(target.address),
        identity: target.identity.map(Client::new),
    };

    // Cases that move the clock come last: the tokens of all others would expire. Cases that build
    // on one another come after those that want the fixture as it is.
    let is_sequence = |group: &str| rules.sequence == Some(group);
    let all = || {
        groups
            .iter()
            .flat_map(|group| group.cases.iter().map(|case| (&*group.name, case)))
    };
    let order = |sequence: bool, advances: bool| {
        all().filter(move |(group, case)| {
            is_sequence(group) == sequence && case.advances() == advances
        })
    };
    runner.reset();
    for (group, case) in order(false, false).chain(order(false, true)) {
        let only_gets = case.only_gets();
        if !case.id.contains(&filter) || (only_get && !only_gets) {
            continue;
        }
        match runner.run_case(case) {
            Some(mismatches) => report.add(group, only_gets, mismatches),
            None => report.skipped += 1,
        }
    }

    // Each case of the sequence needs all that came before, even when only a few are asked for,
    // and none of them is a mere reader.
    let sequence: Vec<_> = order(true, false).chain(order(true, true)).collect();
    if !only_get && sequence.iter().any(|(_, case)| case.id.contains(&filter)) {
        runner.reset();
        for (group, case) in sequence {
            match runner.run_case(case) {
                Some(mismatches) if case.id.contains(&filter) => {
                    report.add(group, false, mismatches);
                }
                Some(_) => {}
                None => report.skipped += 1,
            }
        }
        runner.reset();
    }
    report
}

struct Runner<'a> {
    rules: &'a Rules,
    target: &'a Target,
    main: Client,
    identity: Option<Client>,
}

impl Runner<'_> {
    fn reset(&self) {
        if let Err(error) = self.target.control.reset() {
            panic!("the server cannot be reset: {error}");
        }
    }

    /// Runs a case; `None` when the target lacks its listener.
    fn run_case(&mut self, case: &Case) -> Option<Vec<Mismatch>> {
        if case.identity && self.identity.is_none() {
            return None;
        }
        if case.reset {
            self.reset();
        }
        let mut captures = BTreeMap::new();
        let mut rows = Rows::default();
        let mut mismatches = Vec::new();
        let mut mismatch = |request: String, difference: String| {
            mismatches.push(Mismatch {
                case: case.id.clone(),
                request,
                difference,
            });
        };
        for exchange in &case.exchanges {
            let expected = &exchange.response;
            let target = substitute(&exchange.request.target, &captures);
            let request_line = format!("{} {target}", exchange.request.method);
            let answer = match self.send_until(&exchange.request, case.identity, &captures) {
                Ok(answer) => answer,
                Err(error) => {
                    mismatch(request_line, format!("no answer: {error}"));
                    break;
                }
            };
            // The recorded answer itself has the captured values' names in it.
            for (name, source) in &exchange.request.captures {
                match captured(&answer, source) {
                    Some(value) => {
                        captures.insert(name.clone(), value);
                    }
                    None => mismatch(
                        request_line.clone(),
                        format!("nothing to capture as {name}"),
                    ),
                }
            }
            let body = answer.text();
            let context = Context::new(self.rules, &captures, &body);
            let of_rows = if case.unordered {
                rows.add(expected.text(), &body)
            } else {
                None
            };
            let differences = compare::answer(&context, expected, &answer, of_rows.is_none());
            for difference in differences.into_iter().chain(of_rows.unwrap_or_default()) {
                mismatch(request_line.clone(), difference);
            }
        }
        let context = Context::new(self.rules, &captures, "");
        if let Some(difference) = rows.difference(&context) {
            mismatch("all requests".to_owned(), difference);
        }
        if case.reset {
            self.reset();
        }
        Some(mismatches)
    }

    /// Sends it until the answer holds what is waited for.
    fn send_until(
        &mut self,
        request: &Request,
        identity: bool,
        captures: &BTreeMap<String, String>,
    ) -> Result<Answer, String> {
        let mut answer = self.send(request, identity, captures);
        for _ in 0..MOST_LOOKS {
            match &answer {
                Ok(answer) if !holds(answer, &request.until) => {}
                _ => break,
            }
            answer = self.send(request, identity, captures);
        }
        answer
    }

    fn send(
        &mut self,
        request: &Request,
        identity: bool,
        captures: &BTreeMap<String, String>,
    ) -> Result<Answer, String> {
        if request.advance_seconds > 0 {
            self.target.control.advance(request.advance_seconds)?;
        }
        let mount = self.rules.mount.map(|mount| match self.target.is_alone {
            true => Mount { path: "", ..mount },
            false => mount,
        });
        let target = substitute(&request.target, captures);
        let target = [mount.map_or("", |mount| mount.path), &target].concat();
        let headers: Vec<(String, String)> = request
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), substitute(value, captures)))
            .map(|(name, value)| match self.target.tokens.get(&value) {
                Some(token) => (name, token.clone()),
                None => (name, value),
            })
            .collect();
        let body = request.body.as_ref().map(|body| match body {
            Body::Text(text) => substitute(text, captures).into_bytes(),
            Body::Bytes(bytes) => bytes.clone(),
        });
        let client = match &mut self.identity {
            Some(client) if identity => client,
            _ => &mut self.main,
        };
        let mut answer = Err("sent no times".to_owned());
        for _ in 0..request.repeat {
            let sent = match (request.chunked, &body) {
                (true, body) => {
                    let body = body.as_deref().unwrap_or_default();
                    client.send_chunked(&request.method, &target, &headers, body)
                }
                (false, body) => client.send(&request.method, &target, &headers, body.as_deref()),
            };
            answer = sent.map_err(|error| error.to_string());
        }
        answer.map(|answer| match mount {
            Some(mount) => unmounted(answer, mount),
            None => answer,
        })
    }
}

/// How often at most an answer is looked at that is waited for. Nothing sleeps in between.
const MOST_LOOKS: u32 = 1000;

/// Whether a JSON answer has these values; what is missing is null.
fn holds(answer: &Answer, until: &[(String, serde_json::Value)]) -> bool {
    let body = json::parse(&answer.text()).unwrap_or_default();
    let mut pairs = until.iter();
    pairs.all(|(pointer, wanted)| {
        body.pointer(pointer).unwrap_or(&serde_json::Value::Null) == wanted
    })
}

/// The answer of a service that stands at the root of the recorded host.
fn unmounted(mut answer: Answer, mount: Mount) -> Answer {
    for (_, value) in &mut answer.headers {
        *value = unmounted_text(value, mount);
    }
    if let Ok(text) = std::str::from_utf8(&answer.body)
        && text.contains(mount.hosts.0)
    {
        answer.body = unmounted_text(text, mount).into_bytes();
    }
    answer
}

fn unmounted_text(text: &str, mount: Mount) -> String {
    let (ours, recorded) = mount.hosts;
    let mut parts = text.split(ours);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // The port of the host, if it has one.
        let is_port = |letter: char| letter == ':' || letter.is_ascii_digit();
        let path = part.find(|letter| !is_port(letter)).unwrap_or(part.len());
        let (port, path) = part.split_at(path);
        out.extend([
            recorded,
            port,
            path.strip_prefix(mount.path).unwrap_or(path),
        ]);
    }
    out
}

fn captured(answer: &Answer, source: &Source) -> Option<String> {
    match source {
        Source::Header(name) => answer.header(name),
        Source::Json(path) => {
            let body = json::parse(&answer.text())?;
            let value = path
                .iter()
                .try_fold(&body, |value, step| match step.parse::<usize>() {
                    Ok(index) if value.is_array() => value.get(index),
                    _ => value.get(step),
                })?;
            Some(
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
            )
        }
    }
}
