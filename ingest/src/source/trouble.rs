//! What can be wrong with a source as a whole, what a person does about it, and whether time alone may mend it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

macro_rules! trouble_kinds {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $lasting:ident, $remedy:literal;)*) => {
        /// The kind of a trouble; stable, stored, searchable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum TroubleKind {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl TroubleKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as stored and printed.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What a person can do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }

            /// How long it lasts by itself.
            pub const fn lasting(self) -> Lasting {
                match self { $(Self::$name => Lasting::$lasting,)* }
            }
        }
    };
}

/// How long a trouble lasts by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// It may go by itself: it is tried again, less and less often.
    Transient,
    /// A person has to change something: it waits visibly, and is looked at seldom.
    Permanent,
}

trouble_kinds! {
    // The network.
    /// The host name is not known.
    Dns, "dns", Transient, "check `host`, and the name servers of this machine";
    /// Nobody listens.
    Refused, "refused", Transient, "check `host` and `port`, and that the server runs; implicit TLS is port 993, STARTTLS 143";
    /// No answer in time.
    Timeout, "timeout", Transient, "check `host` and `port`; a firewall or a network policy may drop the connection";
    /// The connection ended in the middle.
    Cut, "cut", Transient, "nothing, if it passes; the next pass goes on where this one stopped";
    /// The server said goodbye.
    Bye, "bye", Transient, "nothing, if it passes; the sentence of the server says why";
    /// Any other failure of the network.
    Network, "network", Transient, "check the network between this machine and the server";

    // TLS.
    /// The certificate is out of date.
    TlsExpired, "tls_expired", Permanent, "have the certificate of the server renewed; check the clock of this machine";
    /// The certificate is not signed by an authority that is trusted here.
    TlsUnknownIssuer, "tls_unknown_issuer", Permanent, "put the certificate of the authority that signed it into a file and name it with `ca_file`";
    /// The certificate is for another name.
    TlsWrongHost, "tls_wrong_host", Permanent, "use in `host` the name that the certificate is made for";
    /// The server speaks without TLS on this port.
    TlsPlainPort, "tls_plain_port", Permanent, "the port speaks plain text: use tls = \"starttls\" (port 143), or port 993 for tls = \"implicit\"";
    /// The server offers no STARTTLS.
    TlsNotOffered, "tls_not_offered", Permanent, "the server offers no STARTTLS here: use tls = \"implicit\" and port 993";
    /// The protocols do not meet.
    TlsOther, "tls_other", Permanent, "the server must offer TLS 1.2 or 1.3 with a current cipher";

    // Signing in.
    /// A secret cannot be read.
    Secret, "secret", Permanent, "write the secret into the file or the variable that the configuration names";
    /// The name or the password is wrong.
    Credentials, "credentials", Permanent, "check `user` and the password; where passwords are switched off (Exchange Online, Gmail) use auth = \"xoauth2\"";
    /// The server takes passwords over TLS only, or not at all.
    PasswordRefused, "password_refused", Permanent, "the server takes no password on this connection: use TLS, or auth = \"xoauth2\"";
    /// The token endpoint refused the application.
    TokenRefused, "token_refused", Permanent, "check `tenant`, `client_id` and the secret or certificate; a client secret may have expired";
    /// Nobody consented to what the application wants.
    NoConsent, "no_consent", Permanent, "an administrator must grant consent: Mail.Read or Mail.ReadWrite (Graph), IMAP.AccessAsApp (Exchange)";
    /// The refresh token is not valid any more.
    RefreshTokenExpired, "refresh_token_expired", Permanent, "sign in once more and store the new refresh token";

    // The mailbox.
    /// There is no such folder.
    FolderUnknown, "folder_unknown", Permanent, "choose one of the folders that `meterwatch source test` lists";
    /// The mailbox is not there, or the application may not see it.
    MailboxUnknown, "mailbox_unknown", Permanent, "check the address in `user`, and that the application may read this mailbox";
    /// The folder or the file cannot be read.
    Unreadable, "unreadable", Transient, "check that the place exists and that this user may read it";
    /// The server asks for fewer requests.
    Throttled, "throttled", Transient, "nothing: it is asked again when the server allows it";
    /// The server is not able to answer at the moment.
    Unavailable, "unavailable", Transient, "nothing, if it passes; else ask those who run the server";
    /// The server refuses a command.
    ServerRefused, "server_refused", Transient, "ask those who run the server; the sentence says what it refused";
    /// The server does not let mails be marked or moved.
    MarkingRefused, "marking_refused", Permanent, "check that the account may write to the mailbox and to the folders for processed and quarantined mails, or use after = \"leave\"";
    /// The server does not speak as the standard says.
    Protocol, "protocol", Transient, "check that `host` and `port` are those of a mail server";

    // Our own limits.
    /// It failed a short while ago and is not asked before the time.
    LeftAlone, "left_alone", Transient, "nothing, if it passes; `meterwatch source retry` tries it at once";
    /// An answer is larger than what is taken.
    TooLarge, "too_large", Transient, "ask those who run the server: the answer is larger than any mail that is fetched";
    /// The time of the source for one pass was used up.
    Budget, "budget", Transient, "nothing, if it passes: the next pass goes on; else raise `budget_seconds`";
}

impl fmt::Display for TroubleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A trouble with a source as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}; {remedy}", remedy = .kind.remedy())]
pub struct Trouble {
    /// What it is.
    pub kind: TroubleKind,
    /// What happened, with the words of the server where there are any. Never a secret.
    pub sentence: String,
    /// The server asks to be left alone for so long.
    pub retry_after: Option<Duration>,
}

impl Trouble {
    /// A trouble of this kind.
    pub fn new(kind: TroubleKind, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into(), retry_after: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_code_of_its_own_and_a_remedy() {
        let mut codes: Vec<&str> = TroubleKind::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), TroubleKind::ALL.len());
        assert!(TroubleKind::ALL.iter().all(|kind| kind.remedy().len() > 20));
    }
}
