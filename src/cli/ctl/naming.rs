//! What the values of an operation are called on a command line.

use super::operation::Operation;
use super::schema::{Flag, Form};
use std::collections::{BTreeMap, BTreeSet};

/// The values of an operation, each by its name.
#[derive(Debug)]
pub struct Named<'o> {
    /// What stands in the path, in order.
    pub parts: Vec<Argument<'o>>,
    /// What stands in the query.
    pub query: Vec<Argument<'o>>,
    /// What stands in the body.
    pub body: Vec<Argument<'o>>,
}

/// One value.
#[derive(Debug)]
pub struct Argument<'o> {
    /// What it is found by behind the command line.
    pub id: String,
    /// How it is given.
    pub given: Given,
    /// What it may be; a part of the path is any text.
    pub flag: Option<&'o Flag>,
}

/// How a value is given.
#[derive(Debug, PartialEq, Eq)]
pub enum Given {
    /// By its place.
    There(String),
    /// `--match-operation`, or shorter.
    Flag {
        /// The name in the help.
        name: String,
        /// The long one, where that is another.
        alias: Option<String>,
    },
}

impl<'o> Named<'o> {
    /// Names the values of an operation. What all operations take is `reserved`; the parts of paths that
    /// a room has are `keys`: a member that must be there and is called like one stands in its place.
    pub fn of(operation: &'o Operation, reserved: &[String], keys: &BTreeSet<&str>) -> Self {
        let body: Vec<&Flag> = operation.body.iter().flat_map(|body| &body.flags).collect();
        let mut shorts: BTreeMap<String, usize> = BTreeMap::new();
        for flag in operation.query.iter().chain(body.iter().copied()) {
            *shorts.entry(short(flag)).or_default() += 1;
        }
        let mut names = Names {
            shorts,
            taken: reserved.iter().cloned().collect(),
        };
        let parts = operation.parts.iter().map(|name| Argument {
            id: format!("path:{name}"),
            given: Given::There(name.to_uppercase()),
            flag: None,
        });
        let query = operation.query.iter().map(|flag| names.name("query", flag));
        Self {
            parts: parts.collect(),
            query: query.collect(),
            body: body
                .into_iter()
                .map(|flag| match flag.place.as_slice() {
                    [name] if flag.is_required && keys.contains(&**name) => Argument {
                        id: id("body", flag),
                        given: Given::There(name.to_uppercase()),
                        flag: Some(flag),
                    },
                    _ => names.name("body", flag),
                })
                .collect(),
        }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Argument<'o>> {
        self.parts.iter().chain(&self.query).chain(&self.body)
    }
}

/// The names of an operation's values, as they are given away.
struct Names {
    /// How many would like to have a name.
    shorts: BTreeMap<String, usize>,
    /// Those that are gone.
    taken: BTreeSet<String>,
}

impl Names {
    /// The shortest name that is clear and free, and the long one beside it.
    fn name<'o>(&mut self, place: &str, flag: &'o Flag) -> Argument<'o> {
        let (short, long) = (short(flag), long(flag));
        let is_clear = self.shorts.get(&short) == Some(&1);
        let last = format!("{place}-{long}");
        let wanted = [is_clear.then_some(short), Some(long.clone())];
        let mut wanted = wanted.into_iter().flatten();
        let free = wanted.find(|name| !self.taken.contains(name));
        let name = free.unwrap_or(last);
        self.taken.insert(name.clone());
        let alias = (name != long && self.taken.insert(long.clone())).then_some(long);
        Argument {
            id: id(place, flag),
            given: Given::Flag { name, alias },
            flag: Some(flag),
        }
    }
}

fn id(place: &str, flag: &Flag) -> String {
    format!("{place}:{}", flag.place.join("."))
}

/// The last word; what a whole body holds beside its named members is `set`.
fn short(flag: &Flag) -> String {
    let last = flag.place.last().map_or("set", String::as_str);
    match (&flag.form, last.strip_suffix('s')) {
        // Given one by one.
        (Form::Many(_) | Form::Pairs(_), Some(one)) if !one.ends_with('s') => word(one),
        _ => word(last),
    }
}

fn long(flag: &Flag) -> String {
    match flag.place.split_last() {
        Some((_, [])) | None => short(flag),
        Some((_, before)) => {
            let before: Vec<_> = before.iter().map(|name| word(name)).collect();
            format!("{}-{}", before.join("-"), short(flag))
        }
    }
}

fn word(name: &str) -> String {
    name.replace(['_', ' '], "-").to_lowercase()
}
