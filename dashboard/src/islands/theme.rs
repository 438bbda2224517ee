//! Light, dark, or as the system says; remembered in a cookie, so that the server paints the right one at once.

use leptos::ev;
use leptos::prelude::*;

/// The button that goes round the three themes. Without a script it is a form.
#[island]
pub fn ThemeToggle(
    /// The theme of the page: `auto`, `light` or `dark`.
    theme: String,
    /// Where the form leads back to.
    back: String,
) -> impl IntoView {
    let theme = RwSignal::new(theme);
    let switch = move |event: ev::SubmitEvent| {
        event.prevent_default();
        theme.update(|now| *now = after(now).to_owned());
        remember(&theme.get_untracked());
    };
    let label =
        move || theme.with(|now| format!("Theme: {}. Switch to {}", name(now), name(after(now))));
    view! {
        <form class="theme" method="post" action="/theme" on:submit=switch>
            <input type="hidden" name="back" value=back/>
            <input type="hidden" name="theme" value=move || theme.with(|now| after(now))/>
            <button class="icon-button" type="submit" aria-label=label title=label>
                <svg viewBox="0 0 20 20" aria-hidden="true">
                    <path d=move || theme.with(|now| picture(now))/>
                </svg>
            </button>
        </form>
    }
}

fn after(theme: &str) -> &'static str {
    match theme {
        "light" => "dark",
        "dark" => "auto",
        _ => "light",
    }
}

fn name(theme: &str) -> &'static str {
    match theme {
        "light" => "light",
        "dark" => "dark",
        _ => "as the system",
    }
}

fn picture(theme: &str) -> &'static str {
    match theme {
        // A sun, a moon, a disc that is half of each.
        "light" => {
            "M10 6.2a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 1 0 0-7.6M10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4"
        }
        "dark" => "M16.8 12.2A7.2 7.2 0 0 1 7.8 3.2a7.2 7.2 0 1 0 9 9z",
        _ => {
            "M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M10 2.5v15M10 6l5.5 0M10 10h7.3M10 14h5.8"
        }
    }
}

#[cfg(feature = "hydrate")]
fn remember(theme: &str) {
    use wasm_bindgen::JsCast;
    let page = document();
    if let Some(root) = page.document_element() {
        // Nothing can be done where the browser refuses; the choice then lasts for this page.
        let _ = root.set_attribute("data-theme", theme);
    }
    if let Ok(page) = page.dyn_into::<web_sys::HtmlDocument>() {
        let cookie = format!("theme={theme}; Path=/; Max-Age=31536000; SameSite=Lax");
        let _ = page.set_cookie(&cookie);
    }
}

#[cfg(not(feature = "hydrate"))]
fn remember(_theme: &str) {}
