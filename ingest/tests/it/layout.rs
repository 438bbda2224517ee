//! Sheets of every layout that is met, written as text beside what is read from them.

mod interval;
mod languages;
mod long;
mod registers;
pub mod table;
mod traps;
mod wide;
