//! What an entry must be like to be meant.

use super::entry::Entry;
use super::glob;
use std::borrow::Cow;
use std::fmt;

/// What entries must be like. Whatever is not said of them does not matter.
///
/// In the name of an operation and in a path a star stands for any run of characters.
///
/// ```
/// use nova_images::Matching;
///
/// let refused = Matching::operation("nova.images.*").status(404).project("web");
/// assert_eq!(refused.to_string(), "operation nova.images.*, status 404, project web");
/// assert_eq!(Matching::all().to_string(), "anything");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Matching {
    operation: Option<String>,
    service: Option<String>,
    method: Option<String>,
    path: Option<String>,
    status: Option<Statuses>,
    project: Option<String>,
    image: Option<String>,
    fault: Option<String>,
    request_id: Option<String>,
    error: Option<bool>,
}

/// Statuses: one, or all of a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// This one.
    One(u16),
    /// Those that begin with this digit.
    Class(u16),
}

/// A text is no status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a status such as 404 nor a class of them such as 4xx")]
pub struct StatusError(String);

impl Statuses {
    /// Whether a status is among them; no status is not.
    #[must_use]
    pub fn have(self, status: Option<u16>) -> bool {
        match self {
            Self::One(one) => status == Some(one),
            Self::Class(class) => status.is_some_and(|status| status / 100 == class),
        }
    }
}

impl std::str::FromStr for Statuses {
    type Err = StatusError;

    /// Reads `404` or `4xx`.
    fn from_str(text: &str) -> Result<Self, StatusError> {
        let wrong = || StatusError(text.to_owned());
        let class = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"));
        let number: u16 = class.unwrap_or(text).parse().map_err(|_| wrong())?;
        match (class, number) {
            (Some(_), 1..=9) => Ok(Self::Class(number)),
            (None, 100..=999) => Ok(Self::One(number)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(status) => status.fmt(f),
            Self::Class(class) => write!(f, "{class}xx"),
        }
    }
}

impl Matching {
    /// All entries.
    pub fn all() -> Self {
        Self::default()
    }

    /// Those of an operation, such as `nova.images.detail` or `nova.images.*`; the coverage page lists
    /// their names.
    pub fn operation(name: impl Into<String>) -> Self {
        Self::all().of_operation(name)
    }

    /// Those for a path, without the query, such as `/v2/*/images/detail`, as its space sees it.
    pub fn path(path: impl Into<String>) -> Self {
        Self::all().of_path(path)
    }

    /// The same, besides what is said already.
    pub fn of_operation(mut self, name: impl Into<String>) -> Self {
        self.operation = Some(name.into());
        self
    }

    /// The same, besides what is said already.
    pub fn of_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Those to a service: `nova`, `keystone`, `glance` or `waldur`.
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.service = Some(name.into());
        self
    }

    /// Those by a method.
    pub fn method(mut self, name: impl Into<String>) -> Self {
        self.method = Some(name.into().to_ascii_uppercase());
        self
    }

    /// Those that were answered with a status.
    pub fn status(self, status: u16) -> Self {
        self.statuses(Statuses::One(status))
    }

    /// Those that were answered with a status of a hundred: 5 for all of 500 to 599.
    pub fn status_class(self, class: u16) -> Self {
        self.statuses(Statuses::Class(class))
    }

    /// Those that were answered with one of these.
    pub fn statuses(mut self, statuses: Statuses) -> Self {
        self.status = Some(statuses);
        self
    }

    /// Those for a project, by its id.
    pub fn project(mut self, id: impl Into<String>) -> Self {
        self.project = Some(id.into());
        self
    }

    /// Those about an image, by its id.
    pub fn image(mut self, id: impl Into<String>) -> Self {
        self.image = Some(id.into());
        self
    }

    /// Those that a fault was done to, by its name, in which a star stands for any run of characters: `*`
    /// for any fault.
    pub fn fault(mut self, name: impl Into<String>) -> Self {
        self.fault = Some(name.into());
        self
    }

    /// The one that was answered with a request id.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Those that went wrong, or those that did not: see [`Entry::is_error`].
    pub fn error(mut self, is_error: bool) -> Self {
        self.error = Some(is_error);
        self
    }

    /// Whether an entry is like this.
    #[must_use]
    pub fn is_met(&self, entry: &Entry) -> bool {
        self.unmet(entry).next().is_none()
    }

    /// What an entry is not like, by name: what was wanted, and what is.
    pub(super) fn unmet<'e>(&'e self, entry: &'e Entry) -> impl Iterator<Item = Unmet> + 'e {
        let texts: [(&str, &Option<String>, TextOf); 8] = [
            ("operation", &self.operation, |entry| {
                Some(entry.operation().as_str().into())
            }),
            ("service", &self.service, |entry| {
                Some(entry.service().into())
            }),
            ("method", &self.method, |entry| Some(entry.method().into())),
            ("path", &self.path, |entry| Some(entry.path())),
            ("project", &self.project, |entry| {
                entry.project().map(Into::into)
            }),
            ("image", &self.image, |entry| entry.image().map(Into::into)),
            ("fault", &self.fault, |entry| entry.fault().map(Into::into)),
            ("request_id", &self.request_id, |entry| {
                entry.request_id().map(Into::into)
            }),
        ];
        let texts = texts
            .into_iter()
            .filter_map(move |(name, wanted, text_of)| {
                let wanted = wanted.as_ref()?;
                let is = text_of(entry);
                let has_stars = matches!(name, "operation" | "path" | "fault");
                let is_so = is.as_ref().is_some_and(|is| match has_stars {
                    true => glob::is_of(wanted, is),
                    false => wanted == is,
                });
                (!is_so).then(|| Unmet::new(name, wanted, is.map(Cow::into_owned)))
            });
        let wrong = self
            .status
            .filter(|statuses| !statuses.have(entry.status()));
        let status = wrong.map(|wanted| {
            let is = entry.status().map(|status| status.to_string());
            Unmet::new("status", &wanted.to_string(), is)
        });
        let is_error = entry.is_error();
        let wrong = self.error.filter(|wanted| *wanted != is_error);
        let error = wrong
            .map(|wanted| Unmet::new("error", &wanted.to_string(), Some(is_error.to_string())));
        texts.chain(status).chain(error)
    }
}

/// Looks a text of an entry up.
type TextOf = for<'e> fn(&'e Entry) -> Option<Cow<'e, str>>;

/// What an entry is not like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unmet {
    pub name: &'static str,
    pub wanted: String,
    pub is: Option<String>,
}

impl Unmet {
    fn new(name: &'static str, wanted: &str, is: Option<String>) -> Self {
        Self {
            name,
            wanted: wanted.to_owned(),
            is,
        }
    }
}

impl fmt::Display for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation,
            service,
            method,
            path,
            status,
            project,
            image,
            fault,
            request_id,
            error,
        } = self;
        let texts = [
            ("operation", operation),
            ("service", service),
            ("method", method),
            ("path", path),
            ("status", &status.map(|status| status.to_string())),
            ("project", project),
            ("image", image),
            ("fault", fault),
            ("request_id", request_id),
            ("error", &error.map(|error| error.to_string())),
        ];
        let said = texts
            .into_iter()
            .filter_map(|(name, text)| Some(format!("{name} {}", text.as_ref()?)));
        let said: Vec<_> = said.collect();
        match said.is_empty() {
            true => f.write_str("anything"),
            false => f.write_str(&said.join(", ")),
        }
    }
}
