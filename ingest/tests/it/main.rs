//! The crate against real mails, workbooks and databases.

mod books;
mod ledger;
mod ledger_laws;
