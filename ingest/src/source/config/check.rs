//! Whether a source can work, without touching it.

use std::net::IpAddr;

use super::{After, AuthKind, OauthConfig, SourceConfig, SourceKind, Tls};

/// A source is configured in a way that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A key is missing that the kind needs.
    #[error("source `{name}`: kind = \"{kind}\" needs the key `{key}`")]
    MissingKey {
        /// The name of the source.
        name: String,
        /// Its kind.
        kind: SourceKind,
        /// What is missing.
        key: &'static str,
    },
    /// A key is set that means nothing for the kind.
    #[error("source `{name}`: the key `{key}` means nothing for kind = \"{kind}\"; remove it")]
    IdleKey {
        /// The name of the source.
        name: String,
        /// Its kind.
        kind: SourceKind,
        /// What is too much.
        key: &'static str,
    },
    /// Files carry no marks.
    #[error(
        "source `{name}`: files cannot be marked as seen; use after = \"leave\" or, in a folder, \"move\""
    )]
    NoSeenMark {
        /// The name of the source.
        name: String,
    },
    /// Two keys contradict each other, or a value is not possible.
    #[error("source `{name}`: {sentence}")]
    Unfit {
        /// The name of the source.
        name: String,
        /// What is wrong, and what to write.
        sentence: String,
    },
    /// The name is empty.
    #[error("a source has an empty name; give it one, such as \"utilities\"")]
    Nameless,
}

/// Says whether the source can work, without touching it.
pub fn check(config: &SourceConfig) -> Result<(), ConfigError> {
    let (name, kind) = (&config.name, config.kind);
    if name.trim().is_empty() {
        return Err(ConfigError::Nameless);
    }
    for (key, is_set, kinds) in keys(config) {
        if is_set && !kinds.contains(&kind) {
            return Err(ConfigError::IdleKey { name: name.clone(), kind, key });
        }
    }
    if config.timeout_seconds == Some(0) || config.budget_seconds == Some(0) {
        return Err(unfit(config, "`timeout_seconds` and `budget_seconds` must be at least 1"));
    }
    if config.expect_days.is_some_and(|days| !(1..=400).contains(&days)) {
        return Err(unfit(config, "`expect_days` must be from 1 to 400"));
    }
    if let Some(rules) = &config.rules {
        rules.check().map_err(|sentence| unfit(config, &sentence))?;
    }
    match kind {
        SourceKind::Folder | SourceKind::Maildir | SourceKind::Mbox => files(config),
        SourceKind::Imap => imap(config),
        SourceKind::Graph => graph(config),
    }
}

type Key = (&'static str, bool, &'static [SourceKind]);

/// Every key that is not for all kinds: whether it is set, and for which kinds it is.
fn keys(config: &SourceConfig) -> [Key; 15] {
    use SourceKind::{Folder, Graph, Imap, Maildir, Mbox};
    let files: &'static [SourceKind] = &[Folder, Maildir, Mbox];
    let imap: &'static [SourceKind] = &[Imap];
    let servers: &'static [SourceKind] = &[Imap, Graph];
    [
        ("path", config.path.is_some(), files),
        ("host", config.host.is_some(), imap),
        ("port", config.port.is_some(), imap),
        ("tls", config.tls.is_some(), imap),
        ("auth", config.auth != AuthKind::Password, imap),
        ("password_file", config.password_file.is_some(), imap),
        ("password_env", config.password_env.is_some(), imap),
        ("ca_file", config.ca_file.is_some(), servers),
        ("user", config.user.is_some(), servers),
        ("oauth", config.oauth.is_some(), servers),
        ("processed_folder", config.processed_folder.is_some(), servers),
        ("quarantine_folder", config.quarantine_folder.is_some(), servers),
        ("graph_url", config.graph_url.is_some(), &[Graph]),
        ("folder", config.folder.is_some(), &[Imap, Graph, Maildir]),
        ("timeout_seconds", config.timeout_seconds.is_some(), servers),
    ]
}

fn files(config: &SourceConfig) -> Result<(), ConfigError> {
    if config.path.as_ref().is_none_or(|path| path.as_os_str().is_empty()) {
        return Err(missing(config, "path"));
    }
    match (config.kind, config.after) {
        (SourceKind::Folder | SourceKind::Mbox, After::Seen) => {
            Err(ConfigError::NoSeenMark { name: config.name.clone() })
        }
        (SourceKind::Mbox, After::Move) => {
            Err(unfit(config, "mails are not moved out of an mbox; use after = \"leave\""))
        }
        _ => Ok(()),
    }
}

fn imap(config: &SourceConfig) -> Result<(), ConfigError> {
    let Some(host) = config.host.as_deref().filter(|host| !host.is_empty()) else {
        return Err(missing(config, "host"));
    };
    if config.user.as_deref().is_none_or(str::is_empty) {
        return Err(missing(config, "user"));
    }
    if config.tls == Some(Tls::None) && !is_this_machine(host) {
        let sentence = format!(
            "tls = \"none\" is for a server on this machine alone, not for {host}; use \"implicit\" or \"starttls\""
        );
        return Err(unfit(config, &sentence));
    }
    let passwords = [config.password_file.is_some(), config.password_env.is_some()];
    let passwords = passwords.into_iter().filter(|is_set| *is_set).count();
    match (config.auth, &config.oauth, passwords) {
        (AuthKind::Password, None, 1) | (AuthKind::Xoauth2, Some(_), 0) => {}
        (AuthKind::Password, None, 0) => return Err(missing(config, "password_file")),
        (AuthKind::Password, None, _) => {
            return Err(unfit(config, "use one of `password_file` and `password_env`"));
        }
        (AuthKind::Password, Some(_), _) => {
            return Err(unfit(config, "[source.oauth] needs auth = \"xoauth2\""));
        }
        (AuthKind::Xoauth2, None, _) => return Err(missing(config, "oauth")),
        (AuthKind::Xoauth2, Some(_), _) => {
            return Err(unfit(config, "with auth = \"xoauth2\" no password is used; remove it"));
        }
    }
    config.oauth.as_ref().map_or(Ok(()), |oauth| token(config, oauth))
}

fn graph(config: &SourceConfig) -> Result<(), ConfigError> {
    if config.user.as_deref().is_none_or(str::is_empty) {
        return Err(missing(config, "user"));
    }
    if let Some(url) = &config.graph_url {
        safe_url(config, "graph_url", url)?;
    }
    let Some(oauth) = &config.oauth else { return Err(missing(config, "oauth")) };
    if oauth.refresh_token_file.is_some() || oauth.refresh_token_env.is_some() {
        return Err(unfit(
            config,
            "kind = \"graph\" signs in as an application; remove the refresh token",
        ));
    }
    token(config, oauth)
}

fn token(config: &SourceConfig, oauth: &OauthConfig) -> Result<(), ConfigError> {
    if oauth.client_id.is_empty() {
        return Err(unfit(config, "[source.oauth] needs `client_id`"));
    }
    if oauth.tenant.is_none() && oauth.token_url.is_none() {
        return Err(unfit(
            config,
            "[source.oauth] needs `tenant`, or `token_url` where it is not Microsoft's",
        ));
    }
    if let Some(url) = &oauth.token_url {
        safe_url(config, "token_url", url)?;
    }
    let secret = oauth.client_secret_file.is_some() || oauth.client_secret_env.is_some();
    let refresh = oauth.refresh_token_file.is_some() || oauth.refresh_token_env.is_some();
    match (oauth.certificate_file.is_some(), oauth.key_file.is_some()) {
        (true, true) if secret => {
            Err(unfit(config, "[source.oauth] has a secret and a certificate; use one of them"))
        }
        (false, false) if !secret && !refresh => Err(unfit(
            config,
            "[source.oauth] needs `client_secret_file`, `certificate_file` and `key_file`, or `refresh_token_file`",
        )),
        (true, true) | (false, false) => Ok(()),
        _ => Err(unfit(config, "`certificate_file` and `key_file` belong together")),
    }
}

/// Tokens and secrets travel encrypted, or inside this machine.
fn safe_url(config: &SourceConfig, key: &str, url: &str) -> Result<(), ConfigError> {
    let host = url.strip_prefix("http://").map(|rest| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let host = rest[..end].rsplit('@').next().unwrap_or_default();
        host.rsplit_once(':').map_or(host, |(host, _)| host).trim_matches(['[', ']'])
    });
    match host {
        Some(host) if is_this_machine(host) => Ok(()),
        None if url.starts_with("https://") => Ok(()),
        _ => Err(unfit(config, &format!("`{key}` must begin with https://"))),
    }
}

/// Whether a name means this machine whatever a name server says.
fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn missing(config: &SourceConfig, key: &'static str) -> ConfigError {
    ConfigError::MissingKey { name: config.name.clone(), kind: config.kind, key }
}

fn unfit(config: &SourceConfig, sentence: &str) -> ConfigError {
    ConfigError::Unfit { name: config.name.clone(), sentence: sentence.to_owned() }
}
