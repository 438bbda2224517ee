//! Sheets of every layout that is met, written as text beside what is read from them.

#![expect(clippy::format_push_string, reason = "the sheets are written as text, line by line")]

mod across;
mod downloads;
mod evidence;
mod exports;
mod forms;
mod generated;
mod groups;
mod interval;
mod languages;
mod lists;
mod long;
mod notes;
mod periods;
mod properties;
mod registers;
mod reports;
mod suppliers;
pub mod table;
mod traps;
mod weather;
mod wide;
