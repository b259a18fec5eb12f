//! No two files use each other, directly or round a circle: whoever wants to understand, test or move
//! one of them can do so without the other.

use super::graph::{Uses, uses};
use super::sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Rooms that are being rewritten, and are looked at again when that is done. Each goes when its
/// circles have gone.
const BEING_REWRITTEN: [&str; 5] = [
    "api/",
    "emulator/",
    "http/request.rs",
    "http/reply.rs",
    // `reader.rs` calls its parts, and they use its `XmlError`.
    "http/xml/reader",
];

fn is_being_rewritten(path: &Path) -> bool {
    let path = path.display().to_string();
    BEING_REWRITTEN.iter().any(|room| path.starts_with(room))
}

/// The knots of files that use each other, each as the uses that make it.
fn knots(uses: &Uses) -> Vec<String> {
    let mut knots = Vec::new();
    let mut seen = BTreeSet::new();
    for file in uses.keys() {
        let knot: BTreeSet<_> = reached(uses, file)
            .into_iter()
            .filter(|other| reached(uses, other).contains(file))
            .collect();
        if knot.contains(file) && seen.insert(knot.clone()) {
            knots.push(shown(uses, &knot));
        }
    }
    knots
}

/// Everything that a file uses, directly or not.
fn reached<'u>(uses: &'u Uses, file: &'u PathBuf) -> BTreeSet<&'u PathBuf> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(next) = open.pop() {
        for used in uses.get(next).into_iter().flatten().map(|(used, _)| used) {
            if reached.insert(used) {
                open.push(used);
            }
        }
    }
    reached
}

fn shown(uses: &Uses, knot: &BTreeSet<&PathBuf>) -> String {
    let mut text = String::new();
    for file in knot {
        for (used, by) in uses[*file].iter().filter(|(used, _)| knot.contains(used)) {
            _ = writeln!(text, "{} -> {} ({by})", file.display(), used.display());
        }
    }
    text
}

/// The same, without the files that `left_out` says yes to.
fn without(uses: &Uses, left_out: impl Fn(&Path) -> bool) -> Uses {
    let kept = uses.iter().filter(|(file, _)| !left_out(file));
    let kept = kept.map(|(file, used)| {
        let used = used.iter().filter(|(file, _)| !left_out(file));
        let used = used.map(|(file, by)| (file.clone(), by.clone()));
        (file.clone(), used.collect())
    });
    kept.collect()
}

#[test]
fn no_files_go_round_in_a_circle() {
    let uses = uses(&sources());
    let edges: usize = uses.values().map(BTreeMap::len).sum();
    assert!(edges > 300, "only {edges} uses are found");
    let rewritten = knots(&without(&uses, |file| !is_being_rewritten(file)));
    println!(
        "Circles in what is being rewritten:\n{}",
        rewritten.join("\n")
    );
    let knots = knots(&without(&uses, is_being_rewritten));
    assert!(knots.is_empty(), "Circles:\n{}", knots.join("\n"));
}

fn planted(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
        .collect();
    knots(&uses(&files))
}

const ROOT: (&str, &str) = ("lib.rs", "mod a; mod b; mod c;");

#[test]
fn a_planted_circle_is_found() {
    for files in [
        // Two files.
        &[
            ROOT,
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "pub struct B; fn f() { crate::a::A::new() }"),
        ][..],
        // Round three.
        &[
            ROOT,
            ("a.rs", "use crate::{b::{g, h as i}}; pub fn f() { i() }"),
            ("b.rs", "pub fn h() { crate::c::h() } pub fn g() {}"),
            (
                "c.rs",
                "use crate::a; pub fn h() { let x: Vec<u8> = a::f::<'a', u8>(); }",
            ),
        ],
        // A child names what its parent holds, and the parent calls the child.
        &[
            ("lib.rs", "mod a;"),
            (
                "a/mod.rs",
                "mod rows; pub struct Failed; fn f() { rows::find() }",
            ),
            (
                "a/rows.rs",
                "use super::Failed; pub fn find() -> Failed { Failed }",
            ),
        ],
        // Through `super::` within a body.
        &[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod b; mod c;"),
            ("a/b.rs", "pub fn f() { super::c::g(\"x\") }"),
            ("a/c.rs", "pub fn g(x: &str) { super::super::a::b::f() }"),
        ],
        // Through what two `mod.rs` hand on.
        &[
            ("lib.rs", "mod a; mod c; pub use a::B;"),
            (
                "a/mod.rs",
                "mod b; pub use b::{B as Own, f}; pub use Own as B;",
            ),
            (
                "a/b.rs",
                "use crate::c::*; pub struct B; pub fn f() { g() }",
            ),
            ("c/mod.rs", "mod d; pub use self::d::*;"),
            ("c/d.rs", "pub fn g() -> crate::B { crate::B }"),
        ],
        // A re-export that the file itself makes use of.
        &[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod b; pub use b::B; pub struct A(B);"),
            ("a/b.rs", "pub struct B; impl B { fn f(a: &super::A) {} }"),
        ],
        // A type whose functions are spread over files which need each other.
        &[
            ("lib.rs", "mod a;"),
            (
                "a/mod.rs",
                "mod b; pub struct A; impl A { fn f(&self) { self.g() } }",
            ),
            ("a/b.rs", "impl super::A { pub(super) fn g(&self) {} }"),
        ],
        &[
            ("lib.rs", "mod a; mod b; pub struct A; fn f() { A::g() }"),
            (
                "a.rs",
                "use crate::A; impl<'a, T: Fn() -> u8> A { const fn g() { Self::h() } }",
            ),
            (
                "b.rs",
                "use crate::A; impl A { pub async fn h() { A::g() } }",
            ),
        ],
    ] {
        assert_eq!(planted(files).len(), 1, "{files:#?}");
    }
}

#[test]
fn what_is_no_use_makes_no_circle() {
    for files in [
        // A parent declares and hands on what its children share among themselves.
        &[
            ("lib.rs", "pub mod a; pub use a::{B, c::C};"),
            (
                "a/mod.rs",
                "//! super::b::B\nmod b; pub mod c; pub use b::B; pub(crate) use c::C;",
            ),
            ("a/b.rs", "use super::c::C; pub struct B(C);"),
            ("a/c.rs", "pub struct C; // crate::a::B"),
        ][..],
        // Imports through the parent of what another child holds.
        &[
            ("lib.rs", "mod a;"),
            (
                "a/mod.rs",
                "mod error; mod rows; pub use error::Failed; fn f() { rows::find() }",
            ),
            ("a/error.rs", "pub struct Failed;"),
            (
                "a/rows.rs",
                "use super::Failed; use crate::a::Failed as F; pub fn find() -> F {}",
            ),
        ],
        // Tests may.
        &[
            ("lib.rs", "mod a; #[cfg(test)] #[allow(x)] mod t; mod b;"),
            (
                "a.rs",
                "pub struct A; #[cfg(test)] mod tests { use crate::b::B; fn f(b: B) {} }",
            ),
            (
                "b.rs",
                "use crate::a::A; pub struct B(A); #[cfg(test)] use crate::t::T;",
            ),
            (
                "t.rs",
                "use crate::a::A; pub struct T(crate::b::B); pub fn f() { crate::a::g() }",
            ),
        ],
        &[
            ROOT,
            (
                "a.rs",
                "pub struct A { x: u8, #[cfg(test)] b: crate::b::B }",
            ),
            ("b.rs", "pub struct B(crate::a::A);"),
        ],
        // The functions and traits of a type in another file, a text, a character, a comment.
        &[
            ROOT,
            (
                "a.rs",
                "pub struct A; impl A { fn f(&self) { other.g(); r#\"crate::b::B\"#; '\"' } }",
            ),
            (
                "b.rs",
                "use crate::a::A; pub struct B; impl A { fn g() {} } impl T for A {}",
            ),
            (
                "c.rs",
                "/* /* */ crate::b::B */ fn f<'a>() { \"\\\" crate::b\"; b'\\''; 'a' }",
            ),
        ],
        // A module and something in another one may have one name.
        &[
            ROOT,
            (
                "a.rs",
                "use other::b; pub fn f(c: u8) -> u8 { b::f(); x.b; S { b: 1 }; c }",
            ),
            (
                "b.rs",
                "pub fn f() { crate::a::f() } pub mod inner { pub use super::f; }",
            ),
            ("c.rs", "use crate::b::inner; pub fn g() { inner::f() }"),
        ],
    ] {
        assert_eq!(planted(files), [""; 0], "{files:#?}");
    }
}
