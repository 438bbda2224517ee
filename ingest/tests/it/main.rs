//! The crate against real mails, workbooks and databases.

mod books;
mod ledger;
mod ledger_laws;
mod killers;
mod reader;
mod corpus;
mod mail_corpus;
mod mutations;
mod nasty_corpus;
mod workbooks;
mod pass;
mod sources;
mod extract_corpus;
mod layout;
