//! Which file of a crate uses which, by the names that it uses.
//!
//! A name is followed to the file in which it is written: an import from `store` that `store/mod.rs`
//! only hands on is a use of the file behind it. `mod x;` and `pub use` are no uses.

use super::code::tokens;
use super::module_of;
use super::scope::{Impl, Meaning, ModulePath, Scope, scopes};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// How many re-exports a name goes through at most; a circle of them has no end.
const MOST_STEPS: usize = 64;

/// Where a path leads.
enum Found {
    /// To something in a file, and to a name within it: a function of a type.
    Item {
        file: PathBuf,
        name: String,
        inner: Option<String>,
    },
    Module(ModulePath),
}

/// The files, and for each that one uses a name that says why.
pub type Uses = BTreeMap<PathBuf, BTreeMap<PathBuf, String>>;

struct Crate {
    files: HashMap<ModulePath, PathBuf>,
    scopes: Vec<(ModulePath, Scope)>,
    by_path: HashMap<ModulePath, usize>,
    /// The functions of a type, by where it is written and what it is called, and their files.
    functions: HashMap<(PathBuf, String), HashMap<String, BTreeSet<PathBuf>>>,
}

/// The uses between files, given as paths below `src` and texts.
pub fn uses(sources: &[(PathBuf, String)]) -> Uses {
    let whole = Crate::read(sources);
    let mut uses = Uses::new();
    for (module, scope) in &whole.scopes {
        let file = &whole.files[module];
        let own = uses.entry(file.clone()).or_default();
        for path in &scope.paths {
            if let Some(Found::Item { file, name, inner }) = whole.resolve(module, path, MOST_STEPS)
            {
                let written = path.join("::");
                if let Some(inner) = inner {
                    for file in whole.functions_of(&file, &name, &inner) {
                        own.entry(file.clone()).or_insert_with(|| written.clone());
                    }
                }
                own.entry(file).or_insert(written);
            }
        }
        for block in &scope.impls {
            for (asked, file) in whole.asked_by(module, block) {
                own.entry(file.clone())
                    .or_insert_with(|| format!("self.{asked}"));
            }
        }
        own.remove(file);
    }
    uses
}

impl Crate {
    fn read(sources: &[(PathBuf, String)]) -> Self {
        let mut whole = Self {
            files: HashMap::new(),
            scopes: Vec::new(),
            by_path: HashMap::new(),
            functions: HashMap::new(),
        };
        for (path, text) in sources {
            for (module, scope) in scopes(crate_module(path), &tokens(text)) {
                whole.files.insert(module.clone(), path.clone());
                whole.by_path.insert(module.clone(), whole.scopes.len());
                whole.scopes.push((module, scope));
            }
        }
        whole.leave_out_tests();
        let mut functions: HashMap<_, HashMap<String, BTreeSet<PathBuf>>> = HashMap::new();
        for (module, scope) in &whole.scopes {
            for block in scope
                .impls
                .iter()
                .filter(|block| !block.functions.is_empty())
            {
                let Some(Found::Item { file, name, .. }) =
                    whole.resolve(module, &block.of, MOST_STEPS)
                else {
                    continue;
                };
                let of_type = functions.entry((file, name)).or_default();
                for function in &block.functions {
                    let files = of_type.entry(function.clone()).or_default();
                    files.insert(whole.files[module].clone());
                }
            }
        }
        whole.functions = functions;
        whole
    }

    /// A module that nobody but a test declares is a test.
    fn leave_out_tests(&mut self) {
        let declared = |path: &ModulePath| {
            (1..=path.len()).all(|length| {
                let (parent, name) = (&path[..length - 1], &path[length - 1]);
                let parent = self.by_path.get(parent).map(|at| &self.scopes[*at].1);
                // A planted crate need not have all its modules.
                parent.is_none_or(|scope| {
                    let meanings = scope.names.get(name).into_iter().flatten();
                    meanings
                        .into_iter()
                        .any(|one| matches!(one, Meaning::Module))
                })
            })
        };
        let kept: Vec<bool> = self.scopes.iter().map(|(path, _)| declared(path)).collect();
        let mut kept = kept.into_iter();
        self.scopes.retain(|_| kept.next() == Some(true));
        let paths = self.scopes.iter().map(|(path, _)| path.clone());
        self.by_path = paths.zip(0..).collect();
    }

    fn functions_of(&self, file: &Path, name: &str, function: &str) -> Vec<&PathBuf> {
        let key = (file.to_owned(), name.to_owned());
        let found = self.functions.get(&key).and_then(|of| of.get(function));
        found.into_iter().flatten().collect()
    }

    /// What a block asks its own type for that is written in another block.
    fn asked_by(&self, module: &[String], block: &Impl) -> Vec<(String, PathBuf)> {
        let Some(Found::Item { file, name, .. }) = self.resolve(module, &block.of, MOST_STEPS)
        else {
            return Vec::new();
        };
        let asked = block.asks.iter().flat_map(|asked| {
            let files = self.functions_of(&file, &name, asked);
            files
                .into_iter()
                .map(move |file| (asked.clone(), file.clone()))
        });
        asked.collect()
    }

    /// Follows a path as it stands in a module.
    fn resolve(&self, module: &[String], path: &[String], steps: usize) -> Option<Found> {
        let (first, mut rest) = path.split_first()?;
        let mut found = match first.as_str() {
            "crate" | "nova_images" => Found::Module(Vec::new()),
            "self" => Found::Module(module.to_vec()),
            "super" => Found::Module(module.split_last()?.1.to_vec()),
            _ => self.lookup(module, first, rest.is_empty(), steps)?,
        };
        while let Some((next, behind)) = rest.split_first() {
            found = match found {
                Found::Item { file, name, .. } => {
                    let inner = Some(next.clone());
                    return Some(Found::Item { file, name, inner });
                }
                Found::Module(path) if next == "super" => {
                    Found::Module(path.split_last()?.1.to_vec())
                }
                Found::Module(path) => {
                    let inner = self.lookup(&path, next, behind.is_empty(), steps);
                    // Something that no item of the text is called: made by a macro, say.
                    inner.or_else(|| self.item(&path, next))?
                }
            };
            rest = behind;
        }
        Some(found)
    }

    fn item(&self, module: &[String], name: &str) -> Option<Found> {
        Some(Found::Item {
            file: self.files.get(module)?.clone(),
            name: name.to_owned(),
            inner: None,
        })
    }

    /// What a name means in a module: at the end of a path first of all an item, before it a module.
    fn lookup(&self, module: &[String], name: &str, last: bool, steps: usize) -> Option<Found> {
        let steps = steps.checked_sub(1)?;
        let scope = &self.scopes.get(*self.by_path.get(module)?)?.1;
        let mut meanings: Vec<_> = scope.names.get(name).into_iter().flatten().collect();
        meanings.sort_by_key(|meaning| match meaning {
            Meaning::Item => u8::from(!last) * 2,
            Meaning::Import(_) => 1,
            Meaning::Module => u8::from(last) * 2,
        });
        for meaning in meanings {
            let found = match meaning {
                Meaning::Item => self.item(module, name),
                Meaning::Module => Some(Found::Module([module, &[name.to_owned()]].concat())),
                Meaning::Import(path) if path.as_slice() == [name] => None,
                Meaning::Import(path) => self.resolve(module, path, steps),
            };
            if found.is_some() {
                return found;
            }
        }
        scope
            .globs
            .iter()
            .find_map(|glob| match self.resolve(module, glob, steps)? {
                Found::Module(path) if path != module => self.lookup(&path, name, last, steps),
                _ => None,
            })
    }
}

/// The root of the library is the root of all paths; the binary is a crate of its own.
fn crate_module(path: &Path) -> ModulePath {
    match path.to_str() {
        Some("lib.rs") => Vec::new(),
        _ => module_of(path),
    }
}
