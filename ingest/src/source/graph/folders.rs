//! Folders of a mailbox by their names: a path such as `Inbox/Meters`, or a name that the service knows.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::client::{About, Graph, RequestError};
use crate::source::http;
use crate::source::trouble::{Trouble, TroubleKind};

/// Names that the service knows in every language.
const WELL_KNOWN: [&str; 4] = ["inbox", "archive", "junkemail", "msgfolderroot"];
/// Folders that are looked at.
const MAX_FOLDERS: usize = 5000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Folder {
    id: String,
    display_name: String,
    #[serde(default)]
    child_folder_count: u64,
}

#[derive(Debug, Deserialize)]
struct Page {
    value: Vec<Folder>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

/// The id of a folder.
pub(super) async fn find(graph: &Graph, name: &str) -> Result<String, RequestError> {
    let known = name.to_ascii_lowercase();
    if WELL_KNOWN.contains(&known.as_str()) {
        let folder: Folder =
            graph.get(&graph.url(&format!("mailFolders/{known}")), About::Mailbox).await?;
        return Ok(folder.id);
    }
    search(graph, name).await?.ok_or_else(|| {
        let sentence = format!("there is no folder `{name}` in the mailbox");
        RequestError::NotFound(Trouble::new(TroubleKind::FolderUnknown, sentence))
    })
}

/// The id of a folder, made beside the inbox where it is missing.
pub(super) async fn find_or_make(graph: &Graph, name: &str) -> Result<String, RequestError> {
    if let Some(id) = search(graph, name).await? {
        return Ok(id);
    }
    let url = graph.url("mailFolders");
    let made =
        graph.change(Method::POST, &url, &json!({ "displayName": name }), About::Mailbox).await?;
    made["id"].as_str().map(str::to_owned).ok_or_else(|| {
        let sentence = format!("the service made no folder `{name}`");
        Trouble::new(TroubleKind::MarkingRefused, sentence).into()
    })
}

/// All folders by their paths.
pub(super) async fn all(graph: &Graph) -> Result<BTreeMap<String, String>, RequestError> {
    let mut found = BTreeMap::new();
    let mut open = vec![(String::new(), graph.url("mailFolders?$top=100"))];
    while let Some((above, url)) = open.pop() {
        for folder in children(graph, url).await? {
            let path = if above.is_empty() {
                folder.display_name
            } else {
                format!("{above}/{}", folder.display_name)
            };
            if folder.child_folder_count > 0 {
                open.push((path.clone(), below(graph, &folder.id)));
            }
            found.insert(path, folder.id);
            if found.len() >= MAX_FOLDERS {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// Follows a path, one folder after the other.
async fn search(graph: &Graph, path: &str) -> Result<Option<String>, RequestError> {
    let mut url = graph.url("mailFolders?$top=100");
    let mut names = path.split('/').peekable();
    while let Some(name) = names.next() {
        let is_inbox = name.eq_ignore_ascii_case("inbox");
        let id = if is_inbox {
            find_known(graph, "inbox").await?
        } else {
            let wanted = name.to_lowercase();
            let children = children(graph, url).await?;
            let found =
                children.into_iter().find(|folder| folder.display_name.to_lowercase() == wanted);
            match found {
                Some(folder) => folder.id,
                None => return Ok(None),
            }
        };
        if names.peek().is_none() {
            return Ok(Some(id));
        }
        url = below(graph, &id);
    }
    Ok(None)
}

async fn find_known(graph: &Graph, name: &str) -> Result<String, RequestError> {
    let folder: Folder =
        graph.get(&graph.url(&format!("mailFolders/{name}")), About::Mailbox).await?;
    Ok(folder.id)
}

fn below(graph: &Graph, id: &str) -> String {
    graph.url(&format!("mailFolders/{}/childFolders?$top=100", http::encoded(id)))
}

async fn children(graph: &Graph, first: String) -> Result<Vec<Folder>, RequestError> {
    let mut url = first;
    let mut folders = Vec::new();
    loop {
        let page: Page = graph.get(&url, About::Mailbox).await?;
        folders.extend(page.value);
        match page.next.filter(|next| graph.is_own(next)) {
            Some(next) if folders.len() < MAX_FOLDERS => url = next,
            _ => return Ok(folders),
        }
    }
}
