//! What a list asks for, as sets of rows.

use super::bits::Bits;
use super::error::StoreError;
use super::select::Condition;
use super::terms::{self, OWNERLESS, Reading, Term};
use crate::domain::filter::{NumberColumn, TextColumn};
use crate::domain::{Direction, Matches, Scope, Shares, Test, Visibility};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Values of a column of which sets are put together; of more it is asked image by image.
const MOST_OF_ONE_COLUMN: usize = 32;

/// Rows, by block.
pub type Blocks = BTreeMap<i64, Bits>;

/// The same, in one piece: for whoever asks for very many of them.
#[derive(Debug)]
pub struct Flat(Vec<u64>);

impl Flat {
    pub fn of(blocks: &Blocks) -> Self {
        let mut words = Vec::new();
        for (block, bits) in blocks {
            let Ok(block) = usize::try_from(*block) else {
                continue;
            };
            let bits = bits.words();
            words.resize(block * bits.len(), 0);
            words.extend_from_slice(bits);
        }
        Self(words)
    }

    pub fn has(&self, seq: i64) -> bool {
        let Ok(seq) = usize::try_from(seq) else {
            return false;
        };
        let word = self.0.get(seq / 64);
        word.is_some_and(|word| word >> (seq % 64) & 1 == 1)
    }
}

/// A set of rows.
#[derive(Debug)]
pub enum Set {
    /// Those that have a term.
    Term(Term),
    /// Those that are in any of these.
    Any(Vec<Self>),
    /// Those that are in all of these, of which there is at least one.
    All(Vec<Self>),
    /// Just these.
    Rows(Blocks),
}

impl Set {
    fn term(key: &str, value: &str) -> Self {
        Self::Term((key.to_owned(), value.to_owned()))
    }

    fn any<'q>(column: TextColumn, key: &str, matches: &'q Matches) -> Result<Self, Condition<'q>> {
        match matches {
            Matches::Is(value) => Ok(Self::term(key, value)),
            Matches::AnyOf(values) if values.len() <= MOST_OF_ONE_COLUMN => {
                let values = values.iter();
                Ok(Self::Any(
                    values.map(|value| Self::term(key, value)).collect(),
                ))
            }
            Matches::AnyOf(_) => Err(Condition::Text(column, matches)),
        }
    }

    /// The rows of which a test holds, or the condition that says so.
    pub fn of_test(test: &Test) -> Result<Self, Condition<'_>> {
        Ok(match test {
            Test::Text(column, matches) => match column {
                TextColumn::Status => Self::any(*column, "status", matches)?,
                TextColumn::Owner => Self::any(*column, "owner", matches)?,
                TextColumn::ContainerFormat => Self::any(*column, "container_format", matches)?,
                TextColumn::DiskFormat => Self::any(*column, "disk_format", matches)?,
                TextColumn::Id
                | TextColumn::Name
                | TextColumn::Checksum
                | TextColumn::OsHashAlgo
                | TextColumn::OsHashValue => return Err(Condition::Text(*column, matches)),
            },
            Test::Number(NumberColumn::MinRam, number) => {
                Self::term("min_ram", &number.to_string())
            }
            Test::Number(NumberColumn::MinDisk, number) => {
                Self::term("min_disk", &number.to_string())
            }
            Test::Number(column, number) => return Err(Condition::Number(*column, *number)),
            Test::Size(comparison, bytes) => return Err(Condition::Size(*comparison, *bytes)),
            Test::Time(column, comparison, moment) => {
                return Err(Condition::Time(*column, *comparison, moment.micros()));
            }
            Test::Second(column, is, moment) => {
                return Err(Condition::Second(*column, *is, moment.seconds()));
            }
            Test::Property(key, value) => Self::term(&terms::property(key), value),
            Test::PropertyShownEmpty(key) => Self::Any(vec![
                Self::term(&terms::property(key), ""),
                Self::Term(terms::null(key)),
            ]),
            Test::Tag(tag) => Self::term("tag", tag),
            Test::Protected(protected) => Self::term("protected", terms::flag(*protected)),
            Test::Visibility(visibility) => Self::term("visibility", visibility.as_str()),
            Test::NotPublic => Self::Any(
                [
                    Visibility::Private,
                    Visibility::Shared,
                    Visibility::Community,
                ]
                .map(|visibility| Self::term("visibility", visibility.as_str()))
                .into(),
            ),
            Test::Never => Self::Any(Vec::new()),
        })
    }

    /// The rows that a scope shows.
    pub fn of_scope(connection: &Connection, scope: &Scope) -> Result<Self, StoreError> {
        // What most lists show is kept in sets of its own.
        let is_usual = !scope.unlisted && scope.hidden == Some(false);
        let keys = match is_usual {
            true => [terms::SHOWN_OWNER, terms::SHOWN_VISIBILITY],
            false => ["owner", "visibility"],
        };
        let mut all = Vec::with_capacity(3);
        if !(scope.every_project && scope.community) {
            all.push(Self::Any(Self::visible_parts(connection, scope, keys)?));
        }
        if is_usual && !all.is_empty() {
            return Ok(Self::All(all));
        }
        if let Some(hidden) = scope.hidden {
            all.push(Self::term("hidden", terms::flag(hidden)));
        }
        let unlisted = |is_unlisted| Self::term("unlisted", terms::flag(is_unlisted));
        all.push(match scope.unlisted {
            true => Self::Any(vec![unlisted(false), unlisted(true)]),
            false => unlisted(false),
        });
        Ok(Self::All(all))
    }

    fn visible_parts(
        connection: &Connection,
        scope: &Scope,
        [owner, visibility]: [&str; 2],
    ) -> Result<Vec<Self>, StoreError> {
        let visible_as = |one: Visibility| Self::term(visibility, one.as_str());
        let mut parts = vec![visible_as(Visibility::Public)];
        if let Some(project_id) = &scope.project_id {
            parts.push(Self::term(owner, project_id));
        }
        if scope.every_project {
            parts.push(visible_as(Visibility::Private));
            parts.push(visible_as(Visibility::Shared));
            if scope.project_id.is_none() {
                let ownerless = Self::term(OWNERLESS.0, OWNERLESS.1);
                parts.push(Self::All(vec![
                    ownerless,
                    visible_as(Visibility::Community),
                ]));
            }
            return Ok(parts);
        }
        if let Some(project_id) = &scope.project_id {
            let shared = shared_with(connection, project_id, scope.shares)?;
            if !shared.is_empty() {
                let shared = Self::Rows(shared);
                parts.push(Self::All(vec![shared, visible_as(Visibility::Shared)]));
            }
        }
        if scope.community {
            parts.push(visible_as(Visibility::Community));
        }
        Ok(parts)
    }

    /// The first block, from this one on, that has any of its rows, and which.
    fn next(&self, at: &mut Walking<'_>, from: i64) -> Result<Option<(i64, Bits)>, StoreError> {
        match self {
            Self::Term((key, value)) => at.terms.next(key, value, from),
            Self::Rows(blocks) => {
                let found = match at.direction {
                    Direction::Ascending => blocks.range(from..).next(),
                    Direction::Descending => blocks.range(..=from).next_back(),
                };
                Ok(found.map(|(block, rows)| (*block, rows.clone())))
            }
            Self::Any(sets) => {
                let mut first: Option<(i64, Bits)> = None;
                for set in sets {
                    let found = set.next(at, from)?;
                    first = match (first, found) {
                        (Some((block, mut rows)), Some((same, others))) if block == same => {
                            rows.add_all(&others);
                            Some((block, rows))
                        }
                        (Some(first), Some(found)) => Some(at.nearer(first, found)),
                        (first, found) => first.or(found),
                    };
                }
                Ok(first)
            }
            Self::All(sets) => at.common(sets, from),
        }
    }
}

/// A walk over the blocks of sets.
pub struct Walking<'c> {
    direction: Direction,
    terms: Reading<'c>,
}

impl<'c> Walking<'c> {
    pub fn of(connection: &'c Connection, direction: Direction) -> Result<Self, StoreError> {
        Ok(Self {
            direction,
            terms: Reading::of(connection, direction)?,
        })
    }

    /// The first block, from this one on, that has rows that are in all of some sets, and which.
    ///
    /// A set without rows there says where it goes on, and the others follow: the fewest blocks
    /// decide how many are looked at.
    pub fn common(&mut self, sets: &[Set], from: i64) -> Result<Option<(i64, Bits)>, StoreError> {
        let mut at = from;
        'blocks: loop {
            let mut common: Option<Bits> = None;
            for set in sets {
                let Some((block, rows)) = set.next(self, at)? else {
                    return Ok(None);
                };
                match &mut common {
                    None => common = Some(rows),
                    Some(common) if block == at => {
                        common.keep_common(&rows);
                        if common.is_empty() {
                            at += self.step();
                            continue 'blocks;
                        }
                    }
                    Some(_) => {
                        at = block;
                        continue 'blocks;
                    }
                }
                at = block;
            }
            return Ok(common.map(|rows| (at, rows)));
        }
    }

    /// From a block to the next.
    pub fn step(&self) -> i64 {
        match self.direction {
            Direction::Ascending => 1,
            Direction::Descending => -1,
        }
    }

    fn nearer(&self, one: (i64, Bits), other: (i64, Bits)) -> (i64, Bits) {
        let is_one = match self.direction {
            Direction::Ascending => one.0 < other.0,
            Direction::Descending => one.0 > other.0,
        };
        if is_one { one } else { other }
    }
}

/// Adds a row.
pub fn add(blocks: &mut Blocks, seq: i64) {
    let (block, place) = Bits::place(seq);
    blocks.entry(block).or_default().set(place);
}

fn shared_with(
    connection: &Connection,
    project_id: &str,
    shares: Shares,
) -> Result<Blocks, StoreError> {
    let answered = match shares {
        Shares::MadeToViewer(status) => Some(status.as_str()),
        Shares::AnyMadeToViewer => None,
    };
    let sql = "SELECT seq FROM image_members WHERE project_id = ?1 AND (?2 IS NULL OR status = ?2)";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query((project_id, answered))?;
    let mut blocks = Blocks::new();
    while let Some(row) = rows.next()? {
        add(&mut blocks, row.get(0)?);
    }
    Ok(blocks)
}
