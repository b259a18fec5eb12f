//! Options of a subcommand that are not described before it is asked for: a start takes no time for those of
//! the others.

use clap::builder::Resettable;
use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches, Id};

/// Such options.
#[derive(Debug)]
pub struct Later<A>(pub Box<A>);

impl<A: Args> Args for Later<A> {
    fn group_id() -> Option<Id> {
        A::group_id()
    }

    fn augment_args(command: Command) -> Command {
        command.defer(described::<A>)
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(described::<A>)
    }
}

impl<A: FromArgMatches> FromArgMatches for Later<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self(Box::new(A::from_arg_matches(matches)?)))
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        Ok(Self(Box::new(A::from_arg_matches_mut(matches)?)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }

    fn update_from_arg_matches_mut(&mut self, matches: &mut ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches_mut(matches)
    }
}

/// A subcommand with its options. What it is about was said before, and counts.
fn described<A: Args>(command: Command) -> Command {
    let about = command.get_about().cloned();
    let described = without_empty_variables(A::augment_args(command));
    match about {
        Some(about) => described.about(about).long_about(None),
        None => described,
    }
}

/// Lets an empty variable of the environment mean nothing: `${X:-}` in a recipe for containers is one.
pub fn without_empty_variables(command: Command) -> Command {
    // All options are taken out and put back, in their order, only where there is such a variable.
    if !command.get_arguments().any(has_empty_variable) {
        return command;
    }
    command.mut_args(|argument| match has_empty_variable(&argument) {
        true => argument.env(Resettable::Reset),
        false => argument,
    })
}

fn has_empty_variable(argument: &Arg) -> bool {
    let value = argument.get_env().and_then(std::env::var_os);
    value.is_some_and(|value| value.is_empty())
}
