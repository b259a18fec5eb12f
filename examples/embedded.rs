//! Starts an emulator inside a program, asks it for its images, and lets it go.
//!
//! ```sh
//! cargo run --example embedded
//! ```

mod client;

use nova_images::{Emulator, Fixture};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let nova = Emulator::builder()
        .fixture(Fixture::named("devcloud")?)
        .start()?;
    let project = nova.default_project_id();
    println!("{} has these images:", nova.url());
    println!(
        "{}",
        client::get(&format!("{}/v2.1/{project}/images?limit=3", nova.url()))?
    );
    // A token of the fixture makes a caller of somebody.
    let (status, _) = client::ask(
        "DELETE",
        &format!("{}/v2.1/{project}/images/no-such-image", nova.url()),
        &[("X-Auth-Token", "demo-token")],
        "",
    )?;
    println!("Deleting another one ends with {status}.");
    Ok(())
}
