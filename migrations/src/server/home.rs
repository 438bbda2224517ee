//! Where the cluster is kept.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::ServerError;
use super::account::Account;

/// For data folders that the server's user may not enter.
const INSTEAD: &str = "/var/lib/meterwatch";
const POINTER: &str = "postgres.location";
/// The length of a socket's path is limited by the system: 108 bytes on Linux, 104 elsewhere, the end mark included.
const SOCKET_PATH_LIMIT: usize = 103;

/// The folder of the cluster, which only the server's user may enter.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) folder: PathBuf,
    pub(super) account: Account,
}

impl Home {
    /// Finds or makes the folder for this data folder, which is absolute and exists.
    pub(super) fn locate(data_dir: &Path, account: Account) -> Result<Self, ServerError> {
        let pointer = data_dir.join(POINTER);
        let near = data_dir.join("postgres");
        let folder = match fs::read_to_string(&pointer) {
            Ok(place) => PathBuf::from(place.trim()),
            Err(_) => match account.blocked_by(data_dir) {
                None => near,
                Some(blocked) => elsewhere(&pointer, blocked)?,
            },
        };
        if !folder.is_dir() {
            make_private(&folder)?;
            account.give(&folder)?;
        }
        // A cluster belongs to whom it was made for, also when root opens the data folder of another user.
        let account = match (account, folder.join("cluster").metadata()) {
            (Account::Other { .. }, Ok(about)) if about.uid() != 0 => {
                Account::Other { user: about.uid(), group: about.gid() }
            }
            _ => account,
        };
        Ok(Self { folder, account })
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// The major version that made the cluster, where there is one.
    pub(super) fn cluster_version(&self) -> Option<u32> {
        fs::read_to_string(self.cluster().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// An empty folder for the socket: here, or a short one for temporary files when this path is too long.
    pub(super) fn make_socket_folder(&self) -> Result<PathBuf, ServerError> {
        let near = self.folder.join("socket");
        let folder = if near.join(".s.PGSQL.5432").as_os_str().len() <= SOCKET_PATH_LIMIT {
            self.remove_socket_folder(&near);
            near
        } else {
            PathBuf::from("/tmp").join(format!("meterwatch-{}", Uuid::new_v4().simple()))
        };
        make_private(&folder)?;
        self.account.give(&folder)?;
        Ok(folder)
    }

    /// Removes a socket folder that no server uses; only ever one that this program made.
    pub(super) fn remove_socket_folder(&self, folder: &Path) {
        let ours = folder == self.folder.join("socket")
            || folder.parent() == Some(Path::new("/tmp"))
                && folder
                    .file_name()
                    .is_some_and(|n| n.to_string_lossy().starts_with("meterwatch-"));
        if ours
            && let Err(error) = fs::remove_dir_all(folder)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %folder.display(), %error, "an old socket folder could not be removed");
        }
    }
}

fn elsewhere(pointer: &Path, blocked: PathBuf) -> Result<PathBuf, ServerError> {
    let folder = Path::new(INSTEAD).join(Uuid::new_v4().simple().to_string());
    fs::create_dir_all(INSTEAD).map_err(|source| ServerError::Unreachable {
        blocked,
        instead: PathBuf::from(INSTEAD),
        source,
    })?;
    fs::write(pointer, format!("{}\n", folder.display()))
        .map_err(|source| ServerError::Prepare { path: pointer.to_owned(), source })?;
    tracing::info!(
        cluster.path = %folder.display(),
        "the server's user may not enter the data folder; the cluster is kept elsewhere"
    );
    Ok(folder)
}

fn make_private(folder: &Path) -> Result<(), ServerError> {
    DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .map_err(|source| ServerError::Prepare { path: folder.to_owned(), source })
}
