#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    ingest_fuzz::let_caught_panics_pass();
    ingest_fuzz::mail(data);
});
