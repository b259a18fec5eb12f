//! Bodies from the recordings, and what Python's minidom was seen to take or refuse.

#![allow(clippy::unwrap_used)]

use super::*;

fn parse(body: &str) -> Element {
    read(body.as_bytes()).unwrap()
}

fn metas(root: &Element) -> Vec<(&str, &str)> {
    root.children
        .iter()
        .map(|meta| (meta.attribute("key").unwrap(), meta.text.as_str()))
        .collect()
}

#[test]
fn recorded_bodies() {
    // Juno, recordings 260 to 280, 714 to 721
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <metadata xmlns=\"http://docs.openstack.org/compute/api/v1.1\">";
    for (inner, expected) in [
        (
            r#"<meta key="a">1</meta><meta key="architecture">arm</meta>"#,
            vec![("a", "1"), ("architecture", "arm")],
        ),
        (
            r#"<meta key="a"/><meta key="b"></meta>"#,
            vec![("a", ""), ("b", "")],
        ),
        ("<meta key=\" a \">  1\n </meta>", vec![(" a ", "  1\n ")]),
        (r#"<meta key="a">x<b>y</b>z</meta>"#, vec![("a", "xz")]),
        (
            r#"<meta key="a"><![CDATA[<x>&]]></meta>"#,
            vec![("a", "<x>&")],
        ),
        (
            r#"<!-- c --><meta key="a">1<!-- c -->2</meta>"#,
            vec![("a", "12")],
        ),
        (r#"<meta key="ü">☃</meta>"#, vec![("ü", "☃")]),
        (
            r#"<?pi y?><meta key="a">1<?pi z?>2</meta>"#,
            vec![("a", "12")],
        ),
    ] {
        let root = parse(&format!("{head}{inner}</metadata>"));
        assert_eq!(metas(&root), expected, "{inner}");
        assert_eq!(root.local_name, "metadata");
        assert!(root.attributes.is_empty());
    }
    let bom = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata/>";
    assert_eq!(parse(bom).local_name, "metadata");
    assert_eq!(parse("<!-- c --><metadata/>").local_name, "metadata");
    assert_eq!(
        parse("<?pi x?><metadata/>\n<?pi?> <!-- -->").local_name,
        "metadata"
    );
    let latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\
        <metadata><meta key=\"a\">ü</meta></metadata>";
    assert_eq!(metas(&parse(latin)), [("a", "Ã¼")]);
    let nested = parse("<metadata><x><meta key=\"a\">1</meta></x></metadata>");
    assert_eq!(nested.children[0].children[0].text, "1");
}

#[test]
fn prefixes_are_those_in_scope() {
    let root = parse(r#"<n:a xmlns:n="urn:x" n:key="1" key="2"><b/></n:a>"#);
    assert_eq!(root.local_name, "a");
    assert_eq!(root.attribute("n:key"), Some("1"));
    assert_eq!(root.attribute("key"), Some("2"));
    assert_eq!(root.attributes.len(), 2);
    for body in [
        "<a xml:lang='x'/>",
        "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='x'/>",
        "<a xmlns='u'><b xmlns=''/></a>",
        "<p:a xmlns:p='u'><b xmlns:p='v' p:x='1'/><p:c p:x='1' x='2'/></p:a>",
        "<a xmlns:p='u' xmlns:q='v' p:x='1' q:x='2' x='3'/>",
        "<a xmlns:p='u' xmlns:q='u'><b xmlns:q='v' p:x='1' q:x='2'/></a>",
        "<a xmlns-b='x'/>",
    ] {
        assert!(read(body.as_bytes()).is_ok(), "{body:?}");
    }
}

#[test]
fn values_and_line_ends_are_normalised() {
    let root = parse("<a b=\"x&#10;y\t\r\nz&#13;\">a\r\nb\rc&#13;]]&gt;&amp;amp;</a>");
    assert_eq!(root.attribute("b"), Some("x\ny  z\r"));
    assert_eq!(root.text, "a\nb\nc\r]]>&amp;");
    let root = parse("<a b=']]>' c = \"'\"  >\u{7f}\u{80}\u{feff}<!----></a >");
    assert_eq!(root.attribute("b"), Some("]]>"));
    assert_eq!(root.text, "\u{7f}\u{80}\u{feff}");
}

#[test]
fn recorded_refusals() {
    // Juno, recordings 283 to 290 and the table "Writing metadata"
    for body in [
        "<metadata><meta key=\"a\">1</metadata>",
        "<?xml version=\"1.0\" encoding=\"TF-8\"?><metadata/>",
        "<!DOCTYPE metadata><metadata><meta key=\"a\">1</meta></metadata>",
        "<!DOCTYPE m [<!ENTITY e \"boom\">]><metadata><meta key=\"a\">&e;</meta></metadata>",
        "<!DOCTYPE m [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><metadata>&e;</metadata>",
        "<metadata><meta key=\"a\">&nope;</meta></metadata>",
        " <?xml version=\"1.0\"?><metadata/>",
        "<metadata><meta n:key=\"a\"/></metadata>",
        "",
    ] {
        assert!(read(body.as_bytes()).is_err(), "{body:?}");
    }
}

/// Documents that are not well-formed, or use namespaces in a way that they must not be used in.
const REFUSED: &[&str] = &[
    " ",
    "x",
    "x<a/>",
    "<a/>x",
    "<a/><b/>",
    "<a/><![CDATA[]]>",
    "&amp;<a/>",
    "<a/>&#32;",
    "<a",
    "<a>",
    "</a>",
    "<a></b>",
    "<a></ a>",
    "<a></a b>",
    "<a/ >",
    "<>",
    "< a/>",
    "<a/></a>",
    "<1a/>",
    "<a b=1/>",
    "<a b/>",
    "<a b='1'c='2'/>",
    "<a b='1' b='2'/>",
    "<a b='<'/>",
    "<a b='&'/>",
    "<a b='1'\u{a0}c='2'/>",
    "<a b='1' \"/>",
    "<a ='1'/>",
    "<a>]]></a>",
    "<a>&</a>",
    "<a>& b</a>",
    "<a>&amp ;</a>",
    "<a>&#1;</a>",
    "<a>\u{1}</a>",
    "<a>\u{ffff}</a>",
    "<a b='\u{1f}'/>",
    "<!--\u{1}--><a/>",
    "<?x \u{1}?><a/>",
    "<!-- a--b --><a/>",
    "<!-- a---><a/>",
    "<!--><a/>",
    "<!---><a/>",
    "<!-- <a/>",
    "<?XML z?><a/>",
    "<? x?><a/>",
    "<??><a/>",
    "<?x:y z?><a/>",
    "<a><?x?y?></a>",
    "<?x><a/>",
    "<a/><?xml version='1.0'?>",
    "<?xml?><a/>",
    "<?xml version='1.0'><a/>",
    "<!doctype a><a/>",
    "<!DOCTYPE a",
    "<a><![cdata[x]]></a>",
    "<a><![CDATA[x]></a>",
    "<!x><a/>",
    "<p:a/>",
    "<a p:x='1'/>",
    "<xmlns:a/>",
    "<a:b:c xmlns:a='x' xmlns:b='y'/>",
    "<a xmlns:p=''/>",
    "<a xmlns:xml='x'/>",
    "<a xmlns:xmlns='x'/>",
    "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
    "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
    "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
    "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
    "<a xmlns:='x'/>",
    "<a xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>",
    "<a xmlns:p='u' xmlns:p='u'/>",
    "<a><b xmlns:p='u'/><p:c/></a>",
    "<a><b xmlns:p='u'></b><c p:x='1'/></a>",
    "<a xmlns:p='u'><b xmlns:q='u' p:x='1' q:x='2'/></a>",
    "\u{feff}\u{feff}<a/>",
];

#[test]
fn what_expat_refuses_is_refused() {
    for body in REFUSED {
        assert!(read(body.as_bytes()).is_err(), "{body:?}");
    }
    assert!(matches!(read(b"<!DOCTYPE a><a/>"), Err(XmlError::Doctype)));
    assert!(read(b"<a>\xff</a>").is_err());
}

#[test]
fn size_is_bounded() {
    let nested = |depth| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(read(nested(MAX_DEPTH).as_bytes()).is_ok());
    let error = read(nested(MAX_DEPTH + 1).as_bytes());
    assert!(matches!(error, Err(XmlError::TooDeep)));

    let wide = |count| format!("<a>{}</a>", "<b/>".repeat(count));
    assert!(read(wide(MAX_ELEMENTS - 1).as_bytes()).is_ok());
    let error = read(wide(MAX_ELEMENTS).as_bytes());
    assert!(matches!(error, Err(XmlError::TooManyElements)));

    let scoped = |count| {
        let uris = (0..count).map(|number| format!(" xmlns:p{number}='u{number}'"));
        format!("<a{}/>", uris.collect::<String>())
    };
    assert!(read(scoped(MAX_NAMESPACES).as_bytes()).is_ok());
    assert!(read(scoped(MAX_NAMESPACES + 1).as_bytes()).is_err());

    let long = |length| format!("<a>{}</a>", "x".repeat(length - 7));
    assert!(read(long(MAX_BYTES).as_bytes()).is_ok());
    let error = read(long(MAX_BYTES + 1).as_bytes());
    assert!(matches!(error, Err(XmlError::TooLong)));
}

#[test]
fn any_cut_of_a_body_is_refused_and_none_panics() {
    let body = "<?xml version='1.0'?><!--c--><?p x?><n:a xmlns:n='u' b='&#x41;é'>\
        t<![CDATA[<]]>&lt;<c d=\"e\"/></n:a>";
    for end in 0..body.len() {
        assert!(read(&body.as_bytes()[..end]).is_err(), "{end}");
    }
    assert!(read(body.as_bytes()).is_ok());
}
