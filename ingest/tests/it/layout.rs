//! Sheets of every layout that is met, written as text beside what is read from them.

mod across;
mod interval;
mod languages;
mod long;
mod properties;
mod registers;
pub mod table;
mod traps;
mod wide;
