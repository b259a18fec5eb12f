//! This server's own token in a cloud: got when it is first needed, and renewed before it ends.
//!
//! One sign-in is under way at a time, and it goes on whoever leaves. While the token lives nobody waits for
//! the next one. A sign-in that failed is tried again after a pause, or as soon as the files that the
//! credentials stand in have changed; they are read anew for every sign-in.

use super::client::Client;
use super::endpoint::{Endpoint, Service};
use super::keystone::SignedIn;
use super::sign_in::{CloudError, image_url, sign_in};
use super::tokens::KnownToken;
use crate::config::{
    CloudCredentials, CloudProof, CloudSource, CloudStamp, ServiceInterface, UpstreamConfig,
};
use crate::control::Clock;
use crate::domain::Caller;
use crate::service::failure::why;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use http::HeaderValue;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long nobody signs in after a failure, in microseconds.
const PAUSE_MICROS: i64 = 5_000_000;

/// How often files are looked at, in microseconds.
const LOOK_MICROS: i64 = 5_000_000;

/// How long before its end a token is renewed at the earliest, in microseconds. Of a short one it is the
/// last tenth.
const MARGIN_MICROS: i64 = 300_000_000;

/// A token of this server, and what it opens.
#[derive(Debug)]
pub struct OwnToken {
    /// The token, as a header.
    pub header: HeaderValue,
    /// Who this server is in the cloud.
    pub caller: Caller,
    /// Where the image service is that it asks.
    pub image: Arc<Endpoint>,
    /// Where the catalogue has the image service for everybody.
    pub image_url: Option<String>,
    /// When it is renewed, by the clock for durations.
    renewed_at_micros: i64,
    /// When it ends, by the same clock: Keystone's may be another one.
    ends_at_micros: i64,
}

/// What somebody is told who needs the token.
pub type Told = Result<Arc<OwnToken>, Arc<CloudError>>;

/// Keeps this server signed in. Clones keep the same token.
#[derive(Clone)]
pub struct OwnTokens(Arc<Inner>);

struct Inner {
    client: Client,
    clock: Clock,
    source: CloudSource,
    said: Said,
    state: Mutex<State>,
}

/// What the configuration says, whatever stands where the credentials are.
#[derive(Debug)]
struct Said {
    keystone_url: Option<String>,
    image_url: Option<String>,
    region: Option<String>,
    interface: Option<ServiceInterface>,
}

#[derive(Default)]
struct State {
    token: Option<Arc<OwnToken>>,
    /// Whether it is to be renewed, however long it lives.
    is_stale: bool,
    /// The sign-in that is under way.
    flight: Option<Shared<BoxFuture<'static, Told>>>,
    failed: Option<Failed>,
    stamp: CloudStamp,
    looked_at_micros: i64,
}

struct Failed {
    error: Arc<CloudError>,
    until_micros: i64,
}

impl OwnTokens {
    /// Nobody signs in yet.
    #[must_use]
    pub fn new(client: Client, clock: Clock, source: CloudSource, config: &UpstreamConfig) -> Self {
        let state = State {
            stamp: source.stamp(),
            looked_at_micros: clock.monotonic_micros(),
            ..State::default()
        };
        Self(Arc::new(Inner {
            client,
            clock,
            source,
            said: Said {
                keystone_url: config.keystone_url.clone(),
                image_url: config.url.clone(),
                region: config.region.clone(),
                interface: config.interface,
            },
            state: Mutex::new(state),
        }))
    }

    /// The token, which is got when there is none.
    ///
    /// # Errors
    /// When nobody can sign in, or could not a moment ago.
    pub async fn get(&self) -> Told {
        let flight = {
            let mut state = self.0.state();
            let now = self.0.clock.monotonic_micros();
            self.0.look(&mut state, now);
            let is_pausing = state.is_pausing(now);
            match &state.token {
                Some(token) if now < token.ends_at_micros => {
                    let token = Arc::clone(token);
                    if (state.is_stale || now >= token.renewed_at_micros) && !is_pausing {
                        // Nobody has to wait for it.
                        drop(self.fly(&mut state));
                    }
                    return Ok(token);
                }
                _ => {}
            }
            match &state.failed {
                Some(failed) if is_pausing => return Err(Arc::clone(&failed.error)),
                _ => self.fly(&mut state),
            }
        };
        flight.await
    }

    /// Host and port of the image service, for errors.
    #[must_use]
    pub fn image_authority(&self) -> Arc<str> {
        let state = self.0.state();
        let known = state.token.as_ref();
        let known = known.map(|token| Arc::clone(&token.image.authority));
        known.unwrap_or_else(|| "the image service".into())
    }

    /// The image service does not take a token; what was got since is kept.
    pub fn refused(&self, token: &Arc<OwnToken>) {
        let mut state = self.0.state();
        if state.is_of(token) {
            state.token = None;
        }
    }

    /// It does not even take a new one: there is no use in getting more of them at once.
    pub fn refused_anew(&self, token: &Arc<OwnToken>) -> Arc<CloudError> {
        let error = Arc::new(CloudError::NotTaken(Arc::clone(&token.image.authority)));
        let mut state = self.0.state();
        if state.is_of(token) {
            state.token = None;
            self.0.fail(&mut state, &error);
        }
        error
    }

    /// Forgets the token, and that none could be got.
    pub fn forget(&self) {
        let mut state = self.0.state();
        (state.token, state.failed) = (None, None);
    }

    /// Has somebody sign in, if nobody does already.
    fn fly(&self, state: &mut State) -> Shared<BoxFuture<'static, Told>> {
        if let Some(flight) = &state.flight {
            return flight.clone();
        }
        let inner = Arc::clone(&self.0);
        let flight = async move {
            let told = inner.sign_in().await.map(Arc::new).map_err(Arc::new);
            inner.landed(&told);
            told
        };
        let flight = flight.boxed().shared();
        state.flight = Some(flight.clone());
        // Whoever began it may leave.
        self.0.client.go_on(flight.clone().map(|_| ()));
        flight
    }
}

impl Inner {
    async fn sign_in(&self) -> Result<OwnToken, CloudError> {
        let credentials = self.credentials()?;
        if matches!(credentials.proof, CloudProof::Token(_)) {
            tracing::warn!(
                "this server signs in with a token: when that ends, nobody can renew it"
            );
        }
        let began = self.clock.monotonic_micros();
        let signed_in = sign_in(&self.client, &credentials).await?;
        own_token(&credentials, signed_in, began)
    }

    /// As they stand there now, with what the configuration says.
    fn credentials(&self) -> Result<CloudCredentials, CloudError> {
        let mut credentials = self.source.read()?;
        let Said {
            keystone_url,
            image_url,
            region,
            interface,
        } = &self.said;
        if let Some(url) = keystone_url {
            credentials.auth_url.clone_from(url);
        }
        if image_url.is_some() {
            credentials.image_url.clone_from(image_url);
        }
        if region.is_some() {
            credentials.region.clone_from(region);
        }
        credentials.interface = interface.or(credentials.interface);
        Ok(credentials)
    }

    fn landed(&self, told: &Told) {
        let mut state = self.state();
        state.flight = None;
        match told {
            Ok(token) => {
                state.token = Some(Arc::clone(token));
                state.is_stale = false;
                state.failed = None;
            }
            Err(error) => self.fail(&mut state, error),
        }
    }

    fn fail(&self, state: &mut State, error: &Arc<CloudError>) {
        tracing::warn!(
            why = why(&**error),
            "this server cannot sign in at the real cloud"
        );
        state.failed = Some(Failed {
            error: Arc::clone(error),
            until_micros: self.clock.monotonic_micros() + PAUSE_MICROS,
        });
    }

    /// Looks now and then whether there may be other credentials.
    fn look(&self, state: &mut State, now: i64) {
        if !state.is_pausing(now) && now < state.looked_at_micros + LOOK_MICROS {
            return;
        }
        state.looked_at_micros = now;
        let stamp = self.source.stamp();
        if stamp != state.stamp {
            state.stamp = stamp;
            state.is_stale = true;
            state.failed = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_pausing(&self, now: i64) -> bool {
        let failed = self.failed.as_ref();
        failed.is_some_and(|failed| now < failed.until_micros)
    }

    fn is_of(&self, token: &Arc<OwnToken>) -> bool {
        let own = self.token.as_ref();
        own.is_some_and(|own| Arc::ptr_eq(own, token))
    }
}

/// What a sign-in gave that began then, by the clock for durations.
fn own_token(
    credentials: &CloudCredentials,
    signed_in: SignedIn,
    began: i64,
) -> Result<OwnToken, CloudError> {
    let SignedIn { text, token } = signed_in;
    let mut header = HeaderValue::from_str(&text).map_err(CloudError::Header)?;
    header.set_sensitive(true);
    let image = Endpoint::parse(Service::Image, &image_url(credentials, &token)?)?;
    let lives = token.expires_at.micros() - token.issued_at.micros();
    let region = credentials.region.as_deref();
    let known = KnownToken::of(token, region, ServiceInterface::Public);
    tracing::info!(
        user = known.user.name,
        project = known.project_id(),
        is_admin = known.is_admin(),
        expires_at = %known.expires_at,
        "signed in at the real cloud"
    );
    Ok(OwnToken {
        header,
        caller: known.caller(),
        image: Arc::new(image),
        image_url: known.image_url,
        renewed_at_micros: began + lives - (lives / 10).min(MARGIN_MICROS),
        ends_at_micros: began + lives,
    })
}

impl fmt::Debug for OwnTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnTokens")
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}
