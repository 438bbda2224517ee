//! meterwatch.
fn main() {}
