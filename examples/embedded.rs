//! Starts an emulator inside a program, asks it for its images, and lets it go.
//!
//! ```sh
//! cargo run --example embedded
//! ```

use nova_images::{Emulator, Fixture};
use std::io::{Read, Write};
use std::net::TcpStream;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let nova = Emulator::builder()
        .fixture(Fixture::named("devcloud")?)
        .start()?;
    println!("{} has these images:", nova.url());

    let project = nova.default_project_id();
    let mut connection = TcpStream::connect(nova.address())?;
    write!(
        connection,
        "GET /v2.1/{project}/images?limit=3 HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        nova.address()
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    println!("{}", answer.split("\r\n\r\n").nth(1).unwrap_or_default());
    Ok(())
}
