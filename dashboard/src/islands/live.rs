//! Filters that answer while they are set, triage without a reload, and keys for those who triage many.

use leptos::prelude::*;

/// Watches the page: forms and links marked `data-live` or `data-inline` are fetched instead of followed.
///
/// It stands once on a page. Its markup is the status line for screen readers and the list of keys.
#[island]
pub fn Live() -> impl IntoView {
    let status = RwSignal::new(String::new());
    let awake = RwSignal::new(false);
    let help = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move |_| {
        awake.set(true);
        watch(status, help);
    });
    let key = |keys: &'static str, meaning: &'static str| {
        view! { <div><dt><kbd>{keys}</kbd></dt><dd>{meaning}</dd></div> }
    };
    view! {
        <p class="visually-hidden" role="status">{move || status.get()}</p>
        <button
            type="button"
            class="quiet keys-button"
            hidden=move || !awake.get()
            on:click=move |_| open(help)
        >
            "Keys " <kbd>"?"</kbd>
        </button>
        <dialog class="keys" node_ref=help aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <dl>
                {key("j", "next alert")}
                {key("k", "previous alert")}
                {key("Enter", "open the alert")}
                {key("a", "acknowledge it")}
                {key("r", "resolve it")}
                {key("u", "back to the list")}
                {key("/", "search")}
                {key("?", "this list")}
            </dl>
            <form method="dialog"><button class="primary" type="submit">"Close"</button></form>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
fn watch(status: RwSignal<String>, help: NodeRef<leptos::html::Dialog>) {
    super::swap::watch(status);
    super::keys::watch(help);
}

#[cfg(not(feature = "hydrate"))]
fn watch(_status: RwSignal<String>, _help: NodeRef<leptos::html::Dialog>) {}

#[cfg(feature = "hydrate")]
fn open(help: NodeRef<leptos::html::Dialog>) {
    super::keys::open(help);
}

#[cfg(not(feature = "hydrate"))]
fn open(_help: NodeRef<leptos::html::Dialog>) {}
