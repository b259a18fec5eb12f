//! Lists with filters, or in an order of their own: which rows they have.
//!
//! What the filters have in common is known exactly before an image is looked at. Where the rows are
//! in the usual order, a page is read off the sets. Otherwise the way is chosen that looks at fewer
//! images: those that match, sorted; or all in order, until the page is full.

use super::bits::{BLOCK_ROWS, Bits};
use super::error::StoreError;
use super::rows;
use super::select::{Condition, Select, Start, Values, Walk, deciding, newest};
use super::sets::{self, Blocks, Flat, Set, Walking};
use super::taken::Taken;
use super::worth::steps_worth;
use crate::domain::filter::TextColumn;
use crate::domain::{Direction, ImageQuery, Sort, SortKey, Test};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Rows of which a condition holds that are read at once, before anything is known of the others.
const FEW_HOLD: usize = 1000;

/// Images looked at in vain before the rows of which the conditions hold are read, all of them.
const MOST_MISSES: usize = 1000;

/// So many are sorted whatever else could be done.
const FEW_SORTED: usize = 100;

/// The conditions of a query in the usual order that asks for nothing but names and ids, of which few
/// images have the same: an index of the images themselves is the shortest way to them.
pub fn few_names(query: &ImageQuery) -> Option<Vec<Condition<'_>>> {
    if deciding(&query.sort) != Sort::DEFAULT {
        return None;
    }
    let names = query.tests.iter().map(|test| match test {
        Test::Text(column @ (TextColumn::Name | TextColumn::Id), matches) => {
            Some(Condition::Text(*column, matches))
        }
        _ => None,
    });
    names.collect()
}

/// The numbers of the rows of a list, in order.
pub fn rows(
    connection: &Connection,
    query: &ImageQuery,
    start: Start,
    most: u64,
) -> Result<Vec<i64>, StoreError> {
    let mut search = Search::of(connection, query, start, most)?;
    if let Some(direction) = search.usual_direction()
        && is_in_order(connection)?
    {
        loop {
            match search.read_off(direction)? {
                Found::Rows(rows) => return Ok(rows),
                Found::TooFar => search.narrow(None)?,
            }
        }
    }
    search.in_any_order()
}

/// Whether rows of higher numbers come first in the usual order.
pub fn is_in_order(connection: &Connection) -> Result<bool, StoreError> {
    let mut select = connection.prepare_cached("SELECT in_order FROM image_order")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

fn next<T>(items: &mut impl DoubleEndedIterator<Item = T>, direction: Direction) -> Option<T> {
    match direction {
        Direction::Ascending => items.next(),
        Direction::Descending => items.next_back(),
    }
}

/// Rows found, or what to do instead of going on.
enum Found {
    Rows(Vec<i64>),
    TooFar,
}

/// A list under way.
struct Search<'c, 'q> {
    connection: &'c Connection,
    /// The keys of its order that decide.
    sorts: &'q [Sort],
    /// What the row before its first is sorted by.
    after: Option<Vec<Value>>,
    /// How many rows it has at most.
    most: usize,
    /// What is known to be common to what matches.
    sets: Vec<Set>,
    /// What must hold beside it.
    conditions: Vec<Condition<'q>>,
    /// What asks whether they hold of a row.
    check: (String, Values),
    /// The highest row.
    last: i64,
}

impl<'c, 'q> Search<'c, 'q> {
    fn of(
        connection: &'c Connection,
        query: &'q ImageQuery,
        start: Start,
        most: u64,
    ) -> Result<Self, StoreError> {
        let last = newest(connection)?;
        let sorts = deciding(&query.sort);
        let mut search = Self {
            connection,
            sorts,
            after: start.keys.map(|mut keys| {
                keys.truncate(sorts.len());
                keys
            }),
            most: usize::try_from(most).unwrap_or(usize::MAX),
            sets: Vec::new(),
            conditions: Vec::new(),
            check: Default::default(),
            last: start.newest.map_or(last, |newest| newest.min(last)),
        };
        for test in &query.tests {
            match Set::of_test(test) {
                Ok(set) => search.sets.push(set),
                Err(condition) => search.conditions.push(condition),
            }
        }
        search.sets.push(Set::of_scope(connection, &query.scope)?);
        search.narrow(Some(FEW_HOLD))?;
        Ok(search)
    }

    /// Which way the usual order is gone, if it is the one that was asked for.
    fn usual_direction(&self) -> Option<Direction> {
        let direction = self.sorts.first()?.direction;
        let usual = Sort::DEFAULT.map(|sort| Sort { direction, ..sort });
        (self.sorts == usual).then_some(direction)
    }

    /// Reads of which rows the conditions hold that have an index, unless that are too many.
    fn narrow(&mut self, most: Option<usize>) -> Result<(), StoreError> {
        let conditions = std::mem::take(&mut self.conditions);
        for condition in conditions {
            let rows = match condition.is_indexed() {
                true => self.rows_of(condition, most)?,
                false => None,
            };
            match rows {
                // They may be few: what has nothing in common with them is known at once.
                Some(rows) => self.sets.insert(0, Set::Rows(rows)),
                None => self.conditions.push(condition),
            }
        }
        self.check = Condition::check(&self.conditions);
        Ok(())
    }

    fn rows_of(
        &self,
        condition: Condition<'_>,
        most: Option<usize>,
    ) -> Result<Option<Blocks>, StoreError> {
        let (sql, values) = condition.select(most.map(|most| most + 1));
        let mut select = self.connection.prepare_cached(&sql)?;
        let mut found = select.query(rusqlite::params_from_iter(values.iter()))?;
        let (mut blocks, mut count) = (Blocks::new(), 0);
        while let Some(row) = found.next()? {
            count += 1;
            if most.is_some_and(|most| count > most) {
                return Ok(None);
            }
            sets::add(&mut blocks, row.get(0)?);
        }
        Ok(Some(blocks))
    }

    /// Whether looking further at images in vain can be spared.
    fn can_narrow(&self) -> bool {
        self.conditions.iter().any(|known| known.is_indexed())
    }

    /// Of rows that are in order.
    fn read_off(&self, direction: Direction) -> Result<Found, StoreError> {
        let (mut rows, mut misses) = (Vec::new(), 0);
        let Some(range) = self.range(direction)? else {
            return Ok(Found::Rows(rows));
        };
        let mut from = match direction {
            Direction::Ascending => Bits::place(*range.start()).0,
            Direction::Descending => Bits::place(*range.end()).0,
        };
        let mut walking = Walking::of(self.connection, direction)?;
        while rows.len() < self.most
            && let Some((block, bits)) = walking.common(&self.sets, from)?
        {
            let mut places = bits.places();
            while rows.len() < self.most
                && let Some(place) = next(&mut places, direction)
            {
                let seq = block * BLOCK_ROWS + i64::from(place);
                if !range.contains(&seq) {
                    continue;
                }
                if self.holds(seq)? {
                    rows.push(seq);
                    continue;
                }
                misses += 1;
                if misses > MOST_MISSES && self.can_narrow() {
                    return Ok(Found::TooFar);
                }
            }
            from = block + walking.step();
        }
        Ok(Found::Rows(rows))
    }

    /// The rows behind the place where the list begins, if they are in order; nothing when there are
    /// none.
    fn range(
        &self,
        direction: Direction,
    ) -> Result<Option<std::ops::RangeInclusive<i64>>, StoreError> {
        let Some(keys) = &self.after else {
            return Ok(Some(0..=self.last));
        };
        let first = match direction {
            Direction::Ascending => {
                "SELECT seq FROM images WHERE (created_at, id) > (?1, ?2) \
                 ORDER BY created_at, id LIMIT 1"
            }
            Direction::Descending => {
                "SELECT seq FROM images WHERE (created_at, id) < (?1, ?2) \
                 ORDER BY created_at DESC, id DESC LIMIT 1"
            }
        };
        let mut first = self.connection.prepare_cached(first)?;
        let first = first
            .query_row(rusqlite::params_from_iter(keys), |row| row.get(0))
            .optional()?;
        Ok(first.map(|first: i64| match direction {
            Direction::Ascending => first..=self.last,
            Direction::Descending => 0..=first.min(self.last),
        }))
    }

    /// Whether the conditions hold of a row.
    fn holds(&self, seq: i64) -> Result<bool, StoreError> {
        if self.conditions.is_empty() {
            return Ok(true);
        }
        let (sql, values) = &self.check;
        let mut select = self.connection.prepare_cached(sql)?;
        let seq = Value::Integer(seq);
        let values = values.iter().chain(std::iter::once(&seq));
        Ok(select.exists(rusqlite::params_from_iter(values))?)
    }

    fn in_any_order(&mut self) -> Result<Vec<i64>, StoreError> {
        if let Some(rows) = self.common_page()? {
            return Ok(rows);
        }
        loop {
            let blocks = self.blocks()?;
            let count: usize = blocks.values().map(Bits::count).sum();
            let walk = Walk::of_order(self.sorts, self.after.as_deref());
            let walk = walk.filter(|_| count > FEW_SORTED);
            let Some((walk, most)) = walk.and_then(|walk| Some((walk, self.steps(count)?))) else {
                return self.sorted(&blocks);
            };
            let flat = Flat::of(&blocks);
            let mut has = |seq| Ok(flat.has(seq));
            if let Found::Rows(rows) = self.walk(&walk, &mut has, most)? {
                return Ok(rows);
            }
            if !self.can_narrow() {
                return self.sorted(&blocks);
            }
            self.narrow(None)?;
        }
    }

    /// A page of what is so common that it is found along an index at once; the newest rows are taken
    /// for what all are like. Of the sets only those blocks are read that come up.
    fn common_page(&self) -> Result<Option<Vec<i64>>, StoreError> {
        let mut walking = Walking::of(self.connection, Direction::Descending)?;
        let last = Bits::place(self.last);
        let Some(newest) = walking.common(&self.sets, last.0)? else {
            return Ok(Some(Vec::new()));
        };
        let rows = match newest.0 == last.0 {
            true => usize::from(last.1) + 1,
            false => usize::try_from(BLOCK_ROWS).unwrap_or(usize::MAX),
        };
        let likely = newest.1.count().saturating_mul(MOST_MISSES) / rows;
        let walk = Walk::of_order(self.sorts, self.after.as_deref());
        let Some(walk) = walk.filter(|_| likely > self.most.saturating_mul(2)) else {
            return Ok(None);
        };
        let mut known = Known {
            walking,
            blocks: BTreeMap::from([(newest.0, Some(newest.1))]),
        };
        let mut has = |seq| known.has(&self.sets, seq);
        match self.walk(&walk, &mut has, MOST_MISSES)? {
            Found::Rows(rows) => Ok(Some(rows)),
            Found::TooFar => Ok(None),
        }
    }

    /// All rows that match, as far as sets tell.
    fn blocks(&self) -> Result<Blocks, StoreError> {
        let mut blocks = Blocks::new();
        let mut walking = Walking::of(self.connection, Direction::Descending)?;
        let (last, last_place) = Bits::place(self.last);
        let mut from = last;
        while let Some((block, mut rows)) = walking.common(&self.sets, from)? {
            if block == last {
                rows.clear_behind(last_place);
            }
            blocks.insert(block, rows);
            from = block + walking.step();
        }
        Ok(blocks)
    }

    /// How far to go along an order to find a page, if that is the shorter way, of so many rows.
    fn steps(&self, count: usize) -> Option<usize> {
        if self.can_narrow() {
            return Some(MOST_MISSES);
        }
        let all = usize::try_from(self.last).unwrap_or(usize::MAX);
        steps_worth(self.most, count, all)
    }

    /// A page along an index, unless it takes more steps than these.
    fn walk(
        &self,
        walk: &Walk,
        has: &mut dyn FnMut(i64) -> Result<bool, StoreError>,
        most: usize,
    ) -> Result<Found, StoreError> {
        let mut page = Taken::of(walk, self.most, self.after.as_deref());
        let is_long = most > MOST_MISSES;
        let mut steps = 0;
        'walk: for (sql, values) in walk.statements(!is_long) {
            let mut select = self.connection.prepare_cached(&sql)?;
            let mut rows = select.query(rusqlite::params_from_iter(values))?;
            while let Some(row) = rows.next()? {
                let seq = row.get(0)?;
                let group = || match is_long {
                    true => self.group_of(walk, seq),
                    false => Ok(walk.group(row)?),
                };
                if page.is_full(group)? {
                    break 'walk;
                }
                steps += 1;
                if steps > most || page.is_too_large() {
                    return Ok(Found::TooFar);
                }
                // Rows that came after the list began are in no set of it.
                if seq <= self.last && has(seq)? && self.holds(seq)? {
                    page.take(seq, group)?;
                }
            }
        }
        self.page(page).map(Found::Rows)
    }

    fn group_of(&self, walk: &Walk, seq: i64) -> Result<Vec<Value>, StoreError> {
        let mut select = self.connection.prepare_cached(&walk.one())?;
        Ok(select.query_row([seq], |row| walk.group(row))?)
    }

    /// What was taken, in order. Where each row is a group of its own, it is so already.
    fn page(&self, page: Taken<'_>) -> Result<Vec<i64>, StoreError> {
        let begins_behind = match page.rows.get(..page.of_marker) {
            Some([]) => true,
            Some([seq]) => self.is_marker(*seq)?,
            _ => false,
        };
        if begins_behind && !page.has_ties {
            let mut rows = page.rows;
            return Ok(rows.split_off(page.of_marker));
        }
        self.in_order(page.rows.into_iter(), &[])
    }

    /// Whether the list begins behind this row, and not behind another that has as much of its keys.
    fn is_marker(&self, seq: i64) -> Result<bool, StoreError> {
        let by_id = self.sorts.last().is_some_and(|it| it.key == SortKey::Id);
        let id = self.after.as_ref().and_then(|keys| keys.last());
        match id {
            Some(Value::Text(id)) if by_id => Ok(rows::id(self.connection, seq)? == *id),
            _ => Ok(false),
        }
    }

    fn sorted(&self, blocks: &Blocks) -> Result<Vec<i64>, StoreError> {
        let rows = blocks.iter().flat_map(|(block, bits)| {
            let first = block * BLOCK_ROWS;
            bits.places().map(move |place| first + i64::from(place))
        });
        self.in_order(rows, &self.conditions)
    }

    /// The page of some rows of which conditions hold.
    fn in_order(
        &self,
        rows: impl Iterator<Item = i64>,
        conditions: &[Condition<'_>],
    ) -> Result<Vec<i64>, StoreError> {
        let most = u64::try_from(self.most).unwrap_or(u64::MAX);
        let select = Select::of_rows(self.sorts, rows, conditions, self.after.clone(), most);
        let mut found = Vec::new();
        for sql in &select.parts {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(select.values.iter()))?;
            while let Some(row) = rows.next()? {
                found.push(row.get(0)?);
            }
        }
        Ok(found)
    }
}

/// What is known of the rows that match, block by block, as far as somebody has asked.
struct Known<'c> {
    walking: Walking<'c>,
    blocks: BTreeMap<i64, Option<Bits>>,
}

impl Known<'_> {
    fn has(&mut self, sets: &[Set], seq: i64) -> Result<bool, StoreError> {
        let (block, place) = Bits::place(seq);
        let bits = match self.blocks.entry(block) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let found = self.walking.common(sets, block)?;
                let found = found.filter(|(found, _)| *found == block);
                unknown.insert(found.map(|(_, bits)| bits))
            }
        };
        Ok(bits.as_ref().is_some_and(|bits| bits.has(place)))
    }
}
