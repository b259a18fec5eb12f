//! Small crates, a line a file, to show what is a circle and what is none.

use super::circles::knots;
use super::graph::uses;
use std::path::PathBuf;

const CIRCLES: [(&str, &str); 9] = [
    (
        "two files",
        "lib.rs: mod a; mod b;
         a.rs: use crate::b::B; pub struct A(B);
         b.rs: pub struct B; fn f() { crate::a::A::new() }",
    ),
    (
        "round three files",
        "lib.rs: mod a; mod b; mod c;
         a.rs: use crate::{b::{g, h as i}}; pub fn f() { i() }
         b.rs: pub fn h() { crate::c::h() } pub fn g() {}
         c.rs: use crate::a; pub fn h() { let x: Vec<u8> = a::f::<'a', u8>(); }",
    ),
    (
        "a child names what its parent holds, and the parent calls the child",
        "lib.rs: mod a;
         a/mod.rs: mod rows; pub struct Failed; fn f() { rows::find() }
         a/rows.rs: use super::Failed; pub fn find() -> Failed { Failed }",
    ),
    (
        "through `super` within bodies",
        r#"lib.rs: mod a;
         a/mod.rs: mod b; mod c;
         a/b.rs: pub fn f() { super::c::g("x") }
         a/c.rs: pub fn g(x: &str) { super::super::a::b::f() }"#,
    ),
    (
        "through what fills a struct up, and a range",
        "lib.rs: mod a;
         a/mod.rs: mod b; mod c;
         a/b.rs: pub struct B { x: u8, y: u8 } pub fn f() -> B { B { x: 1, ..super::c::g() } }
         a/c.rs: use super::b::B; pub fn g() -> B { for _ in 0..super::b::f().x {} }",
    ),
    (
        "through what `mod.rs` and the root hand on",
        "lib.rs: mod a; mod c; pub use a::B;
         a/mod.rs: mod b; pub use b::{B as Own, f}; pub use Own as B;
         a/b.rs: use crate::c::*; pub struct B; pub fn f() { g() }
         c/mod.rs: mod d; pub use self::d::*;
         c/d.rs: pub fn g() -> crate::B { crate::B }",
    ),
    (
        "what a file hands on and makes use of itself",
        "lib.rs: mod a;
         a/mod.rs: mod b; pub use b::B; pub struct A(B);
         a/b.rs: pub struct B; impl B { fn f(a: &super::A) {} }",
    ),
    (
        "a type that asks for a function of its own in a file that names it",
        "lib.rs: mod a;
         a/mod.rs: mod b; pub struct A; impl A { fn f(&self) { self.g() } }
         a/b.rs: impl super::A { pub(super) fn g(&self) {} }",
    ),
    (
        "functions of one type in two files that need each other",
        "lib.rs: mod a; mod b; pub struct A; fn f() { A::g() }
         a.rs: use crate::A; impl<'a, T: Fn() -> u8> A { const fn g() { Self::h() } }
         b.rs: use crate::A; impl A { pub async fn h() { A::g() } }",
    ),
];

const NO_CIRCLES: [(&str, &str); 6] = [
    (
        "a parent declares and hands on what its children share",
        "lib.rs: pub mod a; pub use a::{B, c::C};
         a/mod.rs: /** super::b::B */ mod b; pub mod c; pub use b::B; pub(crate) use c::C;
         a/b.rs: use super::c::C; pub struct B(C);
         a/c.rs: pub struct C; // crate::a::B",
    ),
    (
        "imports through the parent of what another child holds",
        "lib.rs: mod a;
         a/mod.rs: mod error; mod rows; pub use error::Failed; fn f() { rows::find() }
         a/error.rs: pub struct Failed;
         a/rows.rs: use super::Failed; use crate::a::Failed as F; pub fn find() -> F {}",
    ),
    (
        "tests, wherever they stand",
        "lib.rs: mod a; #[cfg(test)] #[allow(x)] mod t; mod b;
         a.rs: pub struct A { x: u8, #[cfg(test)] b: crate::b::B } #[cfg(test)] mod tests { use crate::b::B; }
         b.rs: use crate::a::A; pub struct B(A); #[cfg(test)] use crate::t::T;
         t.rs: use crate::a::A; pub struct T(crate::b::B); pub fn f() { crate::a::g() }",
    ),
    (
        "functions and traits of a type in another file",
        "lib.rs: mod a; mod b;
         a.rs: pub struct A; impl A { fn f(&self) { other.g(); self.f() } }
         b.rs: use crate::a::A; pub struct B; impl A { fn g() {} } impl T for A {}",
    ),
    (
        "texts, characters and comments",
        r##"lib.rs: mod a; mod b;
         a.rs: pub struct A; fn f<'a>() { r#"crate::b::B"#; '"'; /* /* */ crate::b::B */ "\" crate::b::B"; b'\''; 'a' }
         b.rs: use crate::a::A; pub struct B;"##,
    ),
    (
        "one name for a module and for something else",
        "lib.rs: mod a; mod b; mod c;
         a.rs: use other::b; pub fn f(c: u8) -> u8 { b::f(); x.b; S { b: 1 }; c }
         b.rs: pub fn f() { crate::a::f() } pub mod inner { pub use super::f; }
         c.rs: use crate::b::inner; pub fn g() { inner::f() }",
    ),
];

fn knots_of(planted: &str) -> Vec<String> {
    let files = planted.lines().map(|line| {
        let (path, text) = line.trim().split_once(": ").unwrap();
        (PathBuf::from(path), text.to_owned())
    });
    knots(&uses(&files.collect::<Vec<_>>()))
}

#[test]
fn a_planted_circle_is_found() {
    for (what, planted) in CIRCLES {
        assert_eq!(knots_of(planted).len(), 1, "{what}");
    }
}

#[test]
fn what_is_no_use_makes_no_circle() {
    for (what, planted) in NO_CIRCLES {
        assert_eq!(knots_of(planted), [""; 0], "{what}");
    }
}
