//! Who is asked, and what becomes of it.

use super::call::{Asked, BodyError};
use super::command::{Rooms, reserved, with_rooms};
use super::output;
use crate::cli::client::{Call, Peer, Unreachable};
use crate::cli::place::Place;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::io;
use std::path::PathBuf;

/// What a refusal ends with.
const EXIT_REFUSED: u8 = 1;

/// What a call ends with that could not be made.
const EXIT_NOT_ASKED: u8 = 2;

const LISTEN: &str = "ctl-listen";
const PORT_FILE: &str = "ctl-port-file";
const CONTROL_LISTEN: &str = "ctl-control-listen";

/// The command line behind `ctl`.
#[derive(Debug)]
pub struct Ctl {
    server: Server,
    asked: Asked,
}

/// Which server is asked, by whom. The options stand anywhere behind `ctl`, and have names of their own,
/// since what is given there is given to the whole command line.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Server")]
struct Server {
    /// Where the server, or one of its spaces, is [default: where it was told to listen]
    #[arg(long, env = "NOVA_IMAGES_URL", value_name = "URL", global = true)]
    url: Option<String>,
    /// Where it was told to listen
    #[arg(
        id = LISTEN,
        long = "listen",
        env = "NOVA_IMAGES_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8774",
        global = true
    )]
    listen: String,
    /// The file that it writes its port to
    #[arg(
        id = PORT_FILE,
        long = "port-file",
        env = "NOVA_IMAGES_PORT_FILE",
        value_name = "PATH",
        global = true
    )]
    port_file: Option<PathBuf>,
    /// Where it was told to serve `/_control`
    #[arg(
        id = CONTROL_LISTEN,
        long = "control-listen",
        env = "NOVA_IMAGES_CONTROL_LISTEN",
        value_name = "ADDRESS:PORT",
        global = true
    )]
    control_listen: Option<String>,
    /// Ask this space of it
    #[arg(long, env = "NOVA_IMAGES_SPACE", value_name = "NAME", global = true)]
    space: Option<String>,
    /// The control token that it was told
    #[arg(
        id = "ctl-control-token",
        long = "control-token",
        env = "NOVA_IMAGES_CONTROL_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        global = true
    )]
    control_token: Option<String>,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum CtlError {
    /// Nobody answers.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// There is no such body.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The server does not do it.
    #[error("{0}")]
    Refused(String),
    /// The answer broke off, or cannot be written.
    #[error("the answer: {0}")]
    Answer(#[source] io::Error),
}

impl CtlError {
    /// What the process ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) => EXIT_REFUSED,
            Self::Unreachable(_) | Self::Body(_) | Self::Answer(_) => EXIT_NOT_ASKED,
        }
    }
}

impl Ctl {
    /// Asks, and shows what comes back.
    ///
    /// # Errors
    /// When it is refused, or nobody answers.
    pub fn run(&self) -> Result<(), CtlError> {
        let peer = self.server.peer()?;
        let body = match &self.asked.body {
            Some(written) => written.bytes()?.map(|bytes| (&*written.media_type, bytes)),
            None => None,
        };
        let call = Call {
            method: &self.asked.method,
            target: &(self.server.prefix() + "/_control" + &self.asked.target),
            token: self.server.control_token.as_deref(),
            body: body
                .as_ref()
                .map(|(media_type, bytes)| (*media_type, &**bytes)),
        };
        let answer = peer.ask(&call, None)?;
        if !answer.status().is_success() {
            return Err(CtlError::Refused(output::reason(answer)));
        }
        match output::show(answer) {
            Err(error) if !output::is_enough(&error) => Err(CtlError::Answer(error)),
            _ => Ok(()),
        }
    }
}

impl Server {
    fn peer(&self) -> Result<Peer, Unreachable> {
        if let Some(url) = &self.url {
            return Peer::at(url);
        }
        let place = Place {
            listen: self.listen.clone(),
            port_file: self.port_file.clone(),
            control_listen: self.control_listen.clone(),
        };
        place.control()
    }

    fn prefix(&self) -> String {
        let space = self.space.as_deref().map(|name| {
            let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
            format!("/_space/{name}")
        });
        space.unwrap_or_default()
    }
}

impl Args for Ctl {
    fn augment_args(ctl: Command) -> Command {
        let ctl = Server::augment_args(ctl).subcommand_required(true);
        with_rooms(ctl.arg_required_else_help(true))
    }

    fn augment_args_for_update(ctl: Command) -> Command {
        Self::augment_args(ctl)
    }
}

impl FromArgMatches for Ctl {
    fn from_arg_matches(given: &ArgMatches) -> Result<Self, clap::Error> {
        let mut server = Server::from_arg_matches(given)?;
        if is_told_otherwise(given) {
            server.url = None;
        }
        let shared = reserved(&Server::augment_args(Command::new("ctl")));
        let asked = Asked::of(&Rooms::all(), &shared, given);
        let asked = asked.ok_or_else(|| clap::Error::new(ErrorKind::MissingSubcommand))?;
        Ok(Self { server, asked })
    }

    fn update_from_arg_matches(&mut self, given: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(given)?;
        Ok(())
    }
}

/// Whether the command line says where the server listens, which outranks a URL of the environment.
fn is_told_otherwise(given: &ArgMatches) -> bool {
    let is_said = |id: &str| given.value_source(id) == Some(ValueSource::CommandLine);
    let places = [LISTEN, PORT_FILE, CONTROL_LISTEN];
    !is_said("url") && places.into_iter().any(is_said)
}
