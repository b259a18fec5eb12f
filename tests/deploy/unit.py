"""The units of deploy/systemd as far as tests start what they say: commands and variables."""

import os
import pathlib
import re
import shlex

FOLDER = pathlib.Path("deploy/systemd")


def settings(unit, key):
    """The values of a key, in their order; an empty one takes back those before it, as systemd has it."""
    values = []
    for value in re.findall(rf"^{key}=(.*)$", (FOLDER / unit).read_text(), re.M):
        values = [*values, value] if value else []
    return values


def variables(unit, **specifiers):
    """What Environment= sets, with the specifiers filled in: `i="8774"` for %i."""
    words = [word for value in settings(unit, "Environment") for word in shlex.split(value)]
    for letter, value in specifiers.items():
        words = [word.replace(f"%{letter}", value) for word in words]
    return dict(word.split("=", 1) for word in words)


def env_file(path):
    """What an environment file sets."""
    lines = (line.strip() for line in pathlib.Path(path).read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def command(line, environment, paths):
    """A command of a unit, with its variables filled in and with other paths in the place of its own."""
    words = shlex.split(line)
    for name, value in environment.items():
        words = [word.replace("${" + name + "}", value) for word in words]
    for path, other in paths.items():
        words = [word.replace(path, str(other)) for word in words]
    return words


def process_environment(*parts):
    """These variables, and of ours only what programs cannot do without."""
    environment = {"PATH": os.environ["PATH"]}
    for part in parts:
        environment.update(part)
    return environment
