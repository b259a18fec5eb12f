//! The `nova-images` command.

fn main() -> std::process::ExitCode {
    nova_images::run_command()
}
