//! A request with everything that its answer depends on.

use super::offer::Offer;
use crate::config::AuthMode;
use crate::domain::Caller;
use crate::http::cache::Caches;
use crate::http::{Body, Head};
use crate::service::App;
use std::cell::RefCell;

/// Which listener a request came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The one that all services share.
    Shared,
    /// One of its own, at whose root it is.
    Own {
        /// Of the shared one, where Keystone is.
        shared_port: u16,
    },
}

/// One call of the API.
pub struct Call<'a> {
    /// The emulator.
    pub app: &'a App,
    /// What this thread has rendered before.
    pub caches: &'a RefCell<Caches>,
    /// What was asked.
    pub head: &'a Head,
    /// The body of it.
    pub body: &'a Body,
    /// What this server offers.
    pub offer: &'static Offer,
    /// What links that hold the host begin with, without a slash at the end.
    pub base: String,
    door: Door,
    /// Who asks; nobody until signed in.
    pub caller: Caller,
}

impl<'a> Call<'a> {
    /// A request that came through a door.
    pub fn new(
        app: &'a App,
        caches: &'a RefCell<Caches>,
        head: &'a Head,
        body: &'a Body,
        door: Door,
    ) -> Self {
        let offer = Offer::of(app.config.profile);
        let host = head.origin().base(offer.trust);
        // The public URL is that of the listener that all services share.
        let prefix = match (door, &app.server.public_url) {
            (Door::Own { .. }, Some(_)) => "/image",
            _ => head.prefix(),
        };
        Self {
            app,
            caches,
            head,
            body,
            offer,
            base: [&host, prefix].concat(),
            door,
            caller: Caller::default(),
        }
    }

    /// Where a client is sent to sign in.
    pub fn keystone_url(&self) -> String {
        let origin = self.head.origin();
        let services = match self.door {
            Door::Shared => origin.base(self.offer.trust),
            Door::Own { shared_port } => origin.base_on_port(self.offer.trust, shared_port),
        };
        format!("{services}/identity")
    }

    /// Why nobody is found who asks, for whoever wonders.
    pub fn why_nobody(&self) -> String {
        self.app.identity.why_not(token_of(self.head))
    }

    /// Why whoever asks may not do what only an administrator may.
    pub fn takes_admin(&self) -> String {
        format!(
            "that takes the role admin, and the caller is {}",
            self.caller
        )
    }

    /// Finds out who asks; nothing when the request needs a token and has no good one.
    pub fn authenticate(&self) -> Option<Caller> {
        let known = token_of(self.head).and_then(|token| self.app.identity.authenticate(token));
        match self.app.config.auth {
            AuthMode::Strict => known,
            AuthMode::Open => {
                let scoped = known.filter(|caller| caller.project_id.is_some());
                scoped.or_else(|| {
                    let directory = self.app.identity.directory();
                    Some(Caller::member_of(directory.default_project_id()))
                })
            }
        }
    }
}

/// The project of the token that a request shows, when it is known.
pub fn token_project(app: &App, head: &Head) -> Option<String> {
    let caller = app.identity.authenticate(token_of(head)?)?;
    caller.project_id
}

fn token_of(head: &Head) -> Option<&str> {
    let token = head.header("x-auth-token");
    token.or_else(|| head.header("x-storage-token"))
}
