//! The real image service, as one request asks it, and what its errors are in Nova's words.

use super::call::{Call, token_of};
use super::dialect::{Dialect, ListQuery};
use super::fault::{Fault, GLANCE_FAILED, MALFORMED, Told};
use crate::domain::{Image, Properties};
use crate::http::{HeaderName, HeaderValue, StatusCode};
use crate::service::ImageError;
use crate::service::upstream::{AskError, Credentials, Upstream, UpstreamError};
use std::sync::Arc;

/// The class of the exception when Nova got no answer from Glance, however often it asked.
const NO_CONNECTION: &str = "nova.exception.GlanceConnectionFailed";

/// What users are told where Glance leads to another server, or round in a circle: whoever runs this one has to
/// say where the images are.
const LEADS_ELSEWHERE: &str =
    "The image service behind this one leads elsewhere, and is not followed there.";

const SERVICE_TOKEN: &str = "x-service-token";

/// What goes through to the real cloud beside the token, as it came.
const PASSED_ON: [HeaderName; 2] = [
    HeaderName::from_static(SERVICE_TOKEN),
    HeaderName::from_static("x-forwarded-for"),
];

/// The id of a request that it has in all services.
const GLOBAL_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// The real image service on behalf of whoever makes a request.
pub struct Remote {
    /// The cloud.
    pub upstream: Arc<Upstream>,
    /// The client's own token, and what goes with it.
    pub credentials: Credentials,
}

impl Remote {
    /// For a call.
    pub fn of(call: &Call<'_>, upstream: &Arc<Upstream>) -> Result<Self, Fault> {
        let mut credentials = if upstream.stands_in() {
            Credentials::own()
        } else {
            let token = token_of(call.head).ok_or(Told::Unauthorized)?;
            let credentials = Credentials::of(token);
            credentials.map_err(|_| Fault::from(Told::Unauthorized))?
        };
        let passed_on = PASSED_ON.into_iter();
        // Who shows a service token vouches for a client's own.
        let passed_on = passed_on.filter(|name| name != SERVICE_TOKEN || !upstream.stands_in());
        for name in passed_on {
            for value in call.head.headers().get_all(&name) {
                credentials = credentials.with(name.clone(), value);
            }
        }
        if let Ok(id) = HeaderValue::from_str(global_id(call)) {
            credentials = credentials.with(GLOBAL_ID, &id);
        }
        if let Some(project) = &call.caller.project_id {
            credentials = credentials.for_project(project);
        }
        Ok(Self {
            upstream: Arc::clone(upstream),
            credentials,
        })
    }

    /// The image of an id.
    pub async fn find(&self, call: &Call<'_>, id: &str) -> Result<Image, Fault> {
        let image = self.upstream.show(&self.credentials, id).await;
        image.map_err(|error| self.of_image(&error, call.dialect, id))
    }

    /// Gives an image these properties in place of its own, and answers what became of it.
    pub async fn write_properties(
        &self,
        call: &Call<'_>,
        image: &Image,
        properties: &Properties,
    ) -> Result<Image, Fault> {
        let (upstream, rules) = (&self.upstream, &call.dialect.rules);
        let written = upstream.write_properties(&self.credentials, rules, image, properties);
        let written = written.await;
        written.map_err(|error| self.of_image(&error, call.dialect, &image.id))
    }

    /// What an error of a list becomes.
    pub fn of_list(&self, error: AskError, dialect: &Dialect) -> Fault {
        let why = error.why();
        let fault = match error {
            AskError::Query(error) => match dialect.list_query {
                ListQuery::GlanceV1 => return Fault::of_glance_v1_list(error.into()),
                ListQuery::GlanceV2 => return Fault::of_glance_list(ImageError::Query(error)),
            },
            AskError::Refused { status, .. }
                if status.is_client_error() && dialect.list_query == ListQuery::GlanceV1 =>
            {
                match status {
                    StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN => {
                        Fault::bad_request(MALFORMED)
                    }
                    status => refused(status, None, dialect),
                }
            }
            AskError::Refused {
                status: status @ (StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN),
                said,
                ..
            } => Fault::api(status, format!("HTTP {said}")),
            other => return self.of_any(&other, dialect),
        };
        fault.because(why)
    }

    /// What an error about the image of an id becomes.
    pub fn of_image(&self, error: &AskError, dialect: &Dialect, id: &str) -> Fault {
        let why = error.why();
        let (status, said) = match error {
            AskError::Refused { status, said, .. } => (status, said),
            AskError::ReadOnly => return not_yours(id).because(why),
            _ => return self.of_any(error, dialect),
        };
        let fault = match *status {
            StatusCode::NOT_FOUND => Fault::not_found("Image not found."),
            StatusCode::FORBIDDEN => not_yours(id),
            StatusCode::BAD_REQUEST if dialect.exact => {
                Fault::internal("nova.exception.ImageBadRequest")
            }
            status @ (StatusCode::BAD_REQUEST
            | StatusCode::CONFLICT
            | StatusCode::PAYLOAD_TOO_LARGE)
                if !dialect.exact =>
            {
                Fault::api(status, format!("HTTP {said}"))
            }
            _ => return self.of_any(error, dialect),
        };
        fault.because(why)
    }

    /// What an error of a deletion becomes.
    pub fn of_delete(&self, error: &AskError, dialect: &Dialect, id: &str) -> Fault {
        let why = error.why();
        match error {
            AskError::Refused { status, said, .. } => match *status {
                StatusCode::FORBIDDEN => not_deleted().because(why),
                // Nova's `ImageDeleteConflict`.
                StatusCode::CONFLICT => {
                    let reason = format!("Conflict deleting image. Reason: HTTP {said}.");
                    Fault::api(StatusCode::CONFLICT, reason).because(why)
                }
                _ => self.of_image(error, dialect, id),
            },
            AskError::ReadOnly => not_deleted().because(why),
            _ => self.of_image(error, dialect, id),
        }
    }

    fn of_any(&self, error: &AskError, dialect: &Dialect) -> Fault {
        let why = error.why();
        let fault = match error {
            AskError::Unauthorized => {
                self.upstream.tokens.forget(self.credentials.token());
                Told::Unauthorized.into()
            }
            AskError::Refused {
                status,
                retry_after_seconds,
                ..
            } => refused(*status, *retry_after_seconds, dialect),
            AskError::Failed(UpstreamError::Away { .. } | UpstreamError::Circles { .. })
                if !dialect.exact =>
            {
                Fault::api(StatusCode::BAD_GATEWAY, LEADS_ELSEWHERE)
            }
            AskError::Failed(_) => down(None, dialect),
            AskError::NotSignedIn(_) => Told::IdentityDown.into(),
            AskError::ReadOnly => Fault::forbidden("You are not authorized to change images."),
            AskError::TooFar { .. } | AskError::Query(_) => Fault::bad_request(error.to_string()),
        };
        let has_failed = matches!(error, AskError::Failed(_))
            || matches!(fault.told, Told::Internal(_) | Told::Unavailable(_));
        if has_failed {
            tracing::warn!(why, "the image service failed");
        }
        fault.because(why)
    }
}

fn not_yours(id: &str) -> Fault {
    Fault::forbidden(format!("Not authorized for image {id}."))
}

fn not_deleted() -> Fault {
    Fault::forbidden("You are not allowed to delete the image.")
}

/// What Nova calls a request to other services: as its client does, where that is the form of such an id
/// (`oslo.middleware`), else as itself.
fn global_id<'c>(call: &'c Call<'_>) -> &'c str {
    let brought = call.head.header(&GLOBAL_ID);
    let brought = brought.filter(|id| is_request_id(id));
    brought.unwrap_or_else(|| call.request_id())
}

/// `req-` and a UUID in small letters.
fn is_request_id(id: &str) -> bool {
    let Some(uuid) = id.strip_prefix("req-") else {
        return false;
    };
    let is_right = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    uuid.len() == 36 && uuid.bytes().enumerate().all(is_right)
}

/// A status that Nova does not expect: it asks again after a 503, and gives up in the end; any other
/// is an exception of Glance's client.
fn refused(status: StatusCode, retry_after_seconds: Option<u64>, dialect: &Dialect) -> Fault {
    match status.as_u16() {
        503 => down(retry_after_seconds, dialect),
        429 | 502 | 504 if !dialect.exact => down(retry_after_seconds, dialect),
        // There is no list, or there are no images: it is no image service.
        404 => down(None, dialect),
        500 => Fault::internal(GLANCE_FAILED),
        300 => Fault::internal("glanceclient.exc.HTTPMultipleChoices"),
        405 => Fault::internal("glanceclient.exc.HTTPMethodNotAllowed"),
        409 => Fault::internal("glanceclient.exc.HTTPConflict"),
        413 => Fault::internal("glanceclient.exc.HTTPOverLimit"),
        501 => Fault::internal("glanceclient.exc.HTTPNotImplemented"),
        502 => Fault::internal("glanceclient.exc.HTTPBadGateway"),
        _ => Fault::internal("glanceclient.exc.HTTPException"),
    }
}

/// Nova 34 answers a 500; users are told that it may go better in a moment.
fn down(retry_after_seconds: Option<u64>, dialect: &Dialect) -> Fault {
    match dialect.exact {
        true => Fault::internal(NO_CONNECTION),
        false => Told::Unavailable(retry_after_seconds).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_request_id;

    #[test]
    fn ids_have_a_form() {
        assert!(is_request_id("req-6f1e0e2c-6e9f-4f0d-9d4e-2f3c5a7b9d10"));
        for other in [
            "",
            "req-",
            "6f1e0e2c-6e9f-4f0d-9d4e-2f3c5a7b9d10",
            "req-6F1E0E2C-6e9f-4f0d-9d4e-2f3c5a7b9d10",
            "req-6f1e0e2c6e9f-4f0d-9d4e-2f3c5a7b9d10-",
            "req-6f1e0e2c-6e9f-4f0d-9d4e-2f3c5a7b9d100",
        ] {
            assert!(!is_request_id(other), "{other}");
        }
    }
}
