//! What images are made of.

pub const NAMES: [&str; 4] = ["one", "two", "", "雪 & <b>"];
pub const KEYS: [&str; 3] = ["colour", "os_distro", "a_b"];
pub const VALUES: [&str; 3] = ["red", "blue & <green>", "x y"];
pub const DATA: [&str; 3] = ["abc", "data of an image", "0123456789"];
pub const TAGS: [&str; 3] = ["t1", "t2", "t 3"];
pub const VISIBILITIES: [&str; 4] = ["private", "shared", "community", "public"];
