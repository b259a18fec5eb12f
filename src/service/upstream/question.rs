//! What a service of the real cloud is asked, and what it answers.

use super::endpoint::Endpoint;
use super::turns::Party;
use bytes::Bytes;
use chrono::DateTime;
use http::header::{CONTENT_LENGTH, DATE, HOST, HeaderName, PROXY_AUTHORIZATION, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::Duration;

const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// The longest time that a service may ask to be waited for. When it wants more, its answer counts.
const MOST_RETRY_AFTER: Duration = Duration::from_secs(3);

/// How long is waited before the second try when nobody says.
pub const PAUSE: Duration = Duration::from_millis(100);

/// What is to be asked.
#[derive(Clone)]
pub struct Question {
    /// The method.
    pub method: Method,
    /// Which service.
    pub endpoint: Arc<Endpoint>,
    /// The path behind that of the service, with its query: `/v2/images?limit=1`.
    pub path: String,
    /// The headers, without `Host` and without the length of the body.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// Longest answer that is taken, in bytes.
    pub most_bytes: usize,
    /// The id of the project that it is for, where that is known: its turn comes with that project's.
    pub project: Option<Arc<str>>,
    /// Whether it is asked anew where the service leads to. Of what is passed on, whoever asks follows.
    pub follows: bool,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// All of the body.
    pub body: Bytes,
}

impl Question {
    /// Of a service: nothing but a path, to be read.
    #[must_use]
    pub fn get(endpoint: &Arc<Endpoint>, path: impl Into<String>, most_bytes: usize) -> Self {
        Self {
            method: Method::GET,
            endpoint: Arc::clone(endpoint),
            path: path.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            most_bytes,
            project: None,
            follows: true,
        }
    }

    /// Whether it may be asked again, whatever became of it.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }

    /// Whom it is for.
    #[must_use]
    pub fn party(&self) -> Party {
        match (&self.project, self.headers.get(X_AUTH_TOKEN)) {
            (Some(project), _) => Party::Project(Arc::clone(project)),
            (None, Some(token)) => Party::Token(Sha256::digest(token).into()),
            (None, None) => Party::Nobody,
        }
    }

    /// As it is sent to the service.
    ///
    /// # Errors
    /// When HTTP cannot hold it.
    pub fn request(&self) -> Result<Request<Full<Bytes>>, http::Error> {
        self.with_target([&self.endpoint.path, self.path.as_str()].concat())
    }

    /// As it is sent to a proxy, which is to pass it on, with what that wants to see.
    ///
    /// # Errors
    /// When HTTP cannot hold it.
    pub fn request_to_proxy(
        &self,
        authorization: Option<&HeaderValue>,
    ) -> Result<Request<Full<Bytes>>, http::Error> {
        let Endpoint { origin, path, .. } = &*self.endpoint;
        let mut request = self.with_target([&**origin, path, self.path.as_str()].concat())?;
        if let Some(authorization) = authorization {
            let headers = request.headers_mut();
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        Ok(request)
    }

    fn with_target(&self, target: String) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(target)
            .header(HOST, &*self.endpoint.authority)
            .body(Full::new(self.body.clone()))?;
        let headers = request.headers_mut();
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        if !self.only_reads() && self.body.is_empty() {
            // Some servers wait for one where none is said to come.
            headers.insert(CONTENT_LENGTH, 0.into());
        }
        Ok(request)
    }
}

impl Answer {
    /// A header, when it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// When to come back: in so many seconds, or at a date, which counts from that of the answer.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let now = self.headers.get(DATE)?.to_str().ok()?;
        let [then, now] = [text, now].map(DateTime::parse_from_rfc2822);
        let wait = then.ok()?.signed_duration_since(now.ok()?);
        Some(wait.to_std().unwrap_or_default())
    }

    /// How long to wait before the question is asked again; nothing when the answer counts.
    #[must_use]
    pub fn asks_to_wait(&self) -> Option<Duration> {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                let wait = self.retry_after().unwrap_or(PAUSE);
                (wait <= MOST_RETRY_AFTER).then_some(wait)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Bytes, Duration, Endpoint, HeaderMap, PAUSE, Question, StatusCode};
    use crate::service::upstream::endpoint::Service;
    use crate::service::upstream::turns::Party;
    use std::sync::Arc;

    fn busy(headers: &[(&'static str, &'static str)]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Answer {
            status: StatusCode::SERVICE_UNAVAILABLE,
            headers: map,
            body: Bytes::new(),
        }
    }

    #[test]
    fn services_say_when_to_come_back() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:35 GMT");
        for (headers, after, waits) in [
            (&[("retry-after", "2")][..], Some(2), Some(2)),
            (&[("retry-after", "120")], Some(120), None),
            (
                &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), date],
                Some(2),
                Some(2),
            ),
            (
                &[("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"), date],
                Some(62),
                None,
            ),
            // It is past.
            (
                &[("retry-after", "Sun, 06 Nov 1994 08:49:00 GMT"), date],
                Some(0),
                Some(0),
            ),
        ] {
            let answer = busy(headers);
            assert_eq!(
                answer.retry_after(),
                after.map(Duration::from_secs),
                "{headers:?}"
            );
            assert_eq!(
                answer.asks_to_wait(),
                waits.map(Duration::from_secs),
                "{headers:?}"
            );
        }
        assert_eq!(busy(&[("retry-after", "soon")]).asks_to_wait(), Some(PAUSE));
        assert_eq!(busy(&[]).asks_to_wait(), Some(PAUSE));
    }

    #[test]
    fn a_question_is_for_a_project_or_for_a_token() {
        let endpoint = Endpoint::parse(Service::Image, "http://a:1/image").unwrap();
        let mut question = Question::get(&Arc::new(endpoint), "/v2/images", 1);
        assert_eq!(question.party(), Party::Nobody);
        question
            .headers
            .insert("x-auth-token", "t".parse().unwrap());
        let Party::Token(digest) = question.party() else {
            panic!("{:?}", question.party())
        };
        question
            .headers
            .insert("x-auth-token", "u".parse().unwrap());
        assert_ne!(question.party(), Party::Token(digest));
        question.project = Some("p".into());
        assert_eq!(question.party(), Party::Project("p".into()));
        let asked = question.request().unwrap();
        assert_eq!(asked.uri().to_string(), "/image/v2/images");
        let through = question.request_to_proxy(None).unwrap();
        assert_eq!(through.uri().to_string(), "http://a:1/image/v2/images");
    }
}
