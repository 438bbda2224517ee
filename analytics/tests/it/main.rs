//! Integration tests of the analysis, one binary.

mod alerting;
mod causality;
mod detection_quality;
mod portfolio;
mod shared;
