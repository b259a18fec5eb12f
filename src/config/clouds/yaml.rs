//! YAML as `clouds.yaml` is written in: texts, lists and maps that know their lines.
//!
//! A scalar is a text whatever it looks like, since a password may look like a number.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// Deepest nesting that is followed.
const MOST_LEVELS: usize = 64;

/// A value and where it begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Node {
    /// Its line, from 1 on.
    pub line: usize,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing: `null`, `~`, or left out.
    Null,
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Arc<Node>>),
    /// Values by name, in order.
    Map(Vec<(String, Arc<Node>)>),
}

impl Node {
    /// A value of a map.
    pub fn get(&self, name: &str) -> Option<&Arc<Self>> {
        let members = self.members().iter();
        members
            .rev()
            .find_map(|(other, value)| (other == name).then_some(value))
    }

    /// The values of a map; of anything else none.
    pub fn members(&self) -> &[(String, Arc<Self>)] {
        match &self.value {
            Value::Map(members) => members,
            Value::Null | Value::Text(_) | Value::List(_) => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }
}

/// Why a text is no such YAML.
#[derive(Debug, PartialEq, Eq)]
pub struct YamlError {
    /// In which line, from 1 on.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl From<ScanError> for YamlError {
    fn from(error: ScanError) -> Self {
        Self {
            line: error.marker().line(),
            what: error.info().to_owned(),
        }
    }
}

/// Reads a document.
///
/// # Errors
/// When it is none, or there is another one behind it.
pub fn parse(text: &str) -> Result<Arc<Node>, YamlError> {
    let mut building = Building::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event?;
        building.take(event, span)?;
    }
    Ok(building.root.unwrap_or_else(|| {
        Arc::new(Node {
            line: 1,
            value: Value::Null,
        })
    }))
}

#[derive(Default)]
struct Building {
    open: Vec<Open>,
    anchored: HashMap<usize, Arc<Node>>,
    root: Option<Arc<Node>>,
}

/// A list or a map whose end has not come yet.
struct Open {
    line: usize,
    anchor: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Arc<Node>>),
    Map {
        members: Vec<(String, Arc<Node>)>,
        /// What the next value is called, and where that stands.
        name: Option<(String, usize)>,
        /// What is taken from other maps (`<<`), where it is not said here.
        merged: Vec<(String, Arc<Node>)>,
    },
}

impl Building {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let line = span.start.line();
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_plain = style == ScalarStyle::Plain;
                let value = match &*text {
                    "" | "~" | "null" | "Null" | "NULL" if is_plain => Value::Null,
                    text => Value::Text(text.to_owned()),
                };
                self.add(anchor, Node { line, value })
            }
            Event::SequenceStart(anchor, _) => self.begin(line, anchor, Kind::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let kind = Kind::Map {
                    members: Vec::new(),
                    name: None,
                    merged: Vec::new(),
                };
                self.begin(line, anchor, kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => match self.anchored.get(&anchor) {
                Some(node) => {
                    let node = Arc::clone(node);
                    self.put(node, line)
                }
                None => Err(wrong(line, "an alias of what it is in")),
            },
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(wrong(line, "a second document begins"))
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, line: usize, anchor: usize, kind: Kind) -> Result<(), YamlError> {
        if self.open.len() == MOST_LEVELS {
            return Err(wrong(line, "it is nested too deeply"));
        }
        self.open.push(Open { line, anchor, kind });
        Ok(())
    }

    fn end(&mut self) -> Result<(), YamlError> {
        let Some(Open { line, anchor, kind }) = self.open.pop() else {
            return Ok(());
        };
        let value = match kind {
            Kind::List(items) => Value::List(items),
            Kind::Map {
                mut members,
                merged,
                ..
            } => {
                for (name, value) in merged {
                    if !members.iter().any(|(own, _)| *own == name) {
                        members.push((name, value));
                    }
                }
                Value::Map(members)
            }
        };
        self.add(anchor, Node { line, value })
    }

    fn add(&mut self, anchor: usize, node: Node) -> Result<(), YamlError> {
        let (line, node) = (node.line, Arc::new(node));
        if anchor != 0 {
            self.anchored.insert(anchor, Arc::clone(&node));
        }
        self.put(node, line)
    }

    /// Puts a node, or what an alias in this line stands for, where it belongs.
    fn put(&mut self, node: Arc<Node>, line: usize) -> Result<(), YamlError> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.kind {
            Kind::List(items) => items.push(node),
            Kind::Map {
                members,
                name,
                merged,
            } => match name.take() {
                None => {
                    let said = node
                        .text()
                        .ok_or_else(|| wrong(line, "a name is no text"))?;
                    if members.iter().any(|(known, _)| known == said) {
                        return Err(wrong(line, &format!("{said:?} is there a second time")));
                    }
                    *name = Some((said.to_owned(), line));
                }
                Some((name, line)) if name == "<<" => merged.extend(merging(&node, line)?),
                Some((name, _)) => members.push((name, node)),
            },
        }
        Ok(())
    }
}

/// The members of a map, or of several, of which the first counts.
fn merging(node: &Node, line: usize) -> Result<Vec<(String, Arc<Node>)>, YamlError> {
    let maps: Vec<&Node> = match &node.value {
        Value::Map(_) => vec![node],
        Value::List(items) => items.iter().map(|item| &**item).collect(),
        Value::Null | Value::Text(_) => Vec::new(),
    };
    let is_map = |node: &&Node| matches!(node.value, Value::Map(_));
    if maps.is_empty() || !maps.iter().all(is_map) {
        return Err(wrong(line, "what is to be merged (<<) is no map"));
    }
    let members = maps.into_iter().flat_map(Node::members);
    Ok(members.cloned().collect())
}

fn wrong(line: usize, what: &str) -> YamlError {
    YamlError {
        line,
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, parse};

    #[test]
    fn what_people_write() {
        let text = "# a comment\nbase: &base\n  region: R1\n  secret: 'a: b'\nown:\n  <<: *base\n  region: R2\n  \
                    number: 0123\n  none: ~\n  empty: \"\"\n  list: [a, {b: c}]\n";
        let root = parse(text).unwrap();
        let own = root.get("own").unwrap();
        assert_eq!(own.line, 6);
        let said = |name: &str| own.get(name).unwrap().text();
        assert_eq!(said("region"), Some("R2"));
        assert_eq!(said("secret"), Some("a: b"));
        assert_eq!(said("number"), Some("0123"));
        assert_eq!(said("empty"), Some(""));
        assert_eq!(own.get("none").unwrap().value, Value::Null);
        assert_eq!(own.get("number").unwrap().line, 8);
        let Value::List(list) = &own.get("list").unwrap().value else {
            panic!("{own:?}");
        };
        assert_eq!(list[1].get("b").unwrap().text(), Some("c"));
        let json = parse("{\"clouds\": {\"a\": {\"password\": 12}}}").unwrap();
        let cloud = json.get("clouds").unwrap().get("a").unwrap();
        assert_eq!(cloud.get("password").unwrap().text(), Some("12"));
        assert_eq!(parse("").unwrap().value, Value::Null);
    }

    #[test]
    fn damage_is_named_by_its_line() {
        for (text, line) in [
            ("a:\n  b: [1, 2\nc: d\n", 3),
            ("a: 1\nb: 2\na: 3\n", 3),
            ("a: 1\n\tb: 2\n", 1),
            ("a: *b\n", 1),
            ("a: &x\n  b: *x\n", 2),
            ("a: 1\n---\nb: 2\n", 2),
            ("a:\n  <<: text\n", 2),
            ("[a]: b\n", 1),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.line, line, "{text:?}: {}", error.what);
        }
        let deep = "[".repeat(100);
        assert!(parse(&deep).unwrap_err().what.contains("deeply"));
        let deep = "- ".repeat(100_000);
        assert!(parse(&deep).unwrap_err().what.contains("deeply"));
    }
}
