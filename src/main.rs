//! The `nova-images` command.

/// A list is many short-lived pieces of memory, which takes the allocators of C libraries a tenth of its
/// time, and musl's, of the static binary, far more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    nova_images::run_command()
}
