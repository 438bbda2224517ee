//! What the workers run: each slot once, whoever starts how often; and runs that people ask for.

use std::process::{Child, Stdio};

use migrations::server::PrivateServer;
use sqlx::PgPool;

use crate::run::Place;

/// How often three processes start at the same instant; more by `METERWATCH_ROUNDS`.
const ROUNDS: usize = 5;

const CONFIGURATION: &str = "\
[[source]]
name = \"in\"
kind = \"folder\"
path = \"mail\"

[[source]]
name = \"apart\"
kind = \"folder\"
path = \"apart\"

[schedule.source.apart.ingest]
cron = \"30 7 3 * *\"
time_zone = \"Europe/Rome\"
";

fn place() -> Place {
    let place = Place::new();
    for folder in ["mail", "apart"] {
        std::fs::create_dir(place.path().join(folder)).expect("a folder");
    }
    place.write("meterwatch.toml", CONFIGURATION);
    place.run(&["migrate", "--data-dir", "data"]).says(0, &[]);
    place
}

fn started(place: &Place) -> Child {
    place
        .command(&["worker", "--once", "--data-dir", "data"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary")
}

#[tokio::test]
async fn of_three_processes_that_start_at_once_one_runs_each_slot() {
    let place = place();
    let server = PrivateServer::start(&place.path().join("data")).await.expect("a server");
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    let rounds = std::env::var("METERWATCH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    for round in 0..rounds.unwrap_or(ROUNDS) {
        sqlx::query("truncate job_run").execute(&pool).await.expect("forgets");
        let children: Vec<Child> = (0..3).map(|_| started(&place)).collect();
        let mut said = Vec::new();
        for child in children {
            let output = child.wait_with_output().expect("ends");
            assert!(output.status.success(), "round {round}: {output:?}");
            said.extend(String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned));
        }
        let mut ran: Vec<&str> = said
            .iter()
            .filter(|line| line.starts_with("ingest") || line.starts_with("poll"))
            .filter_map(|line| line.split(" 20").next())
            .collect();
        ran.sort_unstable();
        assert_eq!(ran, ["ingest", "ingest apart", "poll"], "round {round}: {said:?}");
        let rows: Vec<(String, Option<String>)> =
            sqlx::query_as("select job, outcome from job_run order by job")
                .fetch_all(&pool)
                .await
                .expect("reads");
        let wanted = ["ingest", "ingest apart", "poll"].map(|job| (job.into(), Some("ok".into())));
        assert_eq!(rows, wanted, "round {round}");
    }
    pool.close().await;
    server.stop().await.expect("stops");
}

#[test]
fn a_job_runs_when_somebody_asks_and_stands_in_the_history() {
    let place = place();
    let data = ["--data-dir", "data"];
    let run = |arguments: &[&str]| place.run(&[arguments, &data].concat());
    run(&["job", "run", "analyse"]).says(0, &["0 meters judged"]);
    run(&["job", "run", "ingest", "apart"]).says(0, &["0 new mails"]);
    run(&["job", "run", "ingest", "in"]).says(2, &["no slots of its own"]);
    let listed = run(&["job", "list"]);
    listed.says(0, &[]);
    for part in ["0 6 1 * *", "30 7 3 * *", "Europe/Rome", "when asked for", "command line"] {
        assert!(listed.stdout.contains(part), "{part}: {}", listed.stdout);
    }
    let listed = run(&["job", "list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).expect("JSON");
    let names: Vec<_> =
        listed["runs"].as_array().expect("runs").iter().map(|run| &run["job"]).collect();
    assert_eq!(names, ["ingest apart", "analyse"]);
}

#[test]
fn a_schedule_of_a_source_that_is_not_there_is_told() {
    let place = Place::new();
    place.write("meterwatch.toml", "[schedule.source.nowhere.poll]\ncron = \"0 6 * * *\"\n");
    place.run(&["config", "check"]).says(3, &["schedule.source.nowhere", "no [[source]]"]);
}
