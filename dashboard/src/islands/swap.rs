//! Fetches what a form or a link leads to and puts the changed part into the page.
//!
//! The server answers the same address with the same HTML; the header asks it to leave out what stands around. Whenever
//! something is in the way (no network, a session that has ended), the browser is left to do it the plain way.

use std::cell::Cell;
use std::time::Duration;

use leptos::ev;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Element, FormData, Headers, HtmlElement, HtmlFormElement, HtmlInputElement,
    HtmlTemplateElement, RequestInit, Response, Url, UrlSearchParams,
};

/// How long a person may pause between two keys of a search.
const PAUSE: Duration = Duration::from_millis(180);
const LIVE_HEADER: &str = "x-live";

thread_local! {
    static WAITING: Cell<Option<TimeoutHandle>> = const { Cell::new(None) };
    static ASKED: Cell<u32> = const { Cell::new(0) };
    /// How many answers are waited for; the page is busy until the last of them has been shown or dropped.
    static AWAITED: Cell<u32> = const { Cell::new(0) };
}

/// Listens to the window from now on.
pub(super) fn watch(status: RwSignal<String>) {
    // The style hides what is not needed any more, such as the button that applies a filter.
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-awake", "");
    }
    let input = window_event_listener(ev::input, move |event| typed(&event, status));
    let submit = window_event_listener(ev::submit, move |event| submitted(&event, status));
    let click = window_event_listener(ev::click, move |event| clicked(&event, status));
    let back = window_event_listener(ev::popstate, move |_| {
        let address = window().location().href().unwrap_or_default();
        let target = "content".to_owned();
        spawn_local(load(Wanted { address, post: None, target, is_trial: false }, status));
    });
    // The page lives as long as its listeners.
    std::mem::forget((input, submit, click, back));
}

struct Wanted {
    address: String,
    post: Option<UrlSearchParams>,
    target: String,
    /// What is posted changes nothing: only the last answer counts, and a failure is left to the next.
    is_trial: bool,
}

fn typed(event: &ev::Event, status: RwSignal<String>) {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    let Some(form) = closest_form(&element, "form[data-live]") else { return };
    let is_post = posts(&form);
    let is_text = element
        .dyn_ref::<HtmlInputElement>()
        .is_some_and(|input| matches!(input.type_().as_str(), "search" | "text"));
    if let Some(waiting) = WAITING.take() {
        waiting.clear();
    }
    let ask = move || {
        let wanted = if is_post { wanted_by_trying(&form) } else { wanted_by_get(&form) };
        if let Some(wanted) = wanted {
            spawn_local(load(wanted, status));
        }
    };
    if is_text {
        WAITING.set(set_timeout_with_handle(ask, PAUSE).ok());
    } else {
        ask();
    }
}

fn submitted(event: &ev::SubmitEvent, status: RwSignal<String>) {
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
    else {
        return;
    };
    let wanted = if form.has_attribute("data-live") && !posts(&form) {
        wanted_by_get(&form)
    } else if form.has_attribute("data-inline") {
        wanted_by_post(&form, event.submitter().as_ref())
    } else {
        None
    };
    if let Some(wanted) = wanted {
        event.prevent_default();
        spawn_local(load(wanted, status));
    }
}

fn clicked(event: &ev::MouseEvent, status: RwSignal<String>) {
    if event.default_prevented()
        || event.button() != 0
        || event.ctrl_key()
        || event.meta_key()
        || event.shift_key()
        || event.alt_key()
    {
        return;
    }
    let link = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest("a[data-live]").ok().flatten());
    let Some(link) = link else { return };
    let Some(address) = link.get_attribute("href") else { return };
    event.prevent_default();
    let target = target_of(&link);
    spawn_local(load(Wanted { address, post: None, target, is_trial: false }, status));
}

fn closest_form(element: &Element, selector: &str) -> Option<HtmlFormElement> {
    element.closest(selector).ok().flatten()?.dyn_into().ok()
}

fn target_of(element: &Element) -> String {
    element.get_attribute("data-target").unwrap_or_else(|| "content".to_owned())
}

fn posts(form: &HtmlFormElement) -> bool {
    form.get_attribute("method").is_some_and(|method| method.eq_ignore_ascii_case("post"))
}

/// The fields of a form; those of an address leave out what is empty.
fn parameters(form: &HtmlFormElement, keep_empty: bool) -> Option<UrlSearchParams> {
    let data: JsValue = FormData::new_with_form(form).ok()?.into();
    let pairs: js_sys::Array = js_sys::Array::from(&data);
    let parameters = UrlSearchParams::new().ok()?;
    for pair in pairs.iter() {
        let pair = js_sys::Array::from(&pair);
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string())
            && (keep_empty || !value.is_empty())
        {
            parameters.append(&name, &value);
        }
    }
    Some(parameters)
}

fn wanted_by_get(form: &HtmlFormElement) -> Option<Wanted> {
    let query = String::from(parameters(form, false)?.to_string());
    let action = form.get_attribute("action").unwrap_or_default();
    let address = if query.is_empty() { action } else { format!("{action}?{query}") };
    Some(Wanted { address, post: None, target: target_of(form), is_trial: false })
}

/// The button that was pressed belongs to what is sent, and may say which part is exchanged.
fn wanted_by_post(form: &HtmlFormElement, button: Option<&HtmlElement>) -> Option<Wanted> {
    let address = form.get_attribute("action")?;
    let parameters = parameters(form, true)?;
    let mut target = target_of(form);
    if let Some(button) = button {
        if let (Some(name), Some(value)) =
            (button.get_attribute("name"), button.get_attribute("value"))
        {
            parameters.append(&name, &value);
        }
        target = button.get_attribute("data-target").unwrap_or(target);
    }
    Some(Wanted { address, post: Some(parameters), target, is_trial: false })
}

/// What the form would do, while it is being filled in.
fn wanted_by_trying(form: &HtmlFormElement) -> Option<Wanted> {
    let address = form.get_attribute("action")?;
    let parameters = parameters(form, true)?;
    parameters.append("action", "preview");
    Some(Wanted { address, post: Some(parameters), target: target_of(form), is_trial: true })
}

async fn load(wanted: Wanted, status: RwSignal<String>) {
    let turn = ASKED.get().wrapping_add(1);
    ASKED.set(turn);
    AWAITED.set(AWAITED.get() + 1);
    tell_whether_busy();
    let answer = fetch(&wanted).await;
    settle(turn, answer, &wanted, status);
    AWAITED.set(AWAITED.get() - 1);
    tell_whether_busy();
}

fn tell_whether_busy() {
    if let Some(body) = document().body() {
        let busy = if AWAITED.get() > 0 { "true" } else { "false" };
        let _ = body.set_attribute("aria-busy", busy);
    }
}

fn settle(turn: u32, answer: Option<(String, String)>, wanted: &Wanted, status: RwSignal<String>) {
    // A later question has been asked meanwhile: only its answer counts. What was posted is always shown.
    if ASKED.get() != turn && (wanted.post.is_none() || wanted.is_trial) {
        return;
    }
    let shown = answer.and_then(|(address, html)| show(&address, &html, &wanted.target));
    match shown {
        Some(said) => status.set(said),
        None if wanted.is_trial => {}
        None => plainly(wanted),
    }
}

async fn fetch(wanted: &Wanted) -> Option<(String, String)> {
    let headers = Headers::new().ok()?;
    headers.set(LIVE_HEADER, "1").ok()?;
    let init = RequestInit::new();
    init.set_headers(&headers);
    if let Some(parameters) = &wanted.post {
        init.set_method("POST");
        init.set_body(parameters);
    }
    let answer =
        JsFuture::from(window().fetch_with_str_and_init(&wanted.address, &init)).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    // Only a page that was made for this question says so; a sign-in page does not.
    answer.headers().get(LIVE_HEADER).ok().flatten()?;
    let html = JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    Some((answer.url(), html))
}

/// Puts the new part in the place of the old one; says what the page says about it.
fn show(address: &str, html: &str, target: &str) -> Option<String> {
    let page = document();
    let template: HtmlTemplateElement = page.create_element("template").ok()?.dyn_into().ok()?;
    template.set_inner_html(html);
    let fresh = template.content().query_selector(&format!("#{target}")).ok()??;
    let old = page.get_element_by_id(target)?;
    let focus = page.active_element().and_then(|active| {
        old.contains(Some(active.as_ref())).then(|| active.get_attribute("data-focus")).flatten()
    });
    // Before the new part leaves the template.
    count_open(&template);
    old.replace_with_with_node_1(&fresh).ok()?;
    let history = window().history().ok()?;
    history.replace_state_with_url(&JsValue::NULL, "", lasting(address).as_deref()).ok()?;
    wake(&fresh);
    if let Some(name) = focus
        && let Ok(Some(element)) = fresh.query_selector(&format!("[data-focus='{name}']"))
        && let Ok(element) = element.dyn_into::<HtmlElement>()
    {
        let _ = element.focus();
    }
    let said = fresh.query_selector("[data-said]").ok().flatten();
    Some(said.and_then(|said| said.text_content()).unwrap_or_default())
}

/// The address without what has just been done: a reload must not say it again.
fn lasting(address: &str) -> Option<String> {
    let address = Url::new(address).ok()?;
    let query = address.search_params();
    query.delete("done");
    query.delete("on");
    Some(address.href())
}

/// The number in the navigation, which is not part of what was exchanged.
fn count_open(fresh: &HtmlTemplateElement) {
    let count = fresh
        .content()
        .query_selector("[data-open]")
        .ok()
        .flatten()
        .and_then(|element| element.get_attribute("data-open"));
    if let (Some(count), Ok(Some(shown))) = (count, document().query_selector("[data-open-count]"))
    {
        shown.set_text_content(Some(&count));
    }
}

/// The islands of the new part come alive too.
fn wake(fresh: &Element) {
    let name = JsValue::from_str("wakeIslands");
    if let Ok(function) = js_sys::Reflect::get(&window(), &name)
        && let Some(function) = function.dyn_ref::<js_sys::Function>()
    {
        let _ = function.call1(&JsValue::NULL, fresh);
    }
}

/// What the browser would have done without us. What was posted may have been done: the page is asked for anew.
fn plainly(wanted: &Wanted) {
    let location = window().location();
    let _ =
        if wanted.post.is_some() { location.reload() } else { location.set_href(&wanted.address) };
}
