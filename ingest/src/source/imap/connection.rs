//! From an address to a session that is signed in.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::response::{Response, Status, Told};
use super::session::Session;
use super::wire::{Stream, Wire, protocol};
use crate::source::Tls;
use crate::source::oauth::Tokens;
use crate::source::secret::{Secret, SecretPlace};
use crate::source::tls;
use crate::source::trouble::{Trouble, TroubleKind};

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(15);

/// A mailbox on a server.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) user: String,
    pub(super) auth: Auth,
    /// The longest wait for the next bytes.
    pub(super) idle: Duration,
}

/// How the account is proven.
#[derive(Debug, Clone)]
pub(super) enum Auth {
    /// By its password.
    Password(SecretPlace),
    /// By an OAuth token of the provider.
    Xoauth2(Tokens),
}

impl Target {
    /// Connects and signs in.
    pub(super) async fn sign_in(&self) -> Result<Session, Trouble> {
        let mut session = self.connect().await?;
        match &self.auth {
            Auth::Password(place) => {
                let password = place
                    .read()
                    .map_err(|error| Trouble::new(TroubleKind::Secret, error.to_string()))?;
                self.by_password(&mut session, &password).await?;
            }
            Auth::Xoauth2(tokens) => self.by_token(&mut session, tokens).await?,
        }
        session.learn_capabilities().await?;
        Ok(session)
    }

    /// Connects, up to where the account is asked for.
    async fn connect(&self) -> Result<Session, Trouble> {
        let stream = self.tcp().await?;
        if self.tls == Tls::None {
            return self.greeted(Box::new(stream)).await;
        }
        let connector = tls::connector(self.ca_file.as_deref())?;
        if self.tls == Tls::Implicit {
            let begun = timeout(self.idle, tls::begin(&connector, &self.host, stream)).await;
            let stream = begun.map_err(|_| self.no_tls())??;
            return self.greeted(Box::new(stream)).await;
        }
        let mut session = self.greeted(Box::new(stream)).await?;
        if !session.can("STARTTLS") {
            let sentence = format!("{} offers no STARTTLS on port {}", self.host, self.port);
            return Err(Trouble::new(TroubleKind::TlsNotOffered, sentence));
        }
        session.command("STARTTLS").await?.ok("STARTTLS")?;
        let plain = session.into_stream()?;
        let begun = timeout(self.idle, tls::begin(&connector, &self.host, plain)).await;
        let stream = begun.map_err(|_| self.no_tls())??;
        // What the server said before it was protected does not count.
        let mut session = Session::new(Wire::new(Box::new(stream), self.idle));
        session.learn_capabilities().await?;
        Ok(session)
    }

    async fn tcp(&self) -> Result<TcpStream, Trouble> {
        let (host, port) = (self.host.as_str(), self.port);
        let unknown = |why: &str| {
            Trouble::new(TroubleKind::Dns, format!("the name {host} is not known ({why})"))
        };
        let addresses: Vec<SocketAddr> = match timeout(CONNECT, lookup_host((host, port))).await {
            Ok(found) => found.map_err(|error| unknown(&error.to_string()))?.collect(),
            Err(_) => return Err(unknown("no name server answers")),
        };
        let mut last = unknown("it has no address");
        for address in addresses {
            if self.tls == Tls::None && !address.ip().is_loopback() {
                let sentence = format!(
                    "{host} is not this machine, and tls = \"none\" is for this machine alone"
                );
                last = Trouble::new(TroubleKind::PasswordRefused, sentence);
                continue;
            }
            match timeout(CONNECT.min(self.idle), TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Commands are short and waited for.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => last = refused(address, &error),
                Err(_) => {
                    let sentence = format!("{address} does not answer");
                    last = Trouble::new(TroubleKind::Timeout, sentence);
                }
            }
        }
        Err(last)
    }

    async fn greeted(&self, stream: Box<dyn Stream>) -> Result<Session, Trouble> {
        let mut session = Session::new(Wire::new(stream, self.idle));
        let greeting = session.receive().await.map_err(|trouble| match trouble.kind {
            TroubleKind::Timeout => {
                let sentence = format!(
                    "no greeting came from {} port {}; a port with implicit TLS waits for TLS first",
                    self.host, self.port
                );
                Trouble::new(TroubleKind::Timeout, sentence)
            }
            _ => trouble,
        })?;
        match greeting {
            Response::Told(Told { status: Status::Ok | Status::Preauth, .. }) => {}
            Response::Told(Told { status: Status::Bye, sentence, .. }) => {
                return Err(Trouble::new(TroubleKind::Bye, format!("the server says: {sentence}")));
            }
            _ => return Err(protocol("the server does not greet as an IMAP server does")),
        }
        session.learn_capabilities().await?;
        Ok(session)
    }

    async fn by_password(&self, session: &mut Session, password: &Secret) -> Result<(), Trouble> {
        let told = if session.can("AUTH=PLAIN") {
            let proof = format!("\0{}\0{}", self.user, password.reveal());
            session.authenticate("PLAIN", &STANDARD.encode(proof)).await?.told
        } else if session.can("LOGINDISABLED") {
            let sentence = "the server takes no password on this connection";
            return Err(Trouble::new(TroubleKind::PasswordRefused, sentence));
        } else {
            session.login(&self.user, password.reveal()).await?.told
        };
        self.judge(&told, "the server refuses the name or the password")
    }

    async fn by_token(&self, session: &mut Session, tokens: &Tokens) -> Result<(), Trouble> {
        if !session.can("AUTH=XOAUTH2") {
            let sentence = "the server does not offer XOAUTH2";
            return Err(Trouble::new(TroubleKind::PasswordRefused, sentence));
        }
        for is_last in [false, true] {
            let token = tokens.token().await?;
            let proof = format!("user={}\x01auth=Bearer {}\x01\x01", self.user, token.reveal());
            let told = session.authenticate("XOAUTH2", &STANDARD.encode(proof)).await?.told;
            let judged = self.judge(&told, "the server refuses the token");
            // A token may be withdrawn before its time; a server that is away for a moment says nothing about it.
            let is_refused =
                judged.as_ref().is_err_and(|trouble| trouble.kind == TroubleKind::Credentials);
            if !is_refused || is_last {
                return judged;
            }
            tokens.forget().await;
        }
        Ok(())
    }

    fn judge(&self, told: &Told, refusal: &str) -> Result<(), Trouble> {
        if told.status == Status::Ok {
            return Ok(());
        }
        let sentence = format!("{refusal} of {}: {}", self.user, told.sentence);
        let kind = if told.has("UNAVAILABLE") || told.has("INUSE") || told.has("LIMIT") {
            TroubleKind::Unavailable
        } else if told.has("PRIVACYREQUIRED") {
            TroubleKind::PasswordRefused
        } else {
            TroubleKind::Credentials
        };
        Err(Trouble::new(kind, sentence))
    }

    fn no_tls(&self) -> Trouble {
        let sentence =
            format!("{} does not answer when TLS begins on port {}", self.host, self.port);
        Trouble::new(TroubleKind::Timeout, sentence)
    }
}

fn refused(address: SocketAddr, error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Trouble::new(TroubleKind::Refused, format!("nobody listens at {address}"))
        }
        io::ErrorKind::TimedOut => {
            Trouble::new(TroubleKind::Timeout, format!("{address} does not answer"))
        }
        _ => Trouble::new(TroubleKind::Network, format!("{address} cannot be reached ({error})")),
    }
}
