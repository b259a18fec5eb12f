//! Catalogues of any size that look like those of real clouds: the same ones for the same seed.

mod dice;
mod distros;
mod images;
mod people;

pub use images::Images;
pub use people::directory;
