//! The pages: triage of alerts, trends of meters, what arrived.
//!
//! Pages are pure functions from plain rows ([`views`]) to HTML; they are rendered on the server and read without any
//! script. The browser build holds the islands alone ([`islands`]): the small parts that come alive after the first
//! paint. Everything that an island does is a plain link or form first.

// The type of a page is the tree of its elements.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod alert_filter;
#[cfg(feature = "ssr")]
pub mod chart;
#[cfg(feature = "ssr")]
pub mod format;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod users;
#[cfg(feature = "ssr")]
pub mod views;

/// The entry of the browser build; the islands are then woken one by one.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
