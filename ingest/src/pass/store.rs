//! Storing what is prepared, with patience for a database that is busy or away for a moment.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use readings::{Problem, ProblemCode};
use sqlx::PgPool;

use super::prepare::{self, Prepared};
use crate::ledger::{self, LedgerError, Opened, Parcel, Remedy, StoredFile};
use crate::packed::Further;

/// The waits between attempts: 0.05, 0.1, 0.2, 0.4, 0.8, 1.6 and 3.2 seconds, 6.35 in all.
const ATTEMPTS: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// What came of storing an item.
pub(super) type Stored = (Prepared, Result<Vec<StoredFile>, LedgerError>);

/// Stores items: new ones that have nothing to do with each other together, the others one by one. Those that are left
/// when the database stays away are not among the answers.
pub(super) async fn store_all(pool: &PgPool, items: Vec<Prepared>, now: Timestamp) -> Vec<Stored> {
    let mut results: Vec<Option<Result<Vec<StoredFile>, LedgerError>>> =
        items.iter().map(|_| None).collect();
    let (places, parcels): (Vec<usize>, Vec<Parcel<'_>>) =
        items.iter().enumerate().filter_map(|(at, item)| Some((at, item.parcel()?))).unzip();
    let mut places = places.into_iter();
    let mut is_away = false;
    for run in ledger::independent(&parcels) {
        let places = places.by_ref().take(run.len());
        if is_away {
            break;
        }
        match patiently(|| ledger::store_together(pool, run, now)).await {
            Ok(Some(stored)) => {
                for (at, stored) in places.zip(stored) {
                    results[at] = Some(Ok(stored));
                }
            }
            Err(error) if error.is_outage() => {
                is_away = true;
                let mut places = places;
                if let Some(first) = places.next() {
                    results[first] = Some(Err(error));
                }
            }
            // Stored already, or one of them is not taken: one by one shows which.
            Ok(None) => places.for_each(drop),
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "storing one by one");
                places.for_each(drop);
            }
        }
    }
    drop(parcels);
    let mut all = Vec::with_capacity(items.len());
    for (item, result) in items.into_iter().zip(results) {
        let result = match result {
            Some(result) => result,
            None if is_away => continue,
            None => store(pool, &item, now).await,
        };
        is_away |= result.as_ref().is_err_and(LedgerError::is_outage);
        all.push((item, result));
    }
    all
}

/// Stores every file of an item; a mail without files is stored as it is.
async fn store(
    pool: &PgPool,
    prepared: &Prepared,
    now: Timestamp,
) -> Result<Vec<StoredFile>, LedgerError> {
    let mail = prepared.mail();
    let mut stored = Vec::with_capacity(prepared.files.len());
    if mail.attachments == 0 {
        patiently(|| ledger::store_empty(pool, &mail, now)).await?;
    }
    for file in &prepared.files {
        let opened = file.opened.as_ref().map(|opened| (opened, &file.further));
        let mail_file = prepared.file(file);
        let mut first = patiently(|| ledger::store(pool, &mail, &mail_file, opened, now)).await;
        if matches!(first, Err(LedgerError::ReadOtherwise))
            && let Some(read) = file.further.read_whole().await
        {
            let (opened, further) = prepare::read_whole(read);
            let opened = Some((&opened, &further));
            first = patiently(|| ledger::store(pool, &mail, &mail_file, opened, now)).await;
        }
        stored.push(match first {
            Err(error) if error.remedy() == Remedy::Quarantine => {
                let sentence = format!("The database does not take what this file holds: {error}.");
                tracing::warn!(error = &error as &dyn std::error::Error, "a file is quarantined");
                let held = Opened::Unread(Problem::of_file(ProblemCode::Corrupt, sentence));
                let held = Some((&held, &Further::default()));
                patiently(|| ledger::store(pool, &mail, &mail_file, held, now)).await?
            }
            other => other?,
        });
    }
    Ok(stored)
}

/// Tries again what is worth trying again, a bounded number of times.
pub(super) async fn patiently<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, LedgerError>
where
    F: Future<Output = Result<T, LedgerError>>,
{
    let mut wait = FIRST_WAIT;
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if error.remedy() == Remedy::Retry => {
                tracing::debug!(error = &error as &dyn std::error::Error, "trying again");
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            settled => return settled,
        }
    }
    attempt().await
}
