//! Comparison of XML bodies: names by namespace, attributes as a set, children in order where order
//! means something. Prefixes, quotes, the declaration, and white space between elements are free.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use super::compare::Difference;
use super::multiset;
use super::pattern::Context;

/// An element with nothing in it that the comparison leaves out.
#[derive(Debug)]
pub struct Element {
    name: Name,
    attributes: BTreeMap<Name, String>,
    children: Vec<Child>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    namespace: Option<String>,
    local: String,
}

#[derive(Debug)]
enum Child {
    Element(Element),
    Text(String),
}

/// Reads a document as its root element.
pub fn parse(body: &str) -> Result<Element, String> {
    let document = Document::parse(body).map_err(|error| format!("malformed XML: {error}"))?;
    Ok(element(document.root_element()))
}

/// The first difference between a recorded element and ours.
pub fn difference(context: &Context, expected: &Element, actual: &Element) -> Option<Difference> {
    let found = if expected.name == actual.name {
        attribute_difference(context, expected, actual)
            .or_else(|| children_difference(context, expected, actual))
    } else {
        Some(Difference::between(
            &expected.name.shown(),
            &actual.name.shown(),
        ))
    };
    found.map(|found| found.below(&format!("/{}", expected.name.local)))
}

fn attribute_difference(
    context: &Context,
    expected: &Element,
    actual: &Element,
) -> Option<Difference> {
    for (name, recorded) in &expected.attributes {
        let found = match actual.attributes.get(name) {
            Some(ours) if same_attribute(context, name, recorded, ours) => continue,
            Some(ours) => Difference::between(recorded, ours),
            None => Difference::new(format!("expected {recorded:?} got nothing")),
        };
        return Some(found.below(&format!("/@{}", name.shown())));
    }
    let (name, ours) = actual
        .attributes
        .iter()
        .find(|(name, _)| !expected.attributes.contains_key(*name))?;
    let what = format!("expected nothing got {ours:?}");
    Some(Difference::new(what).below(&format!("/@{}", name.shown())))
}

fn same_attribute(context: &Context, name: &Name, expected: &str, actual: &str) -> bool {
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    if context.rules.free_numbers.contains(&name.local.as_str()) && is_number(expected) {
        is_number(actual)
    } else {
        context.same_text(expected, actual)
    }
}

fn children_difference(
    context: &Context,
    expected: &Element,
    actual: &Element,
) -> Option<Difference> {
    let (recorded, ours) = (&expected.children, &actual.children);
    if recorded.len() == ours.len()
        && context
            .rules
            .unordered_children
            .contains(&expected.name.local)
    {
        let fits = |left: usize, right: usize| {
            child_difference(context, &recorded[left], &ours[right]).is_none()
        };
        let (left, right) = multiset::pair(recorded.len(), &fits).err()?;
        return child_difference(context, &recorded[left], &ours[right])
            .map(|found| found.below("[*]"));
    }
    for (index, (recorded, ours)) in recorded.iter().zip(ours).enumerate() {
        if let Some(found) = child_difference(context, recorded, ours) {
            return Some(found.below(&format!("[{index}]")));
        }
    }
    let what = format!("expected {} children got {}", recorded.len(), ours.len());
    (recorded.len() != ours.len()).then(|| Difference::new(what))
}

fn child_difference(context: &Context, expected: &Child, actual: &Child) -> Option<Difference> {
    match (expected, actual) {
        (Child::Element(recorded), Child::Element(ours)) => difference(context, recorded, ours),
        (Child::Text(recorded), Child::Text(ours)) => (!context.same_text(recorded, ours))
            .then(|| Difference::between(recorded, ours).below("/text()")),
        (recorded, ours) => Some(Difference::between(&recorded.shown(), &ours.shown())),
    }
}

fn element(node: Node) -> Element {
    let mut children: Vec<Child> = Vec::new();
    for child in node.children() {
        if child.is_element() {
            children.push(Child::Element(element(child)));
        } else if let (true, Some(text)) = (child.is_text(), child.text()) {
            // A comment may split a text; what it says is the same.
            match children.last_mut() {
                Some(Child::Text(before)) => before.push_str(text),
                _ => children.push(Child::Text(text.to_owned())),
            }
        }
    }
    // Between elements white space is layout; alone in an element it is the value.
    if children
        .iter()
        .any(|child| matches!(child, Child::Element(_)))
    {
        children.retain(|child| !matches!(child, Child::Text(text) if text.trim().is_empty()));
    }
    Element {
        name: Name::new(node.tag_name().namespace(), node.tag_name().name()),
        attributes: node
            .attributes()
            .map(|attribute| {
                (
                    Name::new(attribute.namespace(), attribute.name()),
                    attribute.value().to_owned(),
                )
            })
            .collect(),
        children,
    }
}

impl Name {
    fn new(namespace: Option<&str>, local: &str) -> Self {
        // An empty default namespace is none.
        let namespace = namespace
            .filter(|namespace| !namespace.is_empty())
            .map(str::to_owned);
        Self {
            namespace,
            local: local.to_owned(),
        }
    }

    fn shown(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{{{namespace}}}{}", self.local),
            None => self.local.clone(),
        }
    }
}

impl Child {
    fn shown(&self) -> String {
        match self {
            Self::Element(element) => format!("<{}>", element.name.shown()),
            Self::Text(text) => text.clone(),
        }
    }
}
