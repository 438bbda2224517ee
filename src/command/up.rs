//! `meterwatch up`: everything in one process on one machine.

use std::net::SocketAddr;
use std::path::Path;

use sqlx::PgPool;
use tokio::net::TcpListener;

use crate::cli::Options;
use crate::config::Config;
use crate::config::secret::Secret;
use crate::database::{Database, Schema};
use crate::exit::Exit;
use crate::progress::Reporter;
use crate::shutdown::Shutdown;
use crate::work::Work;
use crate::{pages, worker};

mod administrator;
mod trial;

/// Run everything in one process on this machine.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  meterwatch up --sample                    on a sample mailbox, to look around
  meterwatch up                             on the [[source]]s of meterwatch.toml
  meterwatch up --data-dir /srv/meterwatch --listen 127.0.0.1:8081

It starts a private PostgreSQL server in the data folder unless DATABASE_URL is set, brings the schema up to date,
adds a first person `admin` with a password it makes up, reads the mails, judges the meters, delivers the alerts, and
then serves the pages and runs the schedule until SIGTERM or SIGINT. Starting it again stores nothing twice.

With --sample: the mailbox is written to DIR/sample/mail, what is hidden in it to DIR/sample/truth.csv, and alerts are
delivered to a receiver inside this process, which writes them to DIR/received.jsonl.")]
pub struct Up {
    /// Address and port [default: listen of [dashboard], 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Read a sample mailbox, written when it is not there
    #[arg(long)]
    sample: bool,
}

impl Up {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let shutdown = Shutdown::listen()?;
        let mut config = options.load_config()?;
        let reporter = Reporter::new(options.quiet);
        // First of all: a port that is taken should be told before anything takes time.
        let listener = pages::bind(&config, self.listen).await?;
        let folder = options.data_dir();
        trial::make_folder(folder)?;
        if self.sample {
            trial::prepare(folder, &mut config, reporter, &shutdown).await?;
        }
        let step = reporter.step("Database");
        let database = Database::open(options, &config, Schema::Migrate).await?;
        step.done(match database.server {
            Some(_) => "private PostgreSQL, schema up to date",
            None => "schema up to date",
        });
        let result =
            Box::pin(everything(&database.pool, listener, &config, folder, reporter, &shutdown))
                .await;
        database.close().await;
        result?;
        reporter.say("Stopped.");
        Ok(Exit::Done)
    }
}

async fn everything(
    pool: &PgPool,
    listener: TcpListener,
    config: &Config,
    folder: &Path,
    reporter: Reporter,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let password = administrator::ensure(pool, folder).await?;
    // The pages are there at once, also while the first mails are being read.
    let serving = pages::serve(listener, pool, config, shutdown);
    let working = async {
        let mut work = Work::prepare(pool, config, reporter, shutdown).await?;
        worker::catch_up(&mut work, config).await?;
        if !shutdown.is_asked() {
            reporter.say(&ready(address, folder, password.as_ref(), config));
        }
        worker::run(work, config, shutdown).await
    };
    let working = async {
        tokio::pin!(working);
        tokio::select! {
            result = &mut working => result,
            // What is not finished by then is taken up by the next start.
            () = late(shutdown) => Ok(()),
        }
    };
    let (served, worked) = tokio::join!(serving, working);
    worked?;
    Ok(served?)
}

/// When the end can wait no longer.
async fn late(shutdown: &Shutdown) {
    shutdown.clone().wait().await;
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
}

fn ready(address: SocketAddr, folder: &Path, password: Option<&Secret>, config: &Config) -> String {
    let mut lines = vec![String::new(), format!("meterwatch is ready: http://{address}")];
    if let Some(password) = password {
        lines.push(format!(
            "  sign in as `admin` with the password {} (also in {})",
            password.reveal(),
            administrator::file(folder).display()
        ));
    }
    if config.sources.is_empty() {
        let advice = "add a [[source]] to meterwatch.toml, or try --sample";
        lines.push(format!("  no sources are configured: {advice}"));
    }
    lines.push("  Ctrl-C ends it.".to_owned());
    lines.join("\n")
}
