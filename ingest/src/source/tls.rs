//! TLS to mail servers: rustls, the authorities that this machine trusts, and one more where the configuration names it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::trouble::{Trouble, TroubleKind};

/// What connections are checked against.
pub(super) fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, Trouble> {
    let mut roots = RootCertStore::empty();
    // Some of a machine's certificates may be damaged; what remains decides.
    let _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = ca_file {
        let unreadable = |why: String| {
            let sentence =
                format!("the certificates of `ca_file` {} cannot be read ({why})", file.display());
            Trouble::new(TroubleKind::Secret, sentence)
        };
        let certificates = CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable(error.to_string()))?;
        if certificates.is_empty() {
            return Err(unreadable("there is none in it".to_owned()));
        }
        for certificate in certificates {
            roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Trouble::new(TroubleKind::TlsOther, error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Begins TLS on a connection.
pub(super) async fn begin<S: AsyncRead + AsyncWrite + Unpin>(
    connector: &TlsConnector,
    host: &str,
    stream: S,
) -> Result<TlsStream<S>, Trouble> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| {
        Trouble::new(
            TroubleKind::TlsWrongHost,
            format!("`{host}` is no name that a certificate can be for"),
        )
    })?;
    connector.connect(name, stream).await.map_err(|error| explain(host, &error))
}

fn explain(host: &str, error: &io::Error) -> Trouble {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let (kind, sentence) = match inner {
        Some(rustls::Error::InvalidCertificate(why)) => match why {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => (
                TroubleKind::TlsExpired,
                format!("the certificate of {host} is out of date ({why})"),
            ),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                (
                    TroubleKind::TlsWrongHost,
                    format!("the certificate that {host} shows is for another name ({why})"),
                )
            }
            _ => (
                TroubleKind::TlsUnknownIssuer,
                format!(
                    "the certificate of {host} is not signed by an authority trusted here ({why})"
                ),
            ),
        },
        Some(rustls::Error::InvalidMessage(_)) => {
            (TroubleKind::TlsPlainPort, format!("{host} does not speak TLS on this port"))
        }
        Some(other) => (TroubleKind::TlsOther, format!("TLS with {host} failed ({other})")),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            (TroubleKind::Cut, format!("{host} closed the connection when TLS began"))
        }
        None => {
            (TroubleKind::Cut, format!("the connection to {host} was cut when TLS began ({error})"))
        }
    };
    Trouble::new(kind, sentence)
}
