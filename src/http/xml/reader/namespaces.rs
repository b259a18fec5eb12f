//! What Namespaces in XML 1.0 demands of the names in a tag, beyond what quick-xml does when it
//! binds prefixes.

use std::collections::HashMap;

use quick_xml::name::{NamespaceResolver, Prefix, PrefixDeclaration, QName, ResolveResult};

use super::error::XmlError;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
const UNBOUND: XmlError = XmlError::Malformed("a prefix is not bound");

/// Checks that prefixes are bound and may be, and that no two attributes have the same name in the
/// same namespace. What the tag declares is in scope already.
pub(super) fn check(
    element: QName<'_>,
    attributes: &[(QName<'_>, String)],
    scope: &NamespaceResolver,
) -> Result<(), XmlError> {
    // To quick-xml this one is bound like any other; no element may have it.
    if element.prefix().as_ref().is_some_and(Prefix::is_xmlns) {
        return Err(UNBOUND);
    }
    if let (ResolveResult::Unknown(_), _) = scope.resolve_element(element) {
        return Err(UNBOUND);
    }
    // By local names first: URIs may be long, and few attributes share a name.
    let mut seen: HashMap<&str, Vec<ResolveResult<'_>>> = HashMap::new();
    for (name, value) in attributes {
        check_declaration(*name, value)?;
        let (namespace, local_name) = scope.resolve_attribute(*name);
        if let ResolveResult::Unknown(_) = namespace {
            return Err(UNBOUND);
        }
        let known = seen.entry(local_name.into_inner()).or_default();
        if known.contains(&namespace) {
            return Err(XmlError::Malformed("an attribute is given twice"));
        }
        known.push(namespace);
    }
    Ok(())
}

fn check_declaration(name: QName<'_>, uri: &str) -> Result<(), XmlError> {
    match name.as_namespace_binding() {
        Some(PrefixDeclaration::Default) if matches!(uri, XML | XMLNS) => {
            Err(XmlError::Malformed("a reserved namespace is bound"))
        }
        Some(PrefixDeclaration::Named(_)) if uri.is_empty() => {
            Err(XmlError::Malformed("a prefix is bound to nothing"))
        }
        _ => Ok(()),
    }
}
