//! What went wrong, and what a person can do.

use leptos::prelude::*;

/// The page of a failure.
pub fn trouble(title: &str, sentence: &str, next: &str, error_id: Option<&str>) -> AnyView {
    let id = error_id
        .map(|id| view! { <p class="muted">"Error number "<code>{id.to_owned()}</code></p> });
    view! {
        <div class="trouble" role="alert">
            <h1>{title.to_owned()}</h1>
            <p>{sentence.to_owned()}</p>
            <p>{next.to_owned()}</p>
            {id}
            <p><a class="button" href="/alerts">"To the alerts"</a></p>
        </div>
    }
    .into_any()
}
