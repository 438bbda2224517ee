//! The private server over its life.

use std::fs;
use std::path::{Path, PathBuf};

use migrations::connect;
use migrations::server::{PrivateServer, ServerError, ServerOptions};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

const QUICK: ServerOptions = ServerOptions { durable: false, max_connections: 20 };

fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()
        .expect("a temporary folder")
}

async fn start(data_dir: &Path) -> PrivateServer {
    PrivateServer::start_with(data_dir, QUICK).await.expect("starts")
}

fn pid(server: &PrivateServer) -> Pid {
    let text = fs::read_to_string(server.home().join("cluster/postmaster.pid")).expect("runs");
    Pid::from_raw(text.lines().next().expect("a line").parse().expect("a number")).expect("a pid")
}

async fn count(server: &PrivateServer) -> i64 {
    let pool = connect(server.url()).await.expect("connects");
    let count = sqlx::query_scalar("select count(*) from kept").fetch_one(&pool).await;
    pool.close().await;
    count.expect("the table is there")
}

async fn keep(server: &PrivateServer) {
    let pool = connect(server.url()).await.expect("connects");
    sqlx::raw_sql("create table kept (n int); insert into kept values (1)")
        .execute(&pool)
        .await
        .expect("writes");
    pool.close().await;
}

#[tokio::test]
async fn a_second_command_attaches_and_the_last_one_stops_it() {
    let folder = folder();
    let first = start(folder.path()).await;
    keep(&first).await;
    let running = pid(&first);
    let second = start(folder.path()).await;
    assert_eq!(pid(&second), running);
    assert_eq!(second.url(), first.url());
    first.stop().await.expect("lets go");
    assert_eq!(count(&second).await, 1);
    second.stop().await.expect("stops");
    assert!(test_kill_process(running).is_err() || is_zombie(running), "the server is gone");

    let again = start(folder.path()).await;
    assert_eq!(count(&again).await, 1);
    again.stop().await.expect("stops");
}

#[tokio::test]
async fn a_crash_and_a_stale_pid_file_are_recovered_from() {
    let folder = folder();
    let server = PrivateServer::start(folder.path()).await.expect("starts, durable");
    keep(&server).await;
    let crashed = pid(&server);
    let pid_file = server.home().join("cluster/postmaster.pid");
    kill_process(crashed, Signal::KILL).expect("kills");
    while test_kill_process(crashed).is_ok() && !is_zombie(crashed) {
        tokio::task::yield_now().await;
    }
    // As after a restart of the machine, the number in the stale file belongs to somebody else: to this process.
    let text = fs::read_to_string(&pid_file).expect("the file is left behind");
    let own = rustix::process::getpid().as_raw_nonzero().to_string();
    let rest = text.split_once('\n').expect("lines").1;
    fs::write(&pid_file, format!("{own}\n{rest}")).expect("writes");

    let server = PrivateServer::start(folder.path()).await.expect("recovers");
    assert_eq!(count(&server).await, 1);
    server.stop().await.expect("stops");
}

#[tokio::test]
async fn a_long_path_with_odd_characters_works() {
    let folder = folder();
    let deep = folder.path().join("a folder, with 'quotes' and \"more\"").join("x".repeat(100));
    let server = start(&deep).await;
    keep(&server).await;
    assert_eq!(count(&server).await, 1);
    server.stop().await.expect("stops");
    let short = folder.path().join("o'dd \"na\\me");
    let server = start(&short).await;
    keep(&server).await;
    assert_eq!(count(&server).await, 1);
    server.stop().await.expect("stops");
}

#[tokio::test]
async fn a_folder_closed_to_others_is_worked_around() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).expect("makes");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("closes");
    let data_dir = closed.join("data");
    let server = start(&data_dir).await;
    keep(&server).await;
    assert_eq!(count(&server).await, 1);
    let home: PathBuf = server.home().to_owned();
    server.stop().await.expect("stops");
    if rustix::process::geteuid().is_root() {
        assert!(home.starts_with("/var/lib/meterwatch"), "{}", home.display());
        let again = start(&data_dir).await;
        assert_eq!(again.home(), home);
        again.stop().await.expect("stops");
        fs::remove_dir_all(&home).expect("removes");
    } else {
        assert!(home.starts_with(&closed));
    }
}

#[tokio::test]
async fn a_cluster_of_a_version_that_is_not_installed_is_told() {
    let folder = folder();
    let server = start(folder.path()).await;
    let version = server.home().join("cluster/PG_VERSION");
    server.stop().await.expect("stops");
    fs::write(&version, "9\n").expect("writes");
    let error = PrivateServer::start(folder.path()).await.expect_err("nobody has version 9");
    assert!(matches!(error, ServerError::VersionMissing { major: 9 }), "{error:?}");
}

/// A killed child of a container's first process may stay as an entry without a process.
fn is_zombie(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()))
        .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
}
