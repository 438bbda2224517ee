//! The whole chain, tested from outside.
