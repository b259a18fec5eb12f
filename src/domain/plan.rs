//! What a request is about, as far as its head tells.

use std::fmt;

/// The stable name of an operation: the service, what it is done to, and what is done, such as
/// `nova.images.detail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation(&'static str);

impl Operation {
    /// An operation of this name.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How a facade wants the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyWanted {
    /// Not at all: what there is of it is read past.
    No,
    /// All of it, up to so many bytes; of a longer one it is told that it is too large.
    Whole(usize),
    /// As it comes.
    Stream,
}

/// What kind of work an answer takes, as far as it decides where that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Work {
    /// It looks at little, and changes nothing.
    Read,
    /// It changes something: in a file that means waiting for the disk.
    Change,
    /// It changes one image, once, and takes little time for it: in a file it waits for the disk together with
    /// others. Others that change images wait for it, so it waits for nothing that they hold, such as the plans
    /// of images.
    Edit,
    /// It goes through all the images there are.
    Everything,
    /// It puts others in place of all the images there are, or keeps them all: as that, and in a file it waits
    /// for whoever changes something.
    Replace,
    /// It asks another service, and waits for the answer; no thread is held meanwhile.
    Ask,
    /// It moves the data of an image: it waits for the client and for the disk, and holds no thread
    /// meanwhile.
    Transfer,
}

/// What a request is about, before its body is read and anything is done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// What is asked for.
    pub operation: Operation,
    /// The image that it is asked of, by its id.
    pub image: Option<String>,
    /// The project that asks, as far as the path or the token tell.
    pub project: Option<String>,
    /// How the body is to be read.
    pub body: BodyWanted,
    /// What kind of work it is.
    pub work: Work,
}

impl Plan {
    /// An operation on no image, for no project, without a body, that only reads.
    #[must_use]
    pub const fn of(operation: Operation) -> Self {
        Self {
            operation,
            image: None,
            project: None,
            body: BodyWanted::No,
            work: Work::Read,
        }
    }
}
