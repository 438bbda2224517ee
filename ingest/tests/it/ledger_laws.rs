//! Laws of the ledger over random mails.

use ingest::ledger;
use ingest::packed::{Further, Packed, Part};
use migrations::testing::TestDatabase;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use readings::{CellAddress, ExtractedReading, Problem, ProblemCode, ReadingKind, Unit};
use rust_decimal::Decimal;

use crate::books::{Sent, assert_books_balance, canonical, day, money, month, now, reading, unit};

/// A few meters, months and values, so that they meet often.
fn a_reading() -> impl Strategy<Value = ExtractedReading> {
    (0u32..40, 0..2, 1i8..4, 0i64..3, proptest::option::of(0i64..2), 0..12).prop_map(
        |(row, meter, month_of_year, quantity, cost, oddity)| {
            let plain = ExtractedReading {
                meter: Some(format!("M{meter}").into()),
                cost: cost.map(money),
                ..reading(row, month(2024, month_of_year), quantity)
            };
            match oddity {
                0 => ExtractedReading { unit: None, ..plain },
                1 => ExtractedReading { unit: Some(unit(Unit::CubicMetre)), ..plain },
                2 => ExtractedReading { kind: ReadingKind::RegisterReading, ..plain },
                3 => ExtractedReading { kind: ReadingKind::Estimated, ..plain },
                4 => ExtractedReading {
                    unit: Some(unit(Unit::WattHour)),
                    quantity: readings::Quantity::new(Decimal::from(quantity * 1000)),
                    ..plain
                },
                _ => plain,
            }
        },
    )
}

/// Mails, some of which repeat the file of an earlier one on another day.
fn mails() -> impl Strategy<Value = Vec<Sent>> {
    let file = proptest::collection::vec(a_reading(), 1..6);
    proptest::collection::vec((file, 0i64..30, proptest::option::of(0usize..5)), 1..7).prop_map(
        |drawn| {
            let mut mails: Vec<Sent> = Vec::new();
            for (index, (mut readings, sent, repeats)) in drawn.into_iter().enumerate() {
                // The meters exist in one dimension from the start, so that it does not depend on who comes first.
                readings.retain(|r| r.unit != Some(unit(Unit::CubicMetre)) || index > 0);
                let mut mail = Sent::new(&format!("mail {index}"), sent, readings);
                if let Some(earlier) = repeats.and_then(|at| mails.get(at)) {
                    mail.content.clone_from(&earlier.content);
                    mail.extraction = earlier.extraction.clone();
                }
                mails.push(mail);
            }
            mails
        },
    )
}

fn first_of_all() -> Sent {
    let readings = (0..2)
        .map(|meter| ExtractedReading {
            meter: Some(format!("M{meter}").into()),
            ..reading(meter, month(2023, 1), 1)
        })
        .collect();
    Sent { dated: Some(day(-1)), ..Sent::new("first", 0, readings) }
}

#[test]
fn any_order_and_any_repetition_lead_to_the_same_live_readings() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(Config { cases: 25, failure_persistence: None, ..Config::default() });
    let orders = mails().prop_flat_map(|mails| {
        let twice: Vec<Sent> = mails.iter().chain(&mails).cloned().collect();
        (Just(mails), Just(twice).prop_shuffle())
    });
    runner
        .run(&orders, |(mails, shuffled)| {
            runtime.block_on(async {
                let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
                for (database, order) in [(&one, &mails), (&other, &shuffled)] {
                    first_of_all().store(&database.pool).await;
                    for mail in order {
                        mail.store(&database.pool).await;
                    }
                    assert_books_balance(database).await;
                }
                let (one, other) = (canonical(&one.pool).await, canonical(&other.pool).await);
                prop_assert_eq!(one, other);
                Ok(())
            })
        })
        .expect("the law holds");
}

/// Mails of several meters, so that some of them have nothing to do with each other.
fn spread_mails() -> impl Strategy<Value = Vec<Sent>> {
    (mails(), proptest::collection::vec(0u32..4, 7)).prop_map(|(mut mails, of_meters)| {
        for (mail, meter) in mails.iter_mut().zip(of_meters) {
            for reading in &mut mail.extraction.readings {
                let name = reading.meter.take().unwrap_or_default();
                reading.meter = Some(format!("{name} of {meter}").into());
            }
            mail.content = serde_json::to_vec(&mail.extraction).expect("writes");
        }
        mails
    })
}

#[test]
fn mails_stored_together_lead_to_the_same_as_one_by_one() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let together = std::cell::Cell::new(0);
    runner
        .run(&spread_mails(), |mails| {
            runtime.block_on(async {
                let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
                for mail in &mails {
                    mail.store(&one.pool).await;
                }
                let opened: Vec<_> = mails.iter().map(Sent::opened).collect();
                let parcels: Vec<_> =
                    mails.iter().zip(&opened).map(|(mail, opened)| mail.parcel(opened)).collect();
                let mut rest = mails.as_slice();
                for run in ledger::independent(&parcels) {
                    let (these, others) = rest.split_at(run.len());
                    rest = others;
                    let stored =
                        ledger::store_together(&other.pool, run, now()).await.expect("stores");
                    if let Some(stored) = stored {
                        together.set(together.get() + usize::from(run.len() > 1));
                        for (mail, files) in these.iter().zip(stored) {
                            prop_assert_eq!(files.len(), 1);
                            prop_assert!(files[0].account.adds_up());
                            prop_assert_eq!(files[0].account.rows, mail.extraction.rows);
                        }
                    } else {
                        for mail in these {
                            mail.store(&other.pool).await;
                        }
                    }
                }
                prop_assert!(rest.is_empty());
                assert_books_balance(&other).await;
                prop_assert_eq!(
                    dump_without_identities(&one).await,
                    dump_without_identities(&other).await
                );
                Ok(())
            })
        })
        .expect("the law holds");
    let taken = together.get();
    assert!(taken > 10, "only {taken} runs of several mails were stored together");
}

#[test]
fn a_file_stored_in_parts_leads_to_the_same_as_at_once() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let in_parts = std::cell::Cell::new(0);
    runner
        .run(&(spread_mails(), 1usize..4), |(mails, most)| {
            runtime.block_on(async {
                let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
                for mut mail in mails {
                    // A cell states one reading.
                    for (row, reading) in (0..).zip(&mut mail.extraction.readings) {
                        reading.cell = CellAddress::new(row, 5);
                        reading.site = reading.meter.clone();
                    }
                    // What the reader says of a cell is a refusal only where the reading is not taken.
                    let remarked = mail.extraction.readings.iter().step_by(2).map(|reading| {
                        let (sheet, cell) = (reading.sheet.as_ref(), reading.cell);
                        Problem::of_cell(ProblemCode::Overlap, sheet, cell, "Beside another.")
                    });
                    mail.extraction.problems = remarked.collect();
                    mail.extraction.time_zone = Some("Europe/Berlin".to_owned());
                    let whole = mail.store(&one.pool).await;
                    let (packed, further) = Packed::in_parts(mail.extraction.clone(), most);
                    let further: Vec<Part> = further.map(|part| part.expect("packs")).collect();
                    let further = Further::from(further);
                    in_parts.set(in_parts.get() + usize::from(!further.is_empty()));
                    mail.extraction = packed.unpack().expect("whole");
                    let parts = mail.store_parts(&other.pool, &further).await.expect("stores");
                    prop_assert_eq!(whole.account, parts.account);
                    prop_assert_eq!(whole.outcome, parts.outcome);
                }
                assert_books_balance(&other).await;
                // Which problem leads, and in which order they are listed, is the one difference.
                let said = async |database| {
                    let mut lines = dump_without_identities(database).await;
                    lines.retain(|line| !line.starts_with("file|"));
                    lines
                };
                prop_assert_eq!(said(&one).await, said(&other).await);
                let zones: Vec<String> = sqlx::query_scalar("select distinct time_zone from site")
                    .fetch_all(&other.pool)
                    .await
                    .expect("reads");
                prop_assert!(zones.iter().all(|zone| zone == "Europe/Berlin"), "{:?}", zones);
                Ok(())
            })
        })
        .expect("the law holds");
    let taken = in_parts.get();
    assert!(taken > 10, "only {taken} files were stored in parts");
}

/// Readings, files and refusals, by what they say.
pub async fn dump_without_identities(database: &TestDatabase) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws('|', 'reading', m.name, period_start, period_end, fold, kind, quantity, unit, canonical_quantity,
             cost, currency, quality, encode(a.sha256, 'hex'), sheet, cell, superseded_at is null)
         from reading join meter m using (meter_id) join attachment a using (attachment_id)
         union all
         select concat_ws('|', 'file', encode(sha256, 'hex'), outcome, outcome_code, outcome_sentence, problems, rows, accepted,
             duplicate, superseding, refused, not_data, stated_at) from attachment
         union all
         select concat_ws('|', 'refusal', encode(sha256, 'hex'), sheet, cell, code, sentence)
         from refusal join attachment using (attachment_id)
         union all
         select concat_ws('|', 'mail', encode(content_digest, 'hex'), sender, subject, sent_at, attachments,
             completed_at is not null, file_name, location)
         from message join message_attachment using (message_id) join message_arrival using (message_id)
         order by 1",
    )
    .fetch_all(&database.pool)
    .await
    .expect("reads")
}

#[test]
fn every_row_of_every_file_has_exactly_one_outcome() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(Config { cases: 25, failure_persistence: None, ..Config::default() });
    runner
        .run(&mails(), |mails| {
            runtime.block_on(async {
                let database = TestDatabase::new().await;
                for mail in &mails {
                    let stored = mail.store(&database.pool).await;
                    prop_assert!(stored.account.adds_up());
                    prop_assert_eq!(stored.account.rows, mail.extraction.rows);
                }
                assert_books_balance(&database).await;
                Ok(())
            })
        })
        .expect("the law holds");
}

#[test]
fn workers_side_by_side_lead_to_the_same_as_one() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(Config { cases: 10, failure_persistence: None, ..Config::default() });
    runner
        .run(&mails(), |mails| {
            runtime.block_on(async {
                let (one, many) = (TestDatabase::new().await, TestDatabase::new().await);
                first_of_all().store(&one.pool).await;
                first_of_all().store(&many.pool).await;
                for mail in &mails {
                    mail.store(&one.pool).await;
                }
                let mut workers = tokio::task::JoinSet::new();
                for mail in mails {
                    let pool = many.pool.clone();
                    workers.spawn(async move {
                        // Whoever is told to retry does, as a pass would.
                        while let Err(error) = mail.try_store(&pool).await {
                            assert_eq!(error.remedy(), ledger::Remedy::Retry, "{error:?}");
                        }
                    });
                }
                workers.join_all().await;
                assert_books_balance(&many).await;
                prop_assert_eq!(canonical(&one.pool).await, canonical(&many.pool).await);
                Ok(())
            })
        })
        .expect("the law holds");
}
