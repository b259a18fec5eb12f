//! Queries into SQL.
//!
//! A page begins after a marker by comparing its sort keys (keyset paging):
//! the table's size and the page's depth do not matter when an index serves
//! the order.

mod many;

use super::StoreError;
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{
    Comparison, Direction, GlanceStatus, ImageQuery, Matches, Scope, Shares, Sort, SortKey, Test,
    Visibility,
};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Statements that find what a query asks for, in its order, with what is bound to them.
///
/// Of several, each finds a part of it, and no image is in two of them; then the order is the usual
/// one, [`Sort::DEFAULT`].
pub struct Select {
    /// One statement each.
    pub parts: Vec<String>,
    /// What their parameters stand for, by number.
    pub values: Vec<Value>,
    /// Images at most, of all parts.
    pub limit: u64,
}

impl Select {
    /// Selects columns of images called `i`. Nothing when the marker is not there: then nothing comes
    /// after it.
    pub fn compile(
        connection: &Connection,
        query: &ImageQuery,
        columns: &str,
    ) -> Result<Option<Self>, StoreError> {
        let mut select = Self {
            parts: Vec::new(),
            values: Vec::new(),
            limit: query.limit.unwrap_or(u64::MAX),
        };
        let mut common = String::with_capacity(256);
        select.tests(&query.tests, &mut common);
        scope_flags(&query.scope, &mut common);
        if let Some(marker) = &query.after {
            let Some(keys) = marker_keys(connection, query, marker)? else {
                return Ok(None);
            };
            select.after(query, keys, &mut common);
        }
        order(query, &mut common);
        let branches = select.branches(query);
        if let Some(limit) = query.limit {
            let limit = select.bind(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
            _ = write!(common, " LIMIT {limit}");
        }
        let parts = branches.iter();
        select.parts = parts
            .map(|branch| format!("SELECT {columns} FROM {branch}{common}"))
            .collect();
        Ok(Some(select))
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }

    fn bind_text(&mut self, text: &str) -> String {
        self.bind(Value::Text(text.to_owned()))
    }

    /// The parts of the visible set, disjoint. Each is a range of an index in the usual order, so
    /// that a page is merged from them without looking at what the caller must not see.
    ///
    /// A selective test is its own best index: then one part asks for everything at once, and the
    /// unary plus keeps the planner away from the owner and visibility indexes.
    fn branches(&mut self, query: &ImageQuery) -> Vec<String> {
        let scope = &query.scope;
        if scope.every_project && scope.community {
            return vec!["images i WHERE 1".to_owned()];
        }
        let me = match &scope.project_id {
            Some(project_id) => self.bind_text(project_id),
            None => self.bind(Value::Null),
        };
        if scope.every_project {
            return vec![format!(
                "images i WHERE (+i.visibility <> 'community' OR +i.owner IS {me})"
            )];
        }
        let share = self.share(scope, &me);
        if query.sort != Sort::DEFAULT || query.tests.iter().any(is_selective) {
            let community = if scope.community {
                " OR +i.visibility = 'community'"
            } else {
                ""
            };
            return vec![format!(
                "images i WHERE (+i.owner = {me} OR +i.visibility = 'public' \
                 OR (+i.visibility = 'shared' AND EXISTS \
                 (SELECT 1 FROM image_members m WHERE m.seq = i.seq AND {share})){community})"
            )];
        }
        let mut parts = vec![
            format!("images i WHERE i.owner = {me}"),
            format!("images i WHERE i.visibility = 'public' AND +i.owner IS NOT {me}"),
            format!(
                "image_members m CROSS JOIN images i ON i.seq = m.seq \
                 WHERE {share} AND +i.visibility = 'shared' AND +i.owner IS NOT {me}"
            ),
        ];
        if scope.community {
            parts.push(format!(
                "images i WHERE i.visibility = 'community' AND +i.owner IS NOT {me}"
            ));
        }
        parts
    }

    /// What makes a membership one that the list counts.
    fn share(&mut self, scope: &Scope, me: &str) -> String {
        match scope.shares {
            Shares::MadeToViewer(status) => {
                let status = self.bind_text(status.as_str());
                format!("m.project_id = {me} AND m.status = {status}")
            }
            Shares::AnyMadeToViewer => format!("m.project_id = {me}"),
        }
    }

    fn test(&mut self, test: &Test, sql: &mut String) {
        match test {
            Test::Text(column, Matches::Is(text)) => {
                let text = self.bind_text(text);
                _ = write!(sql, " AND i.{} = {text}", text_column(*column));
            }
            Test::Text(column, Matches::AnyOf(texts)) => {
                let texts = self.one_of(texts);
                _ = write!(sql, " AND i.{} IN ({texts})", text_column(*column));
            }
            Test::Number(column, number) => {
                let number = self.bind(Value::Integer(*number));
                _ = write!(sql, " AND i.{} = {number}", number_column(*column));
            }
            Test::Size(comparison, bytes) => {
                let bytes = self.bind(Value::Integer(*bytes));
                _ = write!(sql, " AND i.size {} {bytes}", operator(*comparison));
            }
            Test::Time(column, comparison, moment) => {
                let moment = self.bind(Value::Integer(moment.micros()));
                let column = time_column(*column);
                _ = write!(sql, " AND i.{column} {} {moment}", operator(*comparison));
            }
            Test::Property(key, value) => {
                let (key, value) = (self.bind_text(key), self.bind_text(value));
                _ = write!(
                    sql,
                    " AND i.seq IN (SELECT p.seq FROM image_properties p \
                     WHERE p.key = {key} AND p.value = {value})"
                );
            }
            Test::PropertyShownEmpty(key) => self.shown_empty(&BTreeSet::from([key]), sql),
            Test::Tag(tag) => {
                let tag = self.bind_text(tag);
                _ = write!(
                    sql,
                    " AND i.seq IN (SELECT t.seq FROM image_tags t WHERE t.tag = {tag})"
                );
            }
            Test::Protected(protected) => {
                _ = write!(sql, " AND i.protected = {}", i32::from(*protected));
            }
            Test::Visibility(visibility) => {
                let visibility = self.bind_text(visibility.as_str());
                _ = write!(sql, " AND +i.visibility = {visibility}");
            }
            Test::Never => sql.push_str(" AND 0"),
        }
    }

    /// Everything behind the marker: keys equal up to one that is further on.
    fn after(&mut self, query: &ImageQuery, keys: Vec<Value>, sql: &mut String) {
        let keys: Vec<(bool, String)> = keys
            .into_iter()
            .map(|key| (matches!(key, Value::Null), self.bind(key)))
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

fn marker_keys(
    connection: &Connection,
    query: &ImageQuery,
    marker: &str,
) -> Result<Option<Vec<Value>>, StoreError> {
    let columns: Vec<_> = query
        .sort
        .iter()
        .map(|sort| sort_column(sort.key))
        .collect();
    let sql = format!(
        "SELECT {} FROM images i WHERE i.id = ?1",
        columns.join(", ")
    );
    let keys = connection
        .prepare_cached(&sql)?
        .query_row([marker], |row| {
            (0..columns.len()).map(|index| row.get(index)).collect()
        })
        .optional()?;
    Ok(keys)
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

fn is_nullable(key: SortKey) -> bool {
    matches!(
        key,
        SortKey::Name | SortKey::Size | SortKey::ContainerFormat | SortKey::DiskFormat
    )
}

fn sort_column(key: SortKey) -> &'static str {
    match key {
        SortKey::CreatedAt => "i.created_at",
        SortKey::UpdatedAt => "i.updated_at",
        SortKey::Id => "i.id",
        SortKey::Name => "i.name",
        SortKey::Status => "i.status",
        SortKey::Size => "i.size",
        SortKey::ContainerFormat => "i.container_format",
        SortKey::DiskFormat => "i.disk_format",
    }
}

fn text_column(column: TextColumn) -> &'static str {
    match column {
        TextColumn::Id => "id",
        TextColumn::Name => "name",
        TextColumn::Status => "status",
        TextColumn::Owner => "owner",
        TextColumn::ContainerFormat => "container_format",
        TextColumn::DiskFormat => "disk_format",
        TextColumn::Checksum => "checksum",
        TextColumn::OsHashAlgo => "os_hash_algo",
        TextColumn::OsHashValue => "os_hash_value",
    }
}

fn number_column(column: NumberColumn) -> &'static str {
    match column {
        NumberColumn::MinRam => "min_ram",
        NumberColumn::MinDisk => "min_disk",
        NumberColumn::Size => "size",
        NumberColumn::VirtualSize => "virtual_size",
    }
}

fn time_column(column: TimeColumn) -> &'static str {
    match column {
        TimeColumn::CreatedAt => "created_at",
        TimeColumn::UpdatedAt => "updated_at",
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}
