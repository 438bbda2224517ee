//! All that people have said about the files of their senders.

use jiff::Timestamp;
use leptos::prelude::*;

use super::says;
use crate::pages::parts::When;
use crate::views::mapping::KeptProfile;

/// The page.
pub fn profiles(all: Vec<KeptProfile>, now: Timestamp) -> AnyView {
    let rows: Vec<_> = all
        .into_iter()
        .map(|kept| {
            let said = &kept.profile;
            let sender = if said.sender.is_empty() { "any sender" } else { &said.sender };
            let scope = if said.is_mapping() {
                format!("layout {}", said.fingerprint.chars().take(6).collect::<String>())
            } else {
                "all files".to_owned()
            };
            let place = if kept.in_configuration { "configuration" } else { "here" };
            view! {
                <tr>
                    <th scope="row">{said.name.clone()}</th>
                    <td>{sender.to_owned()}</td><td>{scope}</td><td>{says(said)}</td><td>{place}</td>
                    <td>{kept.changed_by.clone()}" "<When at=kept.changed_at now=now/></td>
                </tr>
            }
        })
        .collect();
    let table = if rows.is_empty() {
        view! { <p class="empty">"Nobody has said anything yet: every file is read by its own evidence. Open a file under Arrivals to say how it is read."</p> }.into_any()
    } else {
        view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label="Profiles">
                <table class="plain">
                    <caption class="visually-hidden">"Profiles"</caption>
                    <thead><tr>
                        <th scope="col">"Name"</th><th scope="col">"Sender"</th><th scope="col">"Holds for"</th>
                        <th scope="col">"Says"</th><th scope="col">"Kept"</th><th scope="col">"Changed"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/arrivals" data-up="">"Arrivals"</a><span aria-hidden="true">"/"</span><span>"Profiles"</span>
        </nav>
        <div class="page-head">
            <h1>"Profiles"</h1>
            <a class="button" href="/profiles/export" download="">"Export as TOML"</a>
        </div>
        <p class="muted">"What people have said about the files of their senders, said once for all files of a layout."</p>
        {table}
    }
    .into_any()
}
