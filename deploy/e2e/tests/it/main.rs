//! Everything that is seen from outside: the chain, the manifests, the image, and the shape of the source.

mod image;
mod manifests;
