//! What an image may not have any number of.

use std::fmt;

/// Most of each: Glance's defaults for `image_tag_quota` and its like.
pub const MOST: usize = 128;

/// What there is a limit of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// Labels.
    Tags,
    /// Custom properties.
    Properties,
    /// Projects that it is shared with.
    Members,
}

impl fmt::Display for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tags => "tags",
            Self::Properties => "properties",
            Self::Members => "members for this image",
        })
    }
}
