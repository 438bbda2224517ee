//! What `--sample` adds: a mailbox, and a receiver for the alerts.

use std::path::Path;

use delivery::EndpointConfig;
use ingest::source::SourceConfig;

use super::administrator::{made_up, write_private};
use crate::command::sample::Sample;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::progress::Reporter;
use crate::shutdown::Shutdown;
use crate::{receiver, sample};

const NAME: &str = "sample";

/// The data folder.
pub fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let what = format!("the data folder {} cannot be made", folder.display());
        Failure::new(Exit::Failed, what, "choose another one with --data-dir").because(error)
    })
}

/// Writes the mailbox where it is missing, starts the receiver, and adds both to the configuration.
pub async fn prepare(
    folder: &Path,
    config: &mut Config,
    reporter: Reporter,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    // Sources are resolved against the folder of the configuration file, which is another one.
    let folder = folder.canonicalize()?;
    let mailbox = folder.join("sample");
    if !mailbox.exists() {
        let step = reporter.step("Sample mailbox");
        // Under another name until it is complete: an interrupted start leaves no half mailbox.
        let partial = folder.join("sample.partial");
        if partial.exists() {
            std::fs::remove_dir_all(&partial)?;
        }
        let written = sample::write(&partial, Sample::SEED)?;
        std::fs::rename(&partial, &mailbox)?;
        step.done(&format!("{} mails about {} meters", written.mails, written.meters));
    }
    let source = toml::Table::from_iter([
        ("name".to_owned(), NAME.into()),
        ("kind".to_owned(), "folder".into()),
        ("path".to_owned(), mailbox.join("mail").display().to_string().into()),
    ]);
    config.sources.push(toml::Value::Table(source).try_into::<SourceConfig>()?);

    let secret_file = folder.join("sample-hook.secret");
    if !secret_file.exists() {
        write_private(&secret_file, made_up()?.reveal())?;
    }
    let mut endpoint = EndpointConfig {
        name: NAME.to_owned(),
        url: String::new(),
        secret_file,
        allow_private: true,
    };
    let received = folder.join("received.jsonl");
    let address = receiver::start(&received, endpoint.secrets()?, shutdown.clone()).await?;
    endpoint.url = format!("http://{address}/hook");
    config.endpoints.push(endpoint);
    Ok(())
}
