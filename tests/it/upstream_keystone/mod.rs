//! In front of a real Keystone: another emulator stands for it, or a script of bytes for one that fails.

mod cloud;
mod compute;
mod faults;
mod legacy;
mod replays;
mod stub;
mod v2;
mod v3;
