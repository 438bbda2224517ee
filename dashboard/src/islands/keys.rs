//! Keys of the page: j and k along the list, a and r for triage, / for the search.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlFormElement, KeyboardEvent};

/// Listens to the window from now on.
pub(super) fn watch(help: NodeRef<leptos::html::Dialog>) {
    let handle = window_event_listener(ev::keydown, move |event| pressed(&event, help));
    // The page lives as long as its listener.
    std::mem::forget(handle);
}

/// Shows the list of keys.
pub(super) fn open(help: NodeRef<leptos::html::Dialog>) {
    if let Some(dialog) = help.get_untracked()
        && !dialog.open()
    {
        let _ = dialog.show_modal();
    }
}

fn pressed(event: &KeyboardEvent, help: NodeRef<leptos::html::Dialog>) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing() {
        return;
    }
    let done = match event.key().as_str() {
        "j" => go(1),
        "k" => go(-1),
        "a" => acknowledge(),
        "r" => focus("#resolve select"),
        "u" => follow("a[data-up]"),
        "/" => focus("input[type=search]"),
        "?" => {
            open(help);
            true
        }
        _ => false,
    };
    if done {
        event.prevent_default();
    }
}

fn is_typing() -> bool {
    document()
        .active_element()
        .is_some_and(|active| matches!(active.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
        || find("dialog[open]").is_some()
}

fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

fn row_links() -> Vec<HtmlElement> {
    let Ok(list) = document().query_selector_all("tr a.row-link") else { return Vec::new() };
    (0..list.length())
        .filter_map(|place| list.get(place))
        .filter_map(|node| node.dyn_into::<HtmlElement>().ok())
        .collect()
}

fn current_row() -> Option<Element> {
    document().active_element().and_then(|active| active.closest("tr").ok().flatten())
}

fn go(step: isize) -> bool {
    let links = row_links();
    let row = current_row();
    let now = links
        .iter()
        .position(|link| row.as_ref().is_some_and(|row| row.contains(Some(link.as_ref()))));
    let next = match now {
        Some(now) => now.saturating_add_signed(step).min(links.len().saturating_sub(1)),
        None => 0,
    };
    links.get(next).is_some_and(|link| link.focus().is_ok())
}

fn acknowledge() -> bool {
    let scope = current_row().or_else(|| find("main [data-triage]"));
    let form = scope
        .and_then(|scope| scope.query_selector("form[data-action=acknowledge]").ok().flatten())
        .and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    form.is_some_and(|form| form.request_submit().is_ok())
}

fn focus(selector: &str) -> bool {
    find(selector)
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.focus().is_ok())
}

fn follow(selector: &str) -> bool {
    let Some(link) = find(selector).and_then(|link| link.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    link.click();
    true
}
