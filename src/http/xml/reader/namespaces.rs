//! The namespaces in scope, by the rules of Namespaces in XML 1.0.
//!
//! URIs are kept once and compared by number, so a long one used by thousands of elements or
//! attributes costs neither their memory nor their time.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexSet;

use super::{XmlError, lexical};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
const UNBOUND: XmlError = XmlError::Malformed("a prefix is not bound");

/// The bindings of prefixes to URIs, the default namespace being that of the empty prefix.
pub(super) struct Namespaces {
    uris: IndexSet<Arc<str>>,
    /// The bindings of each prefix, innermost last; `None` is `xmlns=""`.
    bindings: HashMap<String, Vec<Option<usize>>>,
    /// The prefixes each open element binds.
    scopes: Vec<Vec<String>>,
}

impl Default for Namespaces {
    fn default() -> Self {
        Self {
            uris: IndexSet::from([Arc::from(XML)]),
            bindings: HashMap::from([("xml".to_owned(), vec![Some(0)])]),
            scopes: Vec::new(),
        }
    }
}

/// Returns the prefix an attribute binds if it is a declaration; `xmlns` alone binds the empty one.
pub(super) fn declared_prefix(attribute: &str) -> Option<&str> {
    match attribute.strip_prefix("xmlns") {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix(':'),
        None => None,
    }
}

impl Namespaces {
    /// Opens the scope of an element and binds what its attributes declare.
    pub(super) fn enter(&mut self, attributes: &[(&str, String)]) -> Result<(), XmlError> {
        let mut scope = Vec::new();
        for (name, uri) in attributes {
            let Some(prefix) = declared_prefix(name) else {
                continue;
            };
            check_binding(prefix, uri)?;
            let id = if uri.is_empty() {
                None
            } else {
                Some(self.uris.insert_full(Arc::from(uri.as_str())).0)
            };
            self.bindings.entry(prefix.to_owned()).or_default().push(id);
            scope.push(prefix.to_owned());
        }
        self.scopes.push(scope);
        Ok(())
    }

    /// Closes the scope of the innermost element.
    pub(super) fn leave(&mut self) {
        for prefix in self.scopes.pop().unwrap_or_default() {
            if let Some(bindings) = self.bindings.get_mut(&prefix) {
                bindings.pop();
            }
        }
    }

    /// Returns the URI of an element's prefix; without one, that of the default namespace.
    pub(super) fn resolve(&self, prefix: Option<&str>) -> Result<Option<&Arc<str>>, XmlError> {
        let id = match prefix {
            Some(prefix) => Some(self.resolve_id(prefix)?),
            None => self.innermost(""),
        };
        Ok(id.and_then(|id| self.uris.get_index(id)))
    }

    /// Returns the number of the URI a prefix is bound to.
    pub(super) fn resolve_id(&self, prefix: &str) -> Result<usize, XmlError> {
        self.innermost(prefix).ok_or(UNBOUND)
    }

    fn innermost(&self, prefix: &str) -> Option<usize> {
        self.bindings.get(prefix)?.last().copied().flatten()
    }
}

fn check_binding(prefix: &str, uri: &str) -> Result<(), XmlError> {
    if !prefix.is_empty() {
        lexical::split_name(prefix)?;
        if uri.is_empty() {
            return Err(XmlError::Malformed("a prefix is bound to nothing"));
        }
    }
    if prefix == "xmlns" || uri == XMLNS || (prefix == "xml") != (uri == XML) {
        return Err(XmlError::Malformed("a reserved namespace is bound"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn enter(namespaces: &mut Namespaces, name: &str, uri: &str) -> Result<(), XmlError> {
        namespaces.enter(&[(name, uri.to_owned())])
    }

    #[test]
    fn inner_bindings_hide_outer_ones() {
        let mut namespaces = Namespaces::default();
        assert!(namespaces.resolve(None).unwrap().is_none());
        enter(&mut namespaces, "xmlns", "urn:a").unwrap();
        enter(&mut namespaces, "xmlns:p", "urn:b").unwrap();
        enter(&mut namespaces, "xmlns", "").unwrap();
        assert!(namespaces.resolve(None).unwrap().is_none());
        assert_eq!(&**namespaces.resolve(Some("p")).unwrap().unwrap(), "urn:b");
        namespaces.leave();
        assert_eq!(&**namespaces.resolve(None).unwrap().unwrap(), "urn:a");
        namespaces.leave();
        assert!(namespaces.resolve(Some("p")).is_err());
        assert_eq!(&**namespaces.resolve(Some("xml")).unwrap().unwrap(), XML);
    }

    #[test]
    fn reserved_names_stay_reserved() {
        let mut namespaces = Namespaces::default();
        assert!(enter(&mut namespaces, "xmlns:xml", XML).is_ok());
        for (name, uri) in [
            ("xmlns:p", ""),
            ("xmlns:xml", "urn:a"),
            ("xmlns:p", XML),
            ("xmlns", XML),
            ("xmlns", XMLNS),
            ("xmlns:xmlns", "urn:a"),
        ] {
            assert!(enter(&mut namespaces, name, uri).is_err(), "{name}={uri}");
        }
    }
}
