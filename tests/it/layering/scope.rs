//! What a module holds and what it names, read from its tokens.

use super::code::{Token, closing, end_of_item};
use std::collections::HashMap;

/// A module, by its names from the crate's root.
pub type ModulePath = Vec<String>;

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// Something that is written here.
    Item,
    /// A module below.
    Module,
    /// Something from elsewhere, by its path as it stands here.
    Import(Vec<String>),
}

/// An `impl` block of a type.
#[derive(Debug, Default)]
pub struct Impl {
    /// The type, as it is named here.
    pub of: Vec<String>,
    /// The functions of an inherent one.
    pub functions: Vec<String>,
    /// The functions that it asks its own type for: `self.x`, `Self::x`.
    pub asks: Vec<String>,
}

/// A module's names.
#[derive(Debug, Default)]
pub struct Scope {
    pub names: HashMap<String, Vec<Meaning>>,
    /// What `use x::*` opens.
    pub globs: Vec<Vec<String>>,
    /// The paths that its code and its private imports name. A re-export is none.
    pub paths: Vec<Vec<String>>,
    pub impls: Vec<Impl>,
}

/// The scopes of a file: its own and those of the modules that stand in it.
pub fn scopes(module: ModulePath, tokens: &[Token]) -> Vec<(ModulePath, Scope)> {
    let mut scopes = Vec::new();
    read(module, tokens, &mut scopes);
    scopes
}

/// The path of every `use`, and of every name in the code.
pub fn all_paths(tokens: &[Token]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is_word("use") {
            let end = end_of_item(tokens, at);
            paths.extend(
                imports(&tokens[at + 1..end])
                    .into_iter()
                    .map(|one| one.path),
            );
            at = end;
        } else {
            let path = path_at(tokens, at);
            at += path.len().max(1) * 2 - 1;
            paths.extend((!path.is_empty()).then_some(path));
        }
    }
    paths
}

fn read(module: ModulePath, tokens: &[Token], scopes: &mut Vec<(ModulePath, Scope)>) {
    let mut scope = Scope::default();
    let mut at = 0;
    while at < tokens.len() {
        let end = end_of_item(tokens, at).max(at + 1);
        let item = &tokens[at..end];
        let (is_public, item) = behind_visibility(item);
        let keyword = item.first().and_then(Token::word).unwrap_or_default();
        match keyword {
            "mod" => {
                if let Some(name) = item.get(1).and_then(Token::word) {
                    scope.add(name, Meaning::Module);
                    let inner = [module.as_slice(), &[name.to_owned()]].concat();
                    if let [_, _, Token::Sign('{'), body @ .., _] = item {
                        read(inner, body, scopes);
                    }
                }
            }
            "use" => scope.import(&item[1..], is_public),
            _ => {
                if let Some(name) = name_of_item(item) {
                    scope.add(name, Meaning::Item);
                }
                scope.read_code(item);
                if item.iter().take(2).any(|token| token.is_word("impl")) {
                    scope.impls.extend(impl_of(item));
                }
            }
        }
        at = end;
    }
    scopes.push((module, scope));
}

/// Whether it is visible elsewhere, and what follows `pub(…)`.
fn behind_visibility(item: &[Token]) -> (bool, &[Token]) {
    match item {
        [first, open, ..] if first.is_word("pub") && open.is('(') => {
            (true, item.get(closing(item, 1) + 1..).unwrap_or_default())
        }
        [first, rest @ ..] if first.is_word("pub") => (true, rest),
        _ => (false, item),
    }
}

/// What an item is called, unless it has no name or is a module.
fn name_of_item(item: &[Token]) -> Option<&str> {
    let mut words = item.iter().map_while(|token| match token {
        Token::Sign('!') => Some(""),
        other => other.word(),
    });
    for word in words.by_ref() {
        match word {
            "fn" | "struct" | "enum" | "union" | "trait" | "type" | "macro_rules" => break,
            "const" | "static" | "unsafe" | "async" | "extern" | "mut" => {}
            // Behind `const` or `static`.
            name => return (item.first()?.word()? != "impl").then_some(name),
        }
    }
    words.find(|word| !word.is_empty())
}

impl Scope {
    fn add(&mut self, name: &str, meaning: Meaning) {
        self.names.entry(name.to_owned()).or_default().push(meaning);
    }

    fn import(&mut self, tokens: &[Token], is_public: bool) {
        for Import { path, alias } in imports(tokens) {
            if path.last().is_some_and(|last| last == "*") {
                self.globs.push(path[..path.len() - 1].to_vec());
                continue;
            }
            if !is_public {
                self.paths.push(path.clone());
            }
            self.add(&alias, Meaning::Import(path));
        }
    }

    /// Takes the paths out of an item; what a function imports is read as the module's.
    fn read_code(&mut self, tokens: &[Token]) {
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at].is_word("use") {
                let end = end_of_item(tokens, at);
                self.import(&tokens[at + 1..end], false);
                at = end;
                continue;
            }
            let path = path_at(tokens, at);
            at += path.len().max(1) * 2 - 1;
            self.paths.extend((!path.is_empty()).then_some(path));
        }
    }
}

/// The path that begins at a token; a field or a method is none.
fn path_at(tokens: &[Token], at: usize) -> Vec<String> {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let continues = before.is_some_and(|token| token.is('.') || *token == Token::PathSign);
    let Some(first) = tokens[at].word().filter(|_| !continues) else {
        return Vec::new();
    };
    let mut path = vec![first.to_owned()];
    let mut rest = &tokens[at + 1..];
    while let [Token::PathSign, Token::Word(word), after @ ..] = rest {
        path.push(word.clone());
        rest = after;
    }
    // `name: value` of a struct.
    if path.len() == 1 && rest.first().is_some_and(|token| token.is(':')) {
        return Vec::new();
    }
    path
}

/// One name of a `use`.
struct Import {
    path: Vec<String>,
    alias: String,
}

/// The names of `a::{b, c as d}`.
fn imports(tokens: &[Token]) -> Vec<Import> {
    let mut found = Vec::new();
    import_tree(tokens, &[], &mut found);
    found
}

fn import_tree(tokens: &[Token], prefix: &[String], found: &mut Vec<Import>) {
    let mut path = prefix.to_vec();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Word(word) if word == "as" => break,
            Token::Word(word) => path.push(word.clone()),
            Token::Sign('*') => path.push("*".to_owned()),
            Token::Sign('{') => {
                let list = &tokens[at + 1..closing(tokens, at)];
                for part in split(list) {
                    import_tree(part, &path, found);
                }
                return;
            }
            Token::Sign(';') => break,
            _ => {}
        }
        at += 1;
    }
    // `a::{self}` is `a`.
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let alias = match tokens.get(at) {
        Some(token) if token.is_word("as") => tokens.get(at + 1).and_then(Token::word),
        _ => path.last().map(String::as_str),
    };
    if let Some(alias) = alias.map(str::to_owned) {
        found.push(Import { path, alias });
    }
}

/// The parts between commas.
fn split(list: &[Token]) -> Vec<&[Token]> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < list.len() {
        if list[at].is('{') {
            at = closing(list, at);
        } else if list[at].is(',') {
            parts.push(&list[start..at]);
            start = at + 1;
        }
        at += 1;
    }
    parts.push(list.get(start..).unwrap_or_default());
    parts.retain(|part| !part.is_empty());
    parts
}

/// The block of a type; nothing when the type has no name.
fn impl_of(item: &[Token]) -> Option<Impl> {
    let open = item.iter().position(|token| token.is('{'))?;
    let head = behind_generics(&item[..open]);
    let of_trait = head.iter().position(|token| token.is_word("for"));
    let named = of_trait.map_or(head, |at| &head[at + 1..]);
    let start = named.iter().position(|token| token.word().is_some())?;
    let mut block = Impl {
        of: path_at(&named[start..], 0),
        ..Impl::default()
    };
    let body = item.get(open + 1..item.len() - 1).unwrap_or_default();
    if of_trait.is_none() {
        let mut at = 0;
        while at < body.len() {
            let end = end_of_item(body, at).max(at + 1);
            let (_, function) = behind_visibility(&body[at..end]);
            block
                .functions
                .extend(name_of_item(function).map(str::to_owned));
            at = end;
        }
    }
    for window in body.windows(4) {
        match window {
            [
                own,
                dot,
                Token::Word(name),
                Token::Sign('(') | Token::PathSign,
            ] if own.is_word("self") && dot.is('.') => {
                block.asks.push(name.clone());
            }
            [own, Token::PathSign, Token::Word(name), _] if own.is_word("Self") => {
                block.asks.push(name.clone());
            }
            _ => {}
        }
    }
    Some(block)
}

/// What follows `impl<…>`.
fn behind_generics(head: &[Token]) -> &[Token] {
    let start = head.iter().position(|token| token.is_word("impl"));
    let head = start.map_or(head, |at| &head[at + 1..]);
    if !head.first().is_some_and(|token| token.is('<')) {
        return head;
    }
    let mut depth = 0_usize;
    for (at, token) in head.iter().enumerate() {
        match token {
            Token::Sign('<') => depth += 1,
            // An arrow's is none.
            Token::Sign('>') if !(at > 0 && head[at - 1].is('-')) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &head[at + 1..];
        }
    }
    head
}
