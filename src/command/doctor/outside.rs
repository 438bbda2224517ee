//! What must be reached: the reader, the sources, the endpoints.

use delivery::target;
use ingest::layout::FileContext;
use ingest::pass::OpenFile;
use ingest::source::{self, Source};
use jiff::tz::TimeZone;

use super::Check;
use crate::clock;
use crate::config::{Config, ReaderSettings};
use crate::exit::Exit;
use crate::reader::ReaderProcess;

const TABLE: &[u8] = b"site,meter,commodity,period_start,period_end,quantity,unit\n\
    A,1,electricity,2024-01-01,2024-01-31,10,kWh\nA,1,electricity,2024-02-01,2024-02-29,11,kWh\n";

/// Whether the process that opens workbooks starts under its limits and reads a table.
pub async fn reader(config: &Config) -> Check {
    let name = "reader";
    let fix = "raise memory_mib of [reader]; see that this program's file can be run";
    let mut reader = match ReaderProcess::start(config).await {
        Ok(reader) => reader,
        Err(error) => {
            return Check::bad(Exit::Failed, name, crate::config::causes(&error), fix);
        }
    };
    let context = FileContext {
        file_name: Some("doctor.csv".to_owned()),
        mail_subject: None,
        today: clock::now().to_zoned(TimeZone::UTC).date(),
        profiles: Vec::new(),
        known_layouts: Vec::new(),
        earlier: Vec::new(),
    };
    match reader.open(&context, TABLE).await {
        Ok((_, extraction)) if extraction.readings.len() == 2 => {
            let ReaderSettings { memory_mib, seconds_per_file } = &config.reader;
            Check::good(name, format!("{memory_mib} MiB and {seconds_per_file} s for a file"))
        }
        Ok(_) => Check::bad(Exit::Failed, name, "it misread a plain table", fix),
        Err(problem) => Check::bad(Exit::Failed, name, problem.sentence, fix),
    }
}

/// Whether each source can be listed; nothing is fetched.
pub async fn sources(config: &Config) -> Vec<Check> {
    let folder = config.folder();
    let mut checks = Vec::new();
    for configured in &config.sources {
        let name = format!("source {}", configured.name);
        // One that cannot be opened was told with the configuration.
        let Ok(source) = source::open(configured, &folder, clock::now) else { continue };
        let listed = source.list().await;
        // Nothing was marked, so there is nothing that could fail; connections go.
        let _ = source.finish().await;
        checks.push(match listed {
            Ok(items) => Check::good(name, format!("{} mails and files", items.len())),
            Err(error) => {
                let fix = "see that the place exists and that this user may read it";
                Check::bad(Exit::Unreachable, name, crate::config::causes(&error), fix)
            }
        });
    }
    checks
}

/// Whether each receiver's address is allowed and its name is known; nothing is sent.
pub async fn endpoints(config: &Config) -> Vec<Check> {
    let mut checks = Vec::new();
    for endpoint in &config.endpoints {
        let name = format!("endpoint {}", endpoint.name);
        let Ok(url) = endpoint.target() else {
            // Told by the check of the configuration.
            continue;
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses = match tokio::net::lookup_host((host.as_str(), port)).await {
            Ok(addresses) => addresses.collect::<Vec<_>>(),
            Err(error) => {
                let fix = "check the name in the url, and the name servers of this machine";
                let found = format!("{host} is not known: {error}");
                checks.push(Check::bad(Exit::Unreachable, name, found, fix));
                continue;
            }
        };
        let refused = !endpoint.allow_private
            && !addresses.iter().any(|address| target::is_public(address.ip()));
        checks.push(if refused {
            let found = format!("{host} is inside the network, where nothing is sent by default");
            let fix = "set allow_private = true for this endpoint if it is yours";
            Check::bad(Exit::Configuration, name, found, fix)
        } else {
            let shown: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            Check::good(name, shown.join(", "))
        });
    }
    checks
}
