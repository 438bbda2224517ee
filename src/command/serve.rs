//! `meterwatch serve`: the pages.

use std::net::SocketAddr;

use crate::cli::Options;
use crate::database::{Database, Schema};
use crate::exit::Exit;
use crate::pages;
use crate::shutdown::Shutdown;

/// Serve the pages.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  meterwatch serve
  meterwatch serve --listen 0.0.0.0:8080      in a container, behind a proxy that ends https

SIGTERM and SIGINT end it: requests under way are finished.")]
pub struct Serve {
    /// Address and port [default: listen of [dashboard], 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

impl Serve {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let shutdown = Shutdown::listen()?;
        let config = options.load_config()?;
        // Before the database is started: a port that is taken should be told at once.
        let listener = pages::bind(&config, self.listen).await?;
        let database = Database::open(options, &config, Schema::Ready).await?;
        let result = pages::serve(listener, &database.pool, &config, &shutdown).await;
        database.close().await;
        result?;
        Ok(Exit::Done)
    }
}
