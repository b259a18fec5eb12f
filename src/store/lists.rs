//! Lists, read: the statements of a query run, and their rows in one order.

use super::error::{Damage, StoreError};
use super::select::{Behind, Select, Start};
use super::shared_texts::Tables;
use super::texts::{Reading, TextPlace, Texts};
use super::{rows, search};
use crate::domain::{Image, ImageQuery, ListForm, ListedImage};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{Connection, Row, Rows, Statement};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Begins with what rows are put in order by, as every list of columns here does.
const ENTRIES: &str = "i.created_at, i.seq, i.id, i.name";

/// What the indexes hold: finding out which images a list has does not touch the table.
const KEYS: &str = "i.created_at, i.seq";

/// Images of a list, read and no longer bound to where they came from.
#[derive(Debug, Default)]
pub struct Slice {
    rows: Vec<Listed>,
    texts: Texts,
    /// Where the list goes on; nothing when this was the last of it.
    pub behind: Option<Behind>,
    /// The id of its last image, where that is wanted and it holds as many as were asked for.
    pub last_id: Option<Result<String, StoreError>>,
    /// The rows that it shows, where that is wanted.
    shown: Vec<i64>,
    /// How far apart its first row and its last are.
    reach: u64,
}

/// Memory for texts that is kept for another list, in bytes.
const MOST_KEPT_BYTES: usize = 1024 * 1024;

/// Slices that are kept for lists to come: as many as a machine reads at a time, mostly.
const MOST_SPARE: usize = 8;

#[derive(Debug)]
enum Listed {
    Entry { id: String, name: Option<String> },
    Text(TextPlace),
    Whole(Box<Image>),
}

impl Slice {
    /// Shows each image, in order.
    pub fn each(&self, visit: &mut dyn FnMut(ListedImage<'_>)) {
        for row in &self.rows {
            visit(match row {
                Listed::Entry { id, name } => ListedImage::Entry {
                    id,
                    name: name.as_deref(),
                },
                Listed::Text(place) => ListedImage::Text(self.texts.get(place)),
                Listed::Whole(image) => ListedImage::Whole(image),
            });
        }
    }

    /// Forgets its images.
    fn clear(&mut self) {
        self.rows.clear();
        self.texts.clear(MOST_KEPT_BYTES);
        self.behind = None;
        self.last_id = None;
        self.shown.clear();
        self.reach = 0;
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether most rows between its images are no images of it: each is then read by itself.
    pub fn is_sparse(&self) -> bool {
        self.reach > self.len() as u64 * 4
    }

    /// Whether it was read to tell which rows it shows, and this is one of them.
    pub(super) fn shows(&self, seq: i64) -> bool {
        self.shown.contains(&seq)
    }
}

/// Slices that no list holds. New memory for each list would take as long as reading it.
#[derive(Debug, Default)]
pub struct Spare(Mutex<Vec<Slice>>);

impl Spare {
    /// A slice that may be read into.
    pub fn take(&self) -> Slice {
        self.slices().pop().unwrap_or_default()
    }

    /// Takes a slice for another list.
    pub fn give_back(&self, mut slice: Slice) {
        slice.clear();
        let mut slices = self.slices();
        if slices.len() < MOST_SPARE {
            slices.push(slice);
        }
    }

    /// Lets all of it go.
    pub fn clear(&self) {
        self.slices().clear();
    }

    fn slices(&self) -> MutexGuard<'_, Vec<Slice>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much of a list is read.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Images at most.
    pub most: u64,
    /// Whether the list ends there, even if there are more.
    pub ends: bool,
    /// Whether the id of the last of so many is wanted.
    pub marks: bool,
    /// Whether it is wanted which rows are shown.
    pub tells: bool,
}

/// Reads the images of a query behind a place, in place of what a slice held.
pub fn read(
    tables: &Tables<'_>,
    query: &ImageQuery,
    form: ListForm,
    behind: Option<&Behind>,
    extent: Extent,
    slice: &mut Slice,
) -> Result<(), StoreError> {
    let connection = tables.connection();
    slice.clear();
    let Slice {
        rows, texts, shown, ..
    } = slice;
    let (mut first, mut last) = (None, None);
    let mut tell = |seq| {
        first.get_or_insert(seq);
        last = Some(seq);
        if extent.tells {
            shown.push(seq);
        }
    };
    let more = match Reading::of(*tables, form, texts) {
        None => each(connection, query, ENTRIES, behind, extent, |row| {
            let seq = row.get(1)?;
            tell(seq);
            rows.push(rows::entry(row, seq, |id, name| Listed::Entry {
                id: id.to_owned(),
                name: name.map(str::to_owned),
            })?);
            Ok(())
        })?,
        Some(mut texts) => each(connection, query, KEYS, behind, extent, |row| {
            let seq = row.get(1)?;
            tell(seq);
            rows.push(match texts.place(seq)? {
                Some(place) => Listed::Text(place),
                None => Listed::Whole(Box::new(rows::at(connection, seq)?)),
            });
            Ok(())
        })?,
    };
    if let (Some(first), Some(seq)) = (first, last) {
        slice.reach = i64::abs_diff(first, seq);
        if extent.marks && slice.rows.len() as u64 == extent.most {
            slice.last_id = Some(rows::id(connection, seq));
        }
        if more && !extent.ends {
            slice.behind = Some(Behind::row(connection, query, seq)?);
        }
    }
    Ok(())
}

/// Reads whole images, in order.
pub fn images(connection: &Connection, query: &ImageQuery) -> Result<Vec<Image>, StoreError> {
    let mut images = Vec::new();
    let extent = Extent {
        most: query.limit.unwrap_or(u64::MAX),
        ends: true,
        marks: false,
        tells: false,
    };
    each(connection, query, rows::COLUMNS, None, extent, |row| {
        images.push(rows::read(connection, row)?);
        Ok(())
    })?;
    Ok(images)
}

/// Runs the statements of a query side by side and takes their rows in order, at most so many; says
/// whether there are more.
fn each(
    connection: &Connection,
    query: &ImageQuery,
    columns: &str,
    behind: Option<&Behind>,
    extent: Extent,
    mut visit: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<bool, StoreError> {
    let Extent { most, ends, .. } = extent;
    // Whether there are more is told by one more.
    let rows = most.saturating_add(u64::from(!ends));
    let Some(start) = Start::of(connection, query, behind)? else {
        return Ok(false);
    };
    let Some(names) = search::few_names(query) else {
        let found = search::rows(connection, query, start, rows)?;
        return searched(connection, &found, columns, most, visit);
    };
    let select = Select::of_scope(connection, query, &names, columns, start, rows)?;
    let mut statements = Vec::with_capacity(select.parts.len());
    for sql in &select.parts {
        statements.push(connection.prepare_cached(sql)?);
    }
    let mut parts = Vec::with_capacity(statements.len());
    for statement in &mut statements {
        parts.extend(Part::begin(statement, &select)?);
    }
    for _ in 0..most {
        let Some(first) = first(connection, &parts)? else {
            return Ok(false);
        };
        let Some(part) = parts.get_mut(first) else {
            return Ok(false);
        };
        if let Some(row) = part.rows.get() {
            visit(row)?;
        }
        if !part.advance()? {
            parts.swap_remove(first);
        }
    }
    Ok(!parts.is_empty())
}

/// Takes these rows, at most so many; says whether there are more.
fn searched(
    connection: &Connection,
    found: &[i64],
    columns: &str,
    most: u64,
    mut visit: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<bool, StoreError> {
    // Whoever needs no more than a row's number has it.
    let select = match columns {
        KEYS => "SELECT NULL, ?1".to_owned(),
        columns => format!("SELECT {columns} FROM images i WHERE i.seq = ?1"),
    };
    let mut select = connection.prepare_cached(&select)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    for seq in found.iter().take(most) {
        let mut rows = select.query([seq])?;
        visit(rows.next()?.ok_or_else(|| rows::missing(*seq))?)?;
    }
    Ok(found.len() > most)
}

/// The part whose row comes first in the usual order; a part that is alone need not have it.
fn first(connection: &Connection, parts: &[Part<'_>]) -> Result<Option<usize>, StoreError> {
    if let [_] = parts {
        return Ok(Some(0));
    }
    let mut best: Option<(usize, &Part<'_>)> = None;
    for (index, part) in parts.iter().enumerate() {
        let is_first = match best {
            None => true,
            Some((_, best)) if part.created_at == best.created_at => {
                part.id(connection)? > best.id(connection)?
            }
            Some((_, best)) => part.created_at > best.created_at,
        };
        if is_first {
            best = Some((index, part));
        }
    }
    Ok(best.map(|(index, _)| index))
}

fn created_at(row: &Row<'_>, error: rusqlite::Error) -> StoreError {
    match row.get(1) {
        Ok(seq) => Damage::of_row(seq, "its created_at cannot be read")
            .found_by(error)
            .into(),
        Err(_) => error.into(),
    }
}

/// A statement under way, at one of its rows.
struct Part<'s> {
    rows: Rows<'s>,
    created_at: i64,
}

impl<'s> Part<'s> {
    /// Nothing when it finds nothing.
    fn begin(
        statement: &'s mut Statement<'_>,
        select: &Select,
    ) -> Result<Option<Self>, StoreError> {
        // Values are numbered over all parts, and a part need not have the last of them.
        let bound = select.values.iter().take(statement.parameter_count());
        for (index, value) in bound.enumerate() {
            statement.raw_bind_parameter(index + 1, value)?;
        }
        let mut part = Self {
            rows: statement.raw_query(),
            created_at: 0,
        };
        Ok(part.advance()?.then_some(part))
    }

    fn advance(&mut self) -> Result<bool, StoreError> {
        let Some(row) = self.rows.next()? else {
            return Ok(false);
        };
        self.created_at = row.get(0).map_err(|error| created_at(row, error))?;
        Ok(true)
    }

    /// The id decides between images of one microsecond only. So it is read when it does, and not
    /// with every row.
    fn id(&self, connection: &Connection) -> Result<String, StoreError> {
        match self.rows.get() {
            Some(row) => rows::id(connection, row.get(1)?),
            // Parts that are through are let go before anybody asks.
            None => Ok(String::new()),
        }
    }
}
