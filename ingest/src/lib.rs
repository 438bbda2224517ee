//! Mail in, readings out.
//!
//! The path of one reading: `source` hands over a raw mail, `message` finds its attachments, `reader` has each opened
//! in a child process, where `workbook` turns bytes into cells and `layout` turns cells into readings and problems;
//! `ledger` stores them in one transaction, with the account of every row. `profile` keeps what people have said about
//! the files of their senders, by which `layout` reads them.

pub mod export;
pub mod extract_csv;
pub mod identity;
pub mod layout;
pub mod ledger;
pub mod message;
pub mod packed;
pub mod pass;
pub mod profile;
pub mod reader;
pub mod round;
pub mod source;
pub mod workbook;
