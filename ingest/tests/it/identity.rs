//! Meters that people confirm and merge, and what undoing gives back.

use ingest::{identity, ledger, pass};
use migrations::testing::TestDatabase;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use readings::{ExtractedReading, MergeAnswer, MeterId, ReadingKind, SiteId, Unit};
use sqlx::PgPool;

use crate::books::{Sent, dump, month, now, reading, unit};

fn of(site: &str, meter: &str, the_month: i8, quantity: i64) -> ExtractedReading {
    ExtractedReading {
        site: Some(site.into()),
        meter: Some(meter.into()),
        ..reading(u32::from(the_month.unsigned_abs()), month(2024, the_month), quantity)
    }
}

async fn meter(pool: &PgPool, site: &str, name: &str) -> MeterId {
    let id: i64 = sqlx::query_scalar(
        "select meter_id from meter m join site s using (site_id) where s.name = $1 and m.name = $2",
    )
    .bind(site)
    .bind(name)
    .fetch_one(pool)
    .await
    .expect("a meter");
    MeterId::new(id)
}

async fn site(pool: &PgPool, name: &str) -> SiteId {
    let id: i64 = sqlx::query_scalar("select site_id from site where name = $1")
        .bind(name)
        .fetch_one(pool)
        .await
        .expect("a site");
    SiteId::new(id)
}

/// What is exported: site, meter, start and quantity of everything that counts.
async fn exported(pool: &PgPool) -> Vec<String> {
    pass::complete(pool, now()).await.expect("completes");
    let mut lines = Vec::new();
    ingest::export::each_live_reading(pool, |one| {
        lines.push(format!("{},{},{},{}", one.site, one.meter, one.period_start, one.quantity));
        Ok(())
    })
    .await
    .expect("exports");
    lines
}

#[tokio::test]
async fn a_merged_name_is_an_alias_and_no_period_counts_twice() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    Sent::new("one", 1, vec![of("Hall", "Main", 1, 100), of("Hall", "Main", 2, 110)])
        .store(pool)
        .await;
    Sent::new("two", 2, vec![of("Hall", "Main meter", 2, 115), of("Hall", "Main meter", 3, 120)])
        .store(pool)
        .await;
    let (from, into) = (meter(pool, "Hall", "Main meter").await, meter(pool, "Hall", "Main").await);
    let before = exported(pool).await;
    assert_eq!(before.len(), 4);
    let answer = identity::merge_meters(pool, from, into, "ada", now()).await.expect("merges");
    assert_eq!(answer, MergeAnswer::Done);
    // February was stated by both: what was sent last counts.
    assert_eq!(
        exported(pool).await,
        ["Hall,Main,2024-01-01,100", "Hall,Main,2024-02-01,115", "Hall,Main,2024-03-01,120"]
    );
    Sent::new("three", 3, vec![of("Hall", "Main meter", 4, 130)]).store(pool).await;
    assert_eq!(exported(pool).await.last().expect("April"), "Hall,Main,2024-04-01,130");
    let listed = identity::listed_meters(pool, true, 10, 0).await.expect("lists");
    assert_eq!((listed.len(), listed[0].readings), (1, 4));
    assert_eq!(listed[0].aliases, ["Main meter at Hall"]);

    let answer = identity::undo_meter(pool, from, "ada", now()).await.expect("undoes");
    assert_eq!(answer, MergeAnswer::Done);
    let mut after = before;
    after.push("Hall,Main meter,2024-04-01,130".to_owned());
    assert_eq!(exported(pool).await, after);
}

#[tokio::test]
async fn registers_under_two_names_are_one_chain_once_merged() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let register = |meter: &str, the_month, number| ExtractedReading {
        kind: ReadingKind::RegisterReading,
        ..of("Hall", meter, the_month, number)
    };
    Sent::new("one", 1, vec![register("E1", 1, 100), register("E1", 2, 110)]).store(pool).await;
    Sent::new("two", 2, vec![register("E-1", 3, 125), register("E-1", 4, 140)]).store(pool).await;
    let derived = async || -> Vec<String> {
        pass::complete(pool, now()).await.expect("completes");
        sqlx::query_scalar(
            "select concat_ws(' ', meter_id, quantity) from derived_use order by meter_id, period_start",
        )
        .fetch_all(pool)
        .await
        .expect("reads")
    };
    let (from, into) = (meter(pool, "Hall", "E-1").await, meter(pool, "Hall", "E1").await);
    let apart = derived().await;
    assert_eq!(apart, [format!("{into} 10"), format!("{from} 15")]);
    identity::merge_meters(pool, from, into, "ada", now()).await.expect("merges");
    assert_eq!(derived().await, [format!("{into} 10"), format!("{into} 15"), format!("{into} 15")]);
    identity::undo_meter(pool, from, "ada", now()).await.expect("undoes");
    assert_eq!(derived().await, apart);
}

#[tokio::test]
async fn a_merged_site_takes_its_meters_along_those_that_come_later_too() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    Sent::new("one", 1, vec![of("Town Hall", "Main", 1, 100)]).store(pool).await;
    Sent::new("two", 2, vec![of("Townhall", "Main", 2, 110), of("Townhall", "Roof", 2, 10)])
        .store(pool)
        .await;
    let (from, into) = (site(pool, "Townhall").await, site(pool, "Town Hall").await);
    identity::merge_sites(pool, from, into, "ada", now()).await.expect("merges");
    assert_eq!(
        exported(pool).await,
        [
            "Town Hall,Main,2024-01-01,100",
            "Town Hall,Main,2024-02-01,110",
            "Town Hall,Roof,2024-02-01,10"
        ]
    );
    Sent::new("three", 3, vec![of("Town Hall", "Cellar", 3, 5)]).store(pool).await;
    Sent::new("four", 4, vec![of("Townhall", "Cellar", 4, 6)]).store(pool).await;
    let cellar: Vec<String> =
        exported(pool).await.into_iter().filter(|line| line.contains("Cellar")).collect();
    assert_eq!(cellar, ["Town Hall,Cellar,2024-03-01,5", "Town Hall,Cellar,2024-04-01,6"]);
    let follows = meter(pool, "Townhall", "Main").await;
    let answer = identity::undo_meter(pool, follows, "ada", now()).await.expect("answers");
    assert_eq!(answer, MergeAnswer::FollowsSite);
    identity::undo_site(pool, from, "ada", now()).await.expect("undoes");
    let apart = exported(pool).await;
    assert!(apart.contains(&"Townhall,Main,2024-02-01,110".to_owned()), "{apart:?}");
    assert!(apart.contains(&"Townhall,Cellar,2024-04-01,6".to_owned()), "{apart:?}");
}

#[tokio::test]
async fn what_cannot_be_one_is_refused_and_no_circle_arises() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let water = ExtractedReading {
        commodity: Some(readings::Commodity::Water),
        unit: Some(unit(Unit::CubicMetre)),
        ..of("Hall", "W", 1, 5)
    };
    let file = vec![of("Hall", "A", 1, 1), of("Hall", "B", 1, 2), of("Hall", "C", 1, 3), water];
    Sent::new("one", 1, file).store(pool).await;
    let (a, b, c) = (
        meter(pool, "Hall", "A").await,
        meter(pool, "Hall", "B").await,
        meter(pool, "Hall", "C").await,
    );
    let w = meter(pool, "Hall", "W").await;
    let merge = async |from, into| {
        identity::merge_meters(pool, from, into, "ada", now()).await.expect("answers")
    };
    assert_eq!(merge(a, w).await, MergeAnswer::Unlike);
    assert_eq!(merge(a, a).await, MergeAnswer::Same);
    assert_eq!(merge(a, MeterId::new(999)).await, MergeAnswer::Unknown);
    assert_eq!(merge(a, b).await, MergeAnswer::Done);
    assert_eq!(merge(b, c).await, MergeAnswer::Done);
    assert_eq!(merge(c, a).await, MergeAnswer::Same, "a counts as c by now");
    assert_eq!(merge(a, c).await, MergeAnswer::MergedBefore);
    let undo = identity::undo_meter(pool, c, "ada", now()).await.expect("answers");
    assert_eq!(undo, MergeAnswer::NotMerged);
    let listed = identity::listed_meters(pool, true, 10, 0).await.expect("lists");
    assert_eq!(listed.iter().map(|one| one.meter_id).collect::<Vec<_>>(), [w, c]);
    assert_eq!(identity::confirm(pool, &[w, c], "ada", now()).await.expect("confirms"), 2);
    assert_eq!(identity::listed_meters(pool, true, 10, 0).await.expect("lists"), []);
}

#[tokio::test]
async fn a_new_spelling_is_suggested_with_its_reason() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let year = |site: &str, name: &str, base: i64| -> Vec<ExtractedReading> {
        (1..=4).map(|at| of(site, name, at, base + i64::from(at))).collect()
    };
    Sent::new("one", 1, year("Hall", "Main", 100)).store(pool).await;
    Sent::new("two", 2, year("Depot", "4711", 100)).store(pool).await;
    Sent::new("three", 3, vec![of("Hall", "Main meter 2", 7, 9), of("Hall", "Main meter", 7, 9)])
        .store(pool)
        .await;
    Sent::new("four", 4, vec![of("Hall", "Main metre", 8, 9)]).store(pool).await;
    pass::complete(pool, now()).await.expect("completes");
    let listed = identity::listed_meters(pool, true, 10, 0).await.expect("lists");
    let suggested: Vec<(String, String)> = listed
        .iter()
        .flat_map(|one| {
            one.suggestions.iter().map(|other| (one.name.clone(), other.sentence.clone()))
        })
        .collect();
    let has = |name: &str, part: &str| {
        suggested.iter().any(|(one, sentence)| one == name && sentence.contains(part))
    };
    assert!(has("4711", "same values for 4 periods"), "{suggested:?}");
    assert!(has("Main metre", "spelled like Main meter at the same site"), "{suggested:?}");
    assert!(!has("Main metre", "Main meter 2"), "{suggested:?}");
}

/// A merge of one of a few meters or sites into another, by their places.
fn decision() -> impl Strategy<Value = (bool, usize, usize)> {
    (proptest::bool::weighted(0.3), 0usize..6, 0usize..6)
}

#[test]
fn a_merge_and_its_undoing_leave_exactly_the_state_before() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(Config { cases: 20, failure_persistence: None, ..Config::default() });
    let said = (0usize..3, 0usize..3, 1i8..6, 0i64..3, any::<bool>());
    let mails = proptest::collection::vec(proptest::collection::vec(said, 1..5), 1..5);
    let drawn = (mails, proptest::collection::vec(decision(), 0..4), decision());
    runner
        .run(&drawn, |(mails, earlier, last)| {
            runtime.block_on(async {
                let database = TestDatabase::new().await;
                let pool = &database.pool;
                for (at, mail) in (1..).zip(&mails) {
                    let readings = mail.iter().map(|(site, meter, the_month, number, register)| {
                        let plain =
                            of(&format!("S{site}"), &format!("M{meter}"), *the_month, *number);
                        let kind = if *register {
                            ReadingKind::RegisterReading
                        } else {
                            ReadingKind::Consumption
                        };
                        ExtractedReading { kind, ..plain }
                    });
                    Sent::new(&format!("mail {at}"), at, readings.collect()).store(pool).await;
                }
                for decision in earlier {
                    merge(pool, decision).await;
                }
                let before = state(pool).await;
                if merge(pool, last).await == Some(MergeAnswer::Done) {
                    pass::complete(pool, now()).await.expect("completes");
                    let (of_sites, from, _) = last;
                    let undone = if of_sites {
                        identity::undo_site(
                            pool,
                            nth_site(pool, from).await.expect("there"),
                            "ada",
                            now(),
                        )
                        .await
                    } else {
                        identity::undo_meter(
                            pool,
                            nth_meter(pool, from).await.expect("there"),
                            "ada",
                            now(),
                        )
                        .await
                    };
                    prop_assert_eq!(undone.expect("answers"), MergeAnswer::Done);
                }
                prop_assert_eq!(state(pool).await, before);
                Ok(())
            })
        })
        .expect("the law holds");
}

/// Everything that is stored about readings, and everything that is told about them.
async fn state(pool: &PgPool) -> Vec<String> {
    let mut lines = exported(pool).await;
    ledger::derive_due(pool, now()).await.expect("derives");
    // The number of a finding and its date are no part of what it says.
    lines.extend(dump(pool).await.into_iter().filter(|line| !line.starts_with("finding ")));
    let findings: Vec<String> = sqlx::query_scalar(
        "select concat_ws(' ', code, meter_id, reading_id, other_reading_id, sentence) from finding order by 1",
    )
    .fetch_all(pool)
    .await
    .expect("reads");
    lines.extend(findings);
    lines
}

async fn merge(pool: &PgPool, (of_sites, from, into): (bool, usize, usize)) -> Option<MergeAnswer> {
    Some(if of_sites {
        let (from, into) = (nth_site(pool, from).await?, nth_site(pool, into).await?);
        identity::merge_sites(pool, from, into, "ada", now()).await.expect("answers")
    } else {
        let (from, into) = (nth_meter(pool, from).await?, nth_meter(pool, into).await?);
        identity::merge_meters(pool, from, into, "ada", now()).await.expect("answers")
    })
}

async fn nth_meter(pool: &PgPool, place: usize) -> Option<MeterId> {
    let ids: Vec<i64> = sqlx::query_scalar("select meter_id from meter order by meter_id")
        .fetch_all(pool)
        .await
        .expect("reads");
    ids.get(place).copied().map(MeterId::new)
}

async fn nth_site(pool: &PgPool, place: usize) -> Option<SiteId> {
    let ids: Vec<i64> = sqlx::query_scalar("select site_id from site order by site_id")
        .fetch_all(pool)
        .await
        .expect("reads");
    ids.get(place).copied().map(SiteId::new)
}
