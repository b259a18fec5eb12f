//! Queries into SQL.
//!
//! A page begins after a marker by comparing its sort keys (keyset paging):
//! the table's size and the page's depth do not matter when an index serves
//! the order.

mod columns;
mod conditions;
mod values;

use self::columns::{is_nullable, sort_column};
use self::values::Values;
use super::error::{Damage, StoreError};
use crate::domain::filter::TextColumn;
use crate::domain::{
    Direction, GlanceStatus, ImageQuery, Matches, Scope, Shares, Sort, Test, Visibility,
};
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql};
use std::fmt::Write as _;

/// Statements that find what a query asks for, in its order, with what is bound to them.
///
/// Of several, each finds a part of it, and no image is in two of them; then the order is the usual
/// one, [`Sort::DEFAULT`].
pub struct Select {
    /// One statement each.
    pub parts: Vec<String>,
    /// What their parameters stand for, by number.
    pub values: Values,
}

/// Where a list goes on: behind a row that was read, whatever has become of it since.
#[derive(Clone, Debug)]
pub struct Behind {
    /// What the row is sorted by.
    keys: Vec<Value>,
    /// The newest row when the list began: what came later is not part of it.
    newest: i64,
}

impl Behind {
    /// Behind this row.
    pub fn row(connection: &Connection, query: &ImageQuery, seq: i64) -> Result<Self, StoreError> {
        let keys = keys_of(connection, query, "seq", seq, || {
            Damage::of_row(seq, CANNOT_READ_KEYS)
        })?;
        let mut newest = connection.prepare_cached("SELECT max(seq) FROM images")?;
        Ok(Self {
            keys: keys.ok_or_else(|| Damage::of_row(seq, "it is not there"))?,
            newest: newest.query_row([], |row| row.get(0))?,
        })
    }

    /// The same place of a list that began earlier.
    #[must_use]
    pub fn begun_with(mut self, earlier: &Self) -> Self {
        self.newest = earlier.newest;
        self
    }
}

/// A part of the visible set: what stands behind `FROM`.
enum Branch {
    /// Found in the usual order, which is the query's.
    InOrder(String),
    /// Perhaps sorted by SQLite, which has less to hold when it knows how many are wanted.
    Any(String),
}

impl Select {
    /// Selects columns of images called `i`. Nothing when the marker is not there: then nothing comes
    /// after it.
    pub fn compile(
        connection: &Connection,
        query: &ImageQuery,
        columns: &str,
        behind: Option<&Behind>,
        most: u64,
    ) -> Result<Option<Self>, StoreError> {
        let mut select = Self {
            parts: Vec::new(),
            values: Values::default(),
        };
        let mut common = String::with_capacity(256);
        conditions::all(&query.tests, &mut select.values, &mut common);
        scope_flags(&query.scope, &mut common);
        if let Some(behind) = behind {
            select.after(query, behind.keys.clone(), &mut common);
            let newest = select.values.bind(Value::Integer(behind.newest));
            _ = write!(common, " AND +i.seq <= {newest}");
        } else if let Some(marker) = &query.after {
            let Some(keys) = marker_keys(connection, query, marker)? else {
                return Ok(None);
            };
            select.after(query, keys, &mut common);
        }
        order(query, &mut common);
        let branches = select.branches(connection, query)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let limit = select.values.bind(Value::Integer(most));
        let parts = branches.into_iter().map(|branch| {
            let (from, limit) = match branch {
                // Whoever reads it stops where the page ends.
                Branch::InOrder(from) => (from, String::new()),
                Branch::Any(from) => (from, format!(" LIMIT {limit}")),
            };
            format!("SELECT {columns} FROM {from}{common}{limit}")
        });
        select.parts = parts.collect();
        Ok(Some(select))
    }

    /// The parts of the visible set, disjoint. Each is a range of an index in the usual order, so
    /// that a page is merged from them without looking at what the caller must not see.
    ///
    /// A selective test is its own best index: then one part asks for everything at once, and the
    /// unary plus keeps the planner away from the owner and visibility indexes.
    fn branches(
        &mut self,
        connection: &Connection,
        query: &ImageQuery,
    ) -> Result<Vec<Branch>, StoreError> {
        let scope = &query.scope;
        if scope.every_project && scope.community {
            return Ok(vec![Branch::Any("images i WHERE 1".to_owned())]);
        }
        let me = match &scope.project_id {
            Some(project_id) => self.values.bind_text(project_id),
            None => self.values.bind(Value::Null),
        };
        if scope.every_project {
            return Ok(vec![Branch::Any(format!(
                "images i WHERE (+i.visibility <> 'community' OR +i.owner IS {me})"
            ))]);
        }
        let share = self.share(scope, &me);
        if query.sort != Sort::DEFAULT || query.tests.iter().any(is_selective) {
            let community = if scope.community {
                " OR +i.visibility = 'community'"
            } else {
                ""
            };
            return Ok(vec![Branch::Any(format!(
                "images i WHERE (+i.owner = {me} OR +i.visibility = 'public' \
                 OR (+i.visibility = 'shared' AND EXISTS \
                 (SELECT 1 FROM image_members m WHERE m.seq = i.seq AND {share})){community})"
            ))]);
        }
        let of_visibility = |visibility| {
            Branch::InOrder(format!(
                "images i WHERE i.visibility = '{visibility}' AND +i.owner IS NOT {me}"
            ))
        };
        let mut parts = vec![
            Branch::InOrder(format!("images i WHERE i.owner = {me}")),
            of_visibility("public"),
        ];
        if is_member(connection, scope)? {
            parts.push(Branch::Any(format!(
                "image_members m CROSS JOIN images i ON i.seq = m.seq \
                 WHERE {share} AND +i.visibility = 'shared' AND +i.owner IS NOT {me}"
            )));
        }
        if scope.community {
            parts.push(of_visibility("community"));
        }
        Ok(parts)
    }

    /// What makes a membership one that the list counts.
    fn share(&mut self, scope: &Scope, me: &str) -> String {
        match scope.shares {
            Shares::MadeToViewer(status) => {
                let status = self.values.bind_text(status.as_str());
                format!("m.project_id = {me} AND m.status = {status}")
            }
            Shares::AnyMadeToViewer => format!("m.project_id = {me}"),
        }
    }

    /// Everything behind the marker: keys equal up to one that is further on.
    fn after(&mut self, query: &ImageQuery, keys: Vec<Value>, sql: &mut String) {
        let keys: Vec<(bool, String)> = keys
            .into_iter()
            .map(|key| (matches!(key, Value::Null), self.values.bind(key)))
            .collect();
        let one_direction = query
            .sort
            .iter()
            .all(|sort| sort.direction == Direction::Descending);
        let never_null = query.sort.iter().all(|sort| !is_nullable(sort.key));
        if one_direction && never_null {
            let columns: Vec<_> = query
                .sort
                .iter()
                .map(|sort| sort_column(sort.key))
                .collect();
            let bound: Vec<_> = keys.iter().map(|(_, bound)| bound.as_str()).collect();
            _ = write!(
                sql,
                " AND ({}) < ({})",
                columns.join(", "),
                bound.join(", ")
            );
            return;
        }
        let mut alternatives = Vec::new();
        for (index, sort) in query.sort.iter().enumerate() {
            let mut terms = Vec::new();
            for (earlier, (_, bound)) in query.sort.iter().zip(&keys).take(index) {
                terms.push(format!("{} IS {bound}", sort_column(earlier.key)));
            }
            if let Some((is_null, bound)) = keys.get(index) {
                terms.push(further(
                    sort_column(sort.key),
                    sort.direction,
                    *is_null,
                    bound,
                ));
            }
            alternatives.push(format!("({})", terms.join(" AND ")));
        }
        _ = write!(sql, " AND ({})", alternatives.join(" OR "));
    }
}

fn order(query: &ImageQuery, sql: &mut String) {
    sql.push_str(" ORDER BY ");
    for (index, sort) in query.sort.iter().enumerate() {
        let separator = if index > 0 { ", " } else { "" };
        let direction = match sort.direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        _ = write!(sql, "{separator}{} {direction}", sort_column(sort.key));
    }
}

/// Written as literals, since a partial index is used only where the text implies it.
fn scope_flags(scope: &Scope, sql: &mut String) {
    if !scope.unlisted {
        sql.push_str(" AND i.unlisted = 0");
    }
    match scope.hidden {
        Some(false) => sql.push_str(" AND i.hidden = 0"),
        Some(true) => sql.push_str(" AND i.hidden = 1"),
        None => {}
    }
}

/// Nulls are smallest, as SQLite orders them.
fn further(column: &str, direction: Direction, marker_is_null: bool, bound: &str) -> String {
    match (direction, marker_is_null) {
        (Direction::Ascending, true) => format!("{column} IS NOT NULL"),
        (Direction::Ascending, false) => format!("{column} > {bound}"),
        (Direction::Descending, true) => "0".to_owned(),
        (Direction::Descending, false) => format!("({column} < {bound} OR {column} IS NULL)"),
    }
}

const CANNOT_READ_KEYS: &str = "what lists are sorted by cannot be read";

fn marker_keys(
    connection: &Connection,
    query: &ImageQuery,
    marker: &str,
) -> Result<Option<Vec<Value>>, StoreError> {
    keys_of(connection, query, "id", marker, || {
        Damage::of_image(marker, CANNOT_READ_KEYS)
    })
}

/// What a row is sorted by, found by a column.
fn keys_of(
    connection: &Connection,
    query: &ImageQuery,
    column: &str,
    value: impl ToSql,
    damage: impl FnOnce() -> Damage,
) -> Result<Option<Vec<Value>>, StoreError> {
    let columns: Vec<_> = query
        .sort
        .iter()
        .map(|sort| sort_column(sort.key))
        .collect();
    let sql = format!(
        "SELECT {} FROM images i WHERE i.{column} = ?1",
        columns.join(", ")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([value])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let keys = (0..columns.len()).map(|index| row.get(index));
    let keys = keys
        .collect::<Result<_, _>>()
        .map_err(|error| damage().found_by(error))?;
    Ok(Some(keys))
}

/// Whether the viewer is a member of any image. Making ready to sort what nobody shares costs more than
/// asking.
fn is_member(connection: &Connection, scope: &Scope) -> Result<bool, StoreError> {
    let mut select =
        connection.prepare_cached("SELECT 1 FROM image_members WHERE project_id = ?1 LIMIT 1")?;
    Ok(select.exists([&scope.project_id])?)
}

/// Whether a test usually leaves few images, and has an index of its own.
fn is_selective(test: &Test) -> bool {
    match test {
        Test::Text(TextColumn::Name | TextColumn::Id, _) | Test::Property(..) | Test::Tag(_) => {
            true
        }
        Test::Text(TextColumn::Status, Matches::Is(status)) => {
            GlanceStatus::parse(status) != Some(GlanceStatus::Active)
        }
        Test::Visibility(visibility) => *visibility != Visibility::Public,
        _ => false,
    }
}
