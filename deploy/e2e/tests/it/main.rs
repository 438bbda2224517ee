//! Everything that is seen from outside: the chain, the manifests, the image, and the shape of the source.

mod architecture;
mod binary;
mod browser;
mod chain;
mod corpus;
mod ending;
mod image;
mod manifests;
mod mapping;
mod receiver;
mod triage;
mod truth;
