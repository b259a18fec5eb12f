//! `nova-images completions`: what a shell completes the command line with.

use clap::Command;
use clap_complete::{Shell, generate};

/// The options.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

/// The command's name as bash functions are called.
const PLAIN_NAME: &str = "nova_images";

impl Completions {
    /// The script for that shell.
    pub fn script(&self, mut command: Command) -> Vec<u8> {
        let mut script = Vec::new();
        let name = command.get_name().to_owned();
        if self.shell != Shell::Bash {
            generate(self.shell, &mut command, name, &mut script);
            return script;
        }
        // Behind a name with a hyphen nothing would be completed (clap issue 6421): the script is made for
        // another name, and only its last words say whom it is for.
        generate(self.shell, &mut command, PLAIN_NAME, &mut script);
        let text = String::from_utf8_lossy(&script);
        let text = text.replace(&format!(" {PLAIN_NAME}\n"), &format!(" {name}\n"));
        text.into_bytes()
    }
}
