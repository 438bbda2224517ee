//! Serves the pages over the seed of the tests, to look at them: `cargo run -p dashboard --example serve`.
//!
//! Sign in as `otto` (an operator) or `vera` (a viewer) with the password of the seed.

use std::net::{Ipv4Addr, SocketAddr};

use dashboard::server::{Options, bind, serve_on};
use migrations::testing::TestDatabase;

#[path = "../tests/it/seed.rs"]
mod seed;

const PORT: u16 = 8085;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let database = TestDatabase::new().await;
    seed::fill(&database.pool).await;
    let options = Options::new(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)), seed::now);
    let listener = bind(options.listen).await?;
    let stop = async {
        // Where the signal cannot be listened to, the process is stopped the hard way.
        let _ = tokio::signal::ctrl_c().await;
    };
    serve_on(listener, database.pool, options, None, stop).await?;
    Ok(())
}
