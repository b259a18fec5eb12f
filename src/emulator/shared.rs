//! What all threads of an emulator share.

use super::doorman::Doorman;
use super::elsewhere::Elsewhere;
use super::interceptor::Interceptor;
use super::line::Line;
use crate::config::ServerConfig;
use crate::http::{Head, Place};
use crate::service::{App, Spaces};
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// What all threads of an emulator share.
pub struct Shared {
    /// Its data and its settings.
    pub spaces: Spaces,
    /// Who lets connections in.
    pub doorman: Arc<Doorman>,
    /// Where work goes that would hold up a thread that answers requests.
    pub elsewhere: Elsewhere,
    /// Where changes of a file wait that are committed together.
    pub line: Arc<Line>,
    /// Who looks at requests before they are answered.
    pub interceptor: Option<Box<dyn Interceptor>>,
    /// Dropped behind the app: hung up, it says that the store is closed.
    _alive: Sender<()>,
}

impl Shared {
    /// For all threads; what comes with it hangs up once the last of them has let go.
    pub fn new(
        spaces: Spaces,
        interceptor: Option<Box<dyn Interceptor>>,
    ) -> (Arc<Self>, Receiver<()>) {
        let (alive, gone) = channel();
        spaces.root.image_data.when_closed(alive.clone());
        let config = &spaces.root.server;
        let shared = Self {
            doorman: Doorman::new(config.max_connections, Arc::clone(&spaces.connections)),
            spaces,
            elsewhere: Elsewhere::new(),
            line: Arc::default(),
            interceptor,
            _alive: alive,
        };
        (Arc::new(shared), gone)
    }

    /// How it was started.
    pub fn config(&self) -> &ServerConfig {
        &self.spaces.root.server
    }

    /// What it knows of its own address, at the root.
    pub fn place(&self) -> Place {
        Place {
            public_url: self.config().public_url.as_deref().map(Into::into),
            prefix: "".into(),
        }
    }

    /// The space that a request names. One that there is none of has the server's own stand in for it:
    /// somebody has to refuse the request in some service's words.
    pub fn space(&self, head: &Head) -> Space {
        match head.origin().space() {
            None => Space::Root,
            Some(name) => self.spaces.used(name).map_or(Space::Missing, Space::Named),
        }
    }

    /// What answers in a space.
    pub fn app<'a>(&'a self, space: &'a Space) -> &'a App {
        match space {
            Space::Named(app) => app,
            Space::Root | Space::Missing => &self.spaces.root,
        }
    }
}

/// The space that a request is for.
#[derive(Clone, Debug)]
pub enum Space {
    /// The server's own.
    Root,
    /// Another.
    Named(Arc<App>),
    /// One that there is not.
    Missing,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spaces.fmt(f)
    }
}
