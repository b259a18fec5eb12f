//! Which entries are meant, as queries and bodies say it.

use crate::api::control::answer::fault;
use crate::http::{Reply, StatusCode};
use crate::service::journal::{Matching, Statuses};
use schemars::JsonSchema;
use serde::Deserialize;

/// A status, or a class of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum StatusWord {
    /// One
    Number(#[schemars(range(min = 100, max = 999))] u16),
    /// One, or all that begin with a digit, such as `4xx`
    Text(#[schemars(regex(pattern = r"^([1-9][0-9][0-9]|[1-9](xx|XX))$"))] String),
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum OrderWord {
    /// The oldest first
    #[default]
    OldestFirst,
    /// The newest first
    NewestFirst,
}

/// A struct with what all filters have, and more. The reader of queries does not know structs within
/// structs.
macro_rules! filter {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$more:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            /// The operation, such as `nova.images.detail`; `*` stands for any run of characters
            operation: Option<String>,
            /// The service: `nova`, `keystone`, `glance` or `waldur`
            service: Option<String>,
            /// The method
            method: Option<String>,
            /// The path, without the query; `*` stands for any run of characters
            path: Option<String>,
            /// The status, such as `404`, or a class of them, such as `5xx`
            status: Option<StatusWord>,
            /// The project that asked, by its id
            project: Option<String>,
            /// The image that it was about, by its id
            image: Option<String>,
            /// The fault that was done to it, by its name; `*` stands for any run of characters
            fault: Option<String>,
            /// The request id of the answer
            request_id: Option<String>,
            /// Whether it went wrong: a status of 400 or more, or an answer that did not arrive whole
            error: Option<bool>,
            /// Only entries behind this number
            pub since: Option<u64>,
            $($(#[$more])* pub $field: $type,)*
        }

        impl $name {
            /// What entries must be like.
            ///
            /// # Errors
            /// The answer to whoever named no status.
            pub fn matching(&self) -> Result<Matching, Reply> {
                let texts: [(&Option<String>, fn(Matching, String) -> Matching); 8] = [
                    (&self.operation, Matching::of_operation),
                    (&self.service, Matching::service),
                    (&self.method, Matching::method),
                    (&self.path, Matching::of_path),
                    (&self.project, Matching::project),
                    (&self.image, Matching::image),
                    (&self.fault, Matching::fault),
                    (&self.request_id, Matching::request_id),
                ];
                let mut matching = Matching::all();
                for (text, add) in texts {
                    if let Some(text) = text {
                        matching = add(matching, text.clone());
                    }
                }
                if let Some(status) = &self.status {
                    matching = matching.statuses(status.read()?);
                }
                Ok(match self.error {
                    Some(is_error) => matching.error(is_error),
                    None => matching,
                })
            }
        }
    };
}

filter! {
    /// Which requests are meant. What is missing does not matter.
    pub struct RequestFilter {}
}

filter! {
    /// Which requests are listed, and how.
    pub struct RequestQuery {
        /// At most so many; 100 when missing
        #[schemars(range(min = 1, max = 1000))]
        pub limit: Option<u64>,
        /// Which come first
        pub order: OrderWord,
        /// Whether bodies are shown, too
        pub bodies: bool,
    }
}

filter! {
    /// Which requests are followed, and how.
    pub struct FollowQuery {
        /// Whether bodies are shown, too
        pub bodies: bool,
    }
}

impl StatusWord {
    fn read(&self) -> Result<Statuses, Reply> {
        let text = match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        };
        let read: Result<Statuses, _> = text.parse();
        read.map_err(|error| fault(StatusCode::BAD_REQUEST, &error.to_string()))
    }
}
