#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nova_images::fuzzing::disk(data));
