//! The texts of a seed, which all stores that are copied from it have in common.
//!
//! They are most of what a database takes. A store keeps blocks of its own where its images differ from the
//! seed's; copying one copies none of the others.

use rusqlite::Connection;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What lists show, in one of its forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// Nova's, in JSON.
    Json,
    /// Nova's, in XML.
    Xml,
    /// Glance's.
    Glance,
}

/// Blocks of texts by their numbers, a form apart. They do not change any more once they are shared.
#[derive(Debug, Default)]
pub struct SeedTexts {
    json: Vec<Box<[u8]>>,
    xml: Vec<Box<[u8]>>,
    glance: Vec<Box<[u8]>>,
}

impl SeedTexts {
    /// A block; empty when there is none.
    pub fn block(&self, form: TextForm, number: i64) -> &[u8] {
        let blocks = match form {
            TextForm::Json => &self.json,
            TextForm::Xml => &self.xml,
            TextForm::Glance => &self.glance,
        };
        let block = usize::try_from(number).ok().and_then(|at| blocks.get(at));
        block.map(AsRef::as_ref).unwrap_or_default()
    }

    /// Puts a block in its place.
    pub fn put(&mut self, form: TextForm, number: i64, block: &[u8]) {
        let blocks = match form {
            TextForm::Json => &mut self.json,
            TextForm::Xml => &mut self.xml,
            TextForm::Glance => &mut self.glance,
        };
        let Ok(at) = usize::try_from(number) else {
            return;
        };
        if blocks.len() <= at {
            blocks.resize_with(at + 1, Box::default);
        }
        if let Some(before) = blocks.get_mut(at) {
            *before = block.into();
        }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.json.len().max(self.xml.len()).max(self.glance.len())
    }

    /// What they take, in bytes.
    pub fn bytes(&self) -> u64 {
        let forms = [&self.json, &self.xml, &self.glance];
        let blocks = forms.into_iter().flatten();
        blocks.map(|block| block.len() as u64).sum()
    }
}

/// The texts of a seed as one store has them.
#[derive(Debug)]
pub struct SharedTexts {
    seed: Arc<SeedTexts>,
    /// A bit a block: whether the store may have a block of its own.
    own: Box<[AtomicU64]>,
}

impl SharedTexts {
    /// As a seed has them.
    pub fn of(seed: Arc<SeedTexts>) -> Self {
        let words = seed.len().div_ceil(64);
        Self {
            own: (0..words).map(|_| AtomicU64::new(0)).collect(),
            seed,
        }
    }

    /// What is shared.
    pub fn seed(&self) -> &Arc<SeedTexts> {
        &self.seed
    }

    /// The block of a seed, unless the store may have one of its own in its place.
    pub fn block(&self, form: TextForm, number: i64) -> Option<&[u8]> {
        let (word, bit) = self.place(number)?;
        (word.load(Ordering::Relaxed) & bit == 0).then(|| self.seed.block(form, number))
    }

    /// From now on the store may have a block of its own there. Nobody reads it meanwhile: what is
    /// written and what is read in memory shut each other out.
    pub fn own(&self, number: i64) {
        if let Some((word, bit)) = self.place(number) {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Whether the seed has texts there, or might have had.
    pub fn reaches(&self, number: i64) -> bool {
        self.place(number).is_some()
    }

    fn place(&self, number: i64) -> Option<(&AtomicU64, u64)> {
        let number = usize::try_from(number).ok()?;
        if number >= self.seed.len() {
            return None;
        }
        let word = self.own.get(number / 64)?;
        Some((word, 1 << (number % 64)))
    }
}

/// For a store that is a copy.
impl Clone for SharedTexts {
    fn clone(&self) -> Self {
        let own = self.own.iter();
        let own = own.map(|word| AtomicU64::new(word.load(Ordering::Relaxed)));
        Self {
            seed: Arc::clone(&self.seed),
            own: own.collect(),
        }
    }
}

/// The tables of a store through a connection, and the texts that they share with others'.
#[derive(Clone, Copy)]
pub struct Tables<'c> {
    connection: &'c Connection,
    shared: Option<&'c SharedTexts>,
}

impl<'c> Tables<'c> {
    /// With nothing shared.
    pub fn alone(connection: &'c Connection) -> Self {
        Self {
            connection,
            shared: None,
        }
    }

    /// With what is shared, if anything is.
    pub fn with(connection: &'c Connection, shared: Option<&'c SharedTexts>) -> Self {
        Self { connection, shared }
    }

    /// The connection itself.
    pub fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// What is shared.
    pub fn shared(&self) -> Option<&'c SharedTexts> {
        self.shared
    }
}

impl Deref for Tables<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}
