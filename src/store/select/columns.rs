//! What the words of a query are called in SQL.

use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{Comparison, SortKey};

pub fn sort_column(key: SortKey) -> &'static str {
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

pub fn text_column(column: TextColumn) -> &'static str {
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

pub fn number_column(column: NumberColumn) -> &'static str {
    match column {
        NumberColumn::MinRam => "min_ram",
        NumberColumn::MinDisk => "min_disk",
        NumberColumn::Size => "size",
        NumberColumn::VirtualSize => "virtual_size",
    }
}

pub fn time_column(column: TimeColumn) -> &'static str {
    match column {
        TimeColumn::CreatedAt => "created_at",
        TimeColumn::UpdatedAt => "updated_at",
    }
}

pub fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

/// Whether an image need not have a value.
pub fn is_nullable(key: SortKey) -> bool {
    matches!(
        key,
        SortKey::Name | SortKey::Size | SortKey::ContainerFormat | SortKey::DiskFormat
    )
}
