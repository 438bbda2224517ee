//! The crate against real mails, workbooks and databases.

mod books;
mod corpus;
mod crash;
mod extract_corpus;
mod fuzz_corpora;
mod killers;
mod layout;
mod ledger;
mod ledger_laws;
mod mail_corpus;
mod mutations;
mod nasty_corpus;
mod pass;
mod profiles;
mod reader;
mod sources;
mod text_formats;
mod workbooks;
