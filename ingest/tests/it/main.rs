//! The crate against real mails, workbooks and databases.

mod books;
mod corpus;
mod crash;
mod derived;
mod extract_corpus;
mod fuzz_corpora;
mod graph;
mod identity;
mod imap;
mod isolation;
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
mod silence_of_secrets;
mod sources;
mod text_formats;
mod ways;
mod weather;
mod workbooks;
