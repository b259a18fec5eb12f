//! XML as a tree that a test can look into.

use roxmltree::{Document, Node};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// An element; names are `{namespace}local`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Self>,
    /// Its text, where it has no children.
    pub text: String,
}

impl Element {
    /// Reads a document, which must be well-formed.
    pub fn parse(text: &str) -> Self {
        let document =
            Document::parse(text).unwrap_or_else(|error| panic!("malformed XML: {error}: {text}"));
        Self::read(document.root_element())
    }

    fn read(node: Node<'_, '_>) -> Self {
        let children: Vec<_> = node
            .children()
            .filter(Node::is_element)
            .map(Self::read)
            .collect();
        let text = node.descendants().filter(Node::is_text);
        let text = text.filter_map(|text| text.text()).collect();
        Self {
            name: full_name(node.tag_name().namespace(), node.tag_name().name()),
            attributes: node
                .attributes()
                .map(|attribute| {
                    let name = full_name(attribute.namespace(), attribute.name());
                    (name, attribute.value().to_owned())
                })
                .collect(),
            text: if children.is_empty() {
                text
            } else {
                String::new()
            },
            children,
        }
    }

    pub fn local_name(&self) -> &str {
        local(&self.name)
    }

    /// The attribute of a name, whatever its namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| local(known) == name)
            .map(|(_, value)| value.as_str())
    }

    /// The children of a name, whatever their namespace.
    pub fn named(&self, name: &str) -> Vec<&Self> {
        let children = self.children.iter();
        children
            .filter(|child| child.local_name() == name)
            .collect()
    }

    /// The only child of a name.
    pub fn child(&self, name: &str) -> &Self {
        match self.named(name).as_slice() {
            [child] => child,
            others => panic!("{} times {name} in {self:?}", others.len()),
        }
    }

    /// A text that is equal for equal documents: attributes have no order, nor have the children of
    /// `metadata`, and layout does not count.
    pub fn canonical(&self) -> String {
        let mut out = format!("<{}", self.name);
        for (name, value) in &self.attributes {
            _ = write!(out, " {name}={value:?}");
        }
        let mut children: Vec<_> = self.children.iter().map(Self::canonical).collect();
        if self.local_name() == "metadata" {
            children.sort();
        }
        _ = write!(out, ">{:?}\n{}</>", self.text.trim(), children.join("\n"));
        out
    }

    /// Takes an attribute away here and below.
    pub fn strip(&mut self, attribute: &str) {
        self.attributes.retain(|name, _| local(name) != attribute);
        for child in &mut self.children {
            child.strip(attribute);
        }
    }

    /// Rewrites every attribute of a name here and below.
    pub fn rewrite(&mut self, attribute: &str, change: &impl Fn(&str) -> String) {
        for (name, value) in &mut self.attributes {
            if local(name) == attribute {
                *value = change(value);
            }
        }
        for child in &mut self.children {
            child.rewrite(attribute, change);
        }
    }
}

fn full_name(namespace: Option<&str>, local: &str) -> String {
    match namespace {
        Some(namespace) => format!("{{{namespace}}}{local}"),
        None => local.to_owned(),
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once('}').map_or(name, |(_, local)| local)
}
