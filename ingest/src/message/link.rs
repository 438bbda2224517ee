//! Links to files in cloud stores, which some senders mail instead of the file.

/// Hosts that hand out files.
const HOSTS: [&str; 10] = [
    "1drv.ms",
    "onedrive.live.com",
    ".sharepoint.com",
    "drive.google.com",
    "docs.google.com/spreadsheets",
    "dropbox.com",
    "wetransfer.com",
    "we.tl/",
    "box.com/s/",
    "icloud.com",
];

/// The first store this text links to.
pub fn cloud_host(body: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(body).to_lowercase();
    let links: Vec<&str> =
        text.split("https://").skip(1).filter_map(|rest| rest.get(..120.min(rest.len()))).collect();
    HOSTS
        .into_iter()
        .find(|host| links.iter().any(|link| link.contains(host)))
        .map(|host| host.trim_matches(['.', '/']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_store_is_found() {
        assert_eq!(
            cloud_host(b"see <a href=\"https://acme.sharepoint.com/x/y.xlsx\">"),
            Some("sharepoint.com")
        );
        assert_eq!(cloud_host(b"see https://example.org/about"), None);
    }
}
