//! The command line, and which subcommand it asks for.

use super::completions::Completions;
use super::ctl::Ctl;
use super::error::CommandError;
use super::export::Export;
use super::generate::Generate;
use super::healthcheck::Healthcheck;
use super::import::ImportCommand;
use super::later::{Later, without_empty_variables};
use super::log::{self, LogFormat};
use super::serve::Serve;
use crate::service::why;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args as _, CommandFactory as _, FromArgMatches as _};
use clap::{Parser, Subcommand};
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::process::ExitCode;

/// What a run that could not start ends with.
const EXIT_CANNOT_START: u8 = 2;

/// What a look at a server that is not well ends with.
const EXIT_UNHEALTHY: u8 = 1;

#[derive(Debug, Parser)]
#[command(
    name = "nova-images",
    version,
    about = "OpenStack Nova's image API in one binary"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve(Later<Serve>),
    /// Ask a server whether it is ready: ends with 0, or with 1 and one line that says why not
    Healthcheck(Later<Healthcheck>),
    /// Ask a server's control API: clock, spaces, reset, and all else that it does for tests
    Ctl(Later<Ctl>),
    /// Print what a shell completes this command with
    Completions(Later<Completions>),
    /// Take a cloud's images, or saved lists of them, into a database
    Import(Later<ImportCommand>),
    /// Write the images of a database as a fixture
    Export(Later<Export>),
    /// Write a catalogue of so many images as a fixture
    Generate(Later<Generate>),
}

/// Runs the command that the process was called with.
#[must_use]
pub fn run() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let format = log::format_of(&arguments);
    match parse(arguments) {
        Ok(Command::Serve(serve)) => serve_until_told(*serve.0),
        Ok(Command::Healthcheck(healthcheck)) => match healthcheck.0.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(reason) => failed(LogFormat::Text, &reason.to_string(), EXIT_UNHEALTHY),
        },
        Ok(Command::Ctl(ctl)) => match ctl.0.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(LogFormat::Text, &error.to_string(), error.exit_code()),
        },
        Ok(Command::Completions(completions)) => {
            // Whoever closed the pipe does not want to read it.
            _ = std::io::stdout().write_all(&completions.0.script(whole()));
            ExitCode::SUCCESS
        }
        Ok(Command::Import(import)) => ended(import.0.run()),
        Ok(Command::Export(export)) => ended(export.0.run()),
        Ok(Command::Generate(generate)) => ended(generate.0.run()),
        Err(error) if error.use_stderr() && format == LogFormat::Json => {
            failed(format, &first_paragraph(&error), EXIT_CANNOT_START)
        }
        Err(error) => error.exit(),
    }
}

fn ended(outcome: Result<(), CommandError>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(LogFormat::Text, &why(&error), EXIT_CANNOT_START),
    }
}

fn serve_until_told(serve: Serve) -> ExitCode {
    let format = serve.log_format;
    log::start(format);
    match serve.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(format, &error.to_string(), EXIT_CANNOT_START),
    }
}

fn failed(format: LogFormat, reason: &str, code: u8) -> ExitCode {
    match format {
        LogFormat::Text => eprintln!("nova-images: {reason}"),
        LogFormat::Json => eprintln!("{}", log::json_error(reason)),
    }
    ExitCode::from(code)
}

/// What is wrong, without the lines on usage behind it.
fn first_paragraph(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().take_while(|line| !line.is_empty());
    let lines: Vec<_> = lines.map(str::trim).collect();
    let text = lines.join(" ");
    text.strip_prefix("error: ").unwrap_or(&text).to_owned()
}

/// The command line, with what may stand before a subcommand: the options of `serve`.
fn whole() -> clap::Command {
    let bare = Cli::command();
    let about = bare.get_about().cloned();
    Serve::augment_args(bare).about(about.unwrap_or_default())
}

/// What a command line of these arguments may be. Behind a subcommand none is taken for one that stands before.
fn possible(arguments: &[OsString]) -> clap::Command {
    let bare = Cli::command();
    let first = arguments.get(1);
    match first.is_some_and(|first| bare.find_subcommand(first).is_some()) {
        true => bare,
        false => without_empty_variables(whole()),
    }
}

/// Reads the command line. An option means the same before and behind the subcommand: they are read
/// together, as if all of them stood behind it.
fn parse(arguments: Vec<OsString>) -> Result<Command, clap::Error> {
    let mut command = possible(&arguments);
    let matches = command.try_get_matches_from_mut(arguments)?;
    let Some((name, behind)) = matches.subcommand() else {
        let serve = Serve::from_arg_matches(&matches)?;
        return Ok(Command::Serve(Later(Box::new(serve))));
    };
    let stands_before = |one: &Arg| !given(&matches, one.get_id().as_str()).is_empty();
    if !command.get_arguments().any(stands_before) {
        return Command::from_arg_matches(&matches);
    }
    if behind.subcommand().is_some() {
        let why = format!("options stand behind {name}, not before it");
        return Err(command.error(ErrorKind::ArgumentConflict, why));
    }
    let mut together = vec![OsString::from(command.get_name()), OsString::from(name)];
    let own = command.find_subcommand(name).into_iter();
    let own = own.flat_map(clap::Command::get_arguments);
    let before = command.get_arguments().map(|argument| (argument, &matches));
    for (argument, matches) in before.chain(own.map(|argument| (argument, behind))) {
        let id = argument.get_id().as_str();
        for value in given(matches, id) {
            let name = match argument.is_positional() {
                true => String::new(),
                false => format!("--{}=", argument.get_long().unwrap_or(id)),
            };
            let mut word = OsString::from(name);
            word.push(value);
            together.push(word);
        }
    }
    Command::from_arg_matches(&command.try_get_matches_from_mut(together)?)
}

/// What the command line itself says of an option.
fn given<'m>(matches: &'m ArgMatches, id: &str) -> Vec<&'m OsStr> {
    let is_known = matches.try_contains_id(id).is_ok();
    match is_known.then(|| matches.value_source(id)) {
        Some(Some(ValueSource::CommandLine)) => matches.get_raw(id).into_iter().flatten().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, parse, whole};

    fn fixtures(line: &str) -> Result<Vec<String>, String> {
        let arguments = line.split(' ').map(Into::into).collect();
        let parsed = parse(arguments);
        parsed
            .map(|command| match command {
                Command::Serve(serve) => serve.0.fixture,
                _ => unreachable!("{line}"),
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_is_sound() {
        whole().debug_assert();
    }

    #[test]
    fn d1_what_repeats_adds_up_on_both_sides_of_serve() {
        for (line, expected) in [
            ("nova-images", &[][..]),
            ("nova-images serve", &[]),
            ("nova-images --fixture a --fixture b", &["a", "b"]),
            ("nova-images --fixture a serve --fixture b", &["a", "b"]),
            ("nova-images --fixture serve serve", &["serve"]),
            ("nova-images --fixture a,b", &["a,b"]),
        ] {
            assert_eq!(fixtures(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn d1_what_does_not_repeat_is_not_given_on_both_sides() {
        let both = fixtures("nova-images --listen a:1 serve --listen b:1");
        assert!(both.unwrap_err().contains("--listen"));
    }
}
