//! Integration tests of the analysis, one binary.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the figures of tests are small"
)]

mod alerting;
mod causality;
mod common_moves;
mod detection_quality;
mod portfolio;
mod product;
mod shared;
mod silence;
mod training;
