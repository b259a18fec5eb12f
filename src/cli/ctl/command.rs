//! The command line of `nova-images ctl`: a subcommand a room of the control API, in it one an operation.

use super::kinds::{Kinds, text_of};
use super::naming::{Argument, Given, Named};
use super::operation::{Operation, operations};
use super::schema::{Flag, Form};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _, ValueParser};
use clap::{Arg, ArgAction, Command};
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a whole body is called.
pub const WHOLE: &str = "json";

/// Everything that can be asked, by its room.
#[derive(Debug)]
pub struct Rooms(IndexMap<String, Vec<Operation>>);

impl Rooms {
    /// All there are.
    pub fn all() -> Self {
        let mut rooms: IndexMap<String, Vec<Operation>> = IndexMap::new();
        for operation in operations() {
            let room = rooms.entry(operation.room.clone()).or_default();
            room.push(operation);
        }
        Self(rooms)
    }

    /// The operation of a room that a verb means.
    pub fn operation(&self, room: &str, verb: Option<&str>) -> Option<&Operation> {
        let mut operations = self.0.get(room)?.iter();
        operations.find(|operation| operation.verb.as_deref() == verb)
    }

    /// The names of the values of an operation.
    pub fn named<'r>(&'r self, operation: &'r Operation, reserved: &[String]) -> Named<'r> {
        let there = self.0.get(&operation.room);
        let there = there.into_iter().flatten();
        let keys: BTreeSet<_> = there
            .flat_map(|one| one.parts.iter().map(String::as_str))
            .collect();
        let is_told = !operation.parts.is_empty();
        Named::of(
            operation,
            reserved,
            &if is_told { BTreeSet::new() } else { keys },
        )
    }
}

/// Adds all rooms to the command that has the options which all of them share.
pub fn with_rooms(ctl: Command) -> Command {
    let rooms = Rooms::all();
    let reserved = reserved(&ctl);
    let mut ctl = ctl;
    for (name, operations) in &rooms.0 {
        let mut room = Command::new(name.clone());
        if let Some(alias) = singular(name) {
            room = room.visible_alias(alias);
        }
        let verbs: Vec<_> = operations
            .iter()
            .filter_map(|one| one.verb.as_deref())
            .collect();
        room = room.about(capital(&verbs.join(", ")));
        let mut needs_verb = true;
        for operation in operations {
            if let Some(verb) = &operation.verb {
                let command = Command::new(verb.clone());
                room = room.subcommand(described(command, &rooms, operation, &reserved));
            } else {
                room = described(room, &rooms, operation, &reserved);
                needs_verb = false;
            }
        }
        if needs_verb {
            room = room.subcommand_required(true).arg_required_else_help(true);
        }
        ctl = ctl.subcommand(room);
    }
    ctl
}

/// The names that no operation can have for a value of its own.
pub fn reserved(ctl: &Command) -> Vec<String> {
    let shared = ctl.get_arguments().filter_map(Arg::get_long);
    let shared = shared.map(str::to_owned);
    shared
        .chain([WHOLE.to_owned(), "help".to_owned()])
        .collect()
}

fn described(
    mut command: Command,
    rooms: &Rooms,
    operation: &Operation,
    reserved: &[String],
) -> Command {
    command = command.about(operation.summary.clone()).after_help(format!(
        "{} /_control{} ({})",
        operation.method, operation.path, operation.id
    ));
    let named = rooms.named(operation, reserved);
    for argument in named.all() {
        command = command.arg(option(argument, operation));
    }
    if let Some(body) = &operation.body {
        let help = format!(
            "The whole body: {}. Options beside it change members of it",
            body.what
        );
        let whole = Arg::new(WHOLE)
            .long(WHOLE)
            .value_name("TEXT|@FILE|-")
            .help(help);
        let is_only_way = body.is_required && body.flags.is_empty();
        command = command.arg(whole.required(is_only_way));
    }
    command
}

fn option(argument: &Argument<'_>, operation: &Operation) -> Arg {
    let mut option = Arg::new(argument.id.clone());
    option = match &argument.given {
        Given::There(name) => option.value_name(name.clone()),
        Given::Flag { name, alias } => option.long(name.clone()).aliases(alias.clone()),
    };
    let Some(flag) = argument.flag else {
        return option.required(true);
    };
    option = match (operation.body.is_some(), flag.is_required) {
        (true, true) => option.required_unless_present(WHOLE),
        (_, is_required) => option.required(is_required),
    };
    let is_placed = matches!(argument.given, Given::There(_));
    valued(option.help(flag.help.clone()), flag, is_placed)
}

/// Says which values there are.
fn valued(option: Arg, flag: &Flag, is_placed: bool) -> Arg {
    let named = |option: Arg, name: String| match is_placed {
        true => option,
        false => option.value_name(name),
    };
    match &flag.form {
        Form::One(kinds) if kinds.is_switch() => option
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(parser(kinds))
            .value_name("true|false"),
        Form::One(kinds) => named(option, kinds.placeholder())
            .allow_negative_numbers(true)
            .value_parser(parser(kinds)),
        Form::Many(kinds) => named(option, kinds.placeholder())
            .action(ArgAction::Append)
            .value_parser(parser(kinds)),
        Form::Pairs(kinds) => {
            let kinds = kinds.clone();
            option
                .action(ArgAction::Append)
                .value_name("NAME=VALUE")
                .value_parser(move |text: &str| pair(text, &kinds))
        }
    }
}

fn parser(kinds: &Kinds) -> ValueParser {
    let kinds = kinds.clone();
    if !kinds.are_words() {
        return ValueParser::from(move |text: &str| kinds.read(text));
    }
    let possible = kinds.words.iter().map(|word| {
        let value = PossibleValue::new(text_of(&word.value));
        match word.help.is_empty() {
            true => value,
            false => value.help(word.help.clone()),
        }
    });
    let possible = PossibleValuesParser::new(possible.collect::<Vec<_>>());
    ValueParser::from(possible.try_map(move |text| kinds.read(&text)))
}

/// A name, and the value behind it.
fn pair(text: &str, kinds: &Kinds) -> Result<(String, Value), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), kinds.read(value)?)),
        _ => Err(format!("{text:?} is not NAME=VALUE")),
    }
}

/// A room is called by one of what it holds, too.
fn singular(name: &str) -> Option<String> {
    let one = name.strip_suffix('s')?;
    (!one.ends_with(['s', 'u'])).then(|| one.to_owned())
}

fn capital(text: &str) -> String {
    let mut signs = text.chars();
    match signs.next() {
        Some(first) => first.to_uppercase().chain(signs).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rooms, with_rooms};
    use clap::Command;

    #[test]
    fn every_operation_has_its_words() {
        let mut ctl = with_rooms(Command::new("ctl"));
        ctl.build();
        for operation in Rooms::all().0.values().flatten() {
            let room = ctl.find_subcommand(&operation.room).unwrap();
            let found = match &operation.verb {
                Some(verb) => room.find_subcommand(verb).unwrap(),
                None => room,
            };
            let help = found.clone().render_help().to_string();
            assert!(help.contains(&operation.id), "{help}");
            assert!(help.contains(&operation.summary), "{help}");
        }
    }
}
