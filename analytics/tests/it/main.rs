//! Integration tests of the analysis, one binary.

mod causality;
mod detection_quality;
mod shared;
