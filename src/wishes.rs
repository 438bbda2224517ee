//! What people ask for on the pages: uploaded files to be taken, stored files to be read again.

use ingest::pass;
use ingest::source::Uploads;
use jiff_sqlx::ToSqlx;
use readings::AttachmentId;

use crate::clock;
use crate::stopping::Stopping;
use crate::work::{self, Work};

/// Does what is asked for; says whether readings came of it.
///
/// A file that brings this process down is not tried for ever: its wish is marked as done before it is read.
pub async fn grant(work: &mut Work) -> anyhow::Result<bool> {
    let mut news = false;
    let uploads = Uploads::of(&work.pool, clock::now);
    if uploads.any_waits().await? {
        let (pool, reporter, shutdown) = (work.pool.clone(), work.reporter, work.shutdown.clone());
        let uploads = [Stopping::new(&uploads, &shutdown)];
        let report = work::ingest(&pool, &uploads, work.reader(), reporter, &shutdown).await?;
        tracing::info!("uploaded files: {}", work::told(&report));
        news |= report.rows.accepted + report.rows.superseding > 0;
    }
    while !work.shutdown.is_asked()
        && let Some((wish, attachment)) = next(work).await?
    {
        let (pool, now) = (work.pool.clone(), clock::now());
        let stored = pass::replay(&pool, AttachmentId::new(attachment), work.reader(), now).await?;
        let result = match &stored {
            None => "Readings were taken from it already; it was not read again.".to_owned(),
            Some(stored) => {
                let taken = stored.account.accepted + stored.account.superseding;
                news |= taken > 0;
                format!(
                    "Read again: {}, {taken} readings, {} rows refused.",
                    stored.outcome, stored.account.refused
                )
            }
        };
        sqlx::query!("update reread_wish set result = $2 where wish_id = $1", wish, result)
            .execute(&work.pool)
            .await?;
    }
    Ok(news)
}

/// Takes the oldest wish that waits, among any number of workers.
async fn next(work: &Work) -> Result<Option<(i64, i64)>, sqlx::Error> {
    let row = sqlx::query!(
        "update reread_wish set done_at = $1, result = 'It is being read.'
         where wish_id = (select wish_id from reread_wish where done_at is null order by wish_id
                          for update skip locked limit 1)
         returning wish_id, attachment_id",
        clock::now().to_sqlx() as _,
    )
    .fetch_optional(&work.pool)
    .await?;
    Ok(row.map(|row| (row.wish_id, row.attachment_id)))
}
