//! What stands around every page: the document, its head, the navigation, the foot.

use jiff::Timestamp;
use leptos::prelude::*;

use crate::format;
use crate::islands::{Live, ThemeToggle};
use crate::pages::parts::When;
use crate::views::{Freshness, Notice, Section, SignedIn, Theme};

/// Loads the islands after the first paint and wakes them; `wakeIslands` does so for a part that came later.
///
/// The three lists are what the server of a fully hydrated page would have filled; islands need none of them.
const WAKE: &str = r#"
const wake = async () => {
  Object.assign(window, {__RESOLVED_RESOURCES: [], __SERIALIZED_ERRORS: [], __INCOMPLETE_CHUNKS: []});
  const islands = await import("SCRIPT");
  await islands.default({module_or_path: "MODULE"});
  islands.hydrate();
  window.wakeIslands = (part) => part.querySelectorAll("leptos-island").forEach((at) => islands[at.dataset.component]?.(at));
  window.wakeIslands(document);
};
requestAnimationFrame(() => setTimeout(wake, 0));
"#;

/// Everything that the frame of a page says.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The title of the page.
    pub title: String,
    /// The entry of the navigation that it belongs to.
    pub section: Option<Section>,
    /// When it is shown.
    pub now: Timestamp,
    /// Who sees it.
    pub user: Option<SignedIn>,
    /// In which theme.
    pub theme: Theme,
    /// The mark of its scripts.
    pub nonce: String,
    /// Its address.
    pub address: String,
    /// How fresh its data are.
    pub freshness: Option<Freshness>,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// Whether an island asks for the content alone.
    pub live: bool,
    /// The address of the style.
    pub style: &'static str,
    /// The address of the icon.
    pub icon: &'static str,
    /// The addresses of the islands' script and module.
    pub script: Option<(&'static str, &'static str)>,
}

/// The document.
#[component]
pub fn Shell(
    /// What stands around.
    frame: Frame,
    /// What it is about.
    content: AnyView,
) -> impl IntoView {
    let back = frame.address.clone();
    let open = frame.freshness.map(|figures| format::count(figures.open_alerts));
    let main = view! {
        <main id="content" tabindex="-1" data-open=open>
            {frame.notice.clone().map(|notice| view! { <NoticeLine notice=notice back=back/> })}
            {content}
        </main>
    };
    if frame.live {
        return main.into_any();
    }
    view! {
        <html lang="en" data-theme=frame.theme.code()>
            <Head frame=frame.clone()/>
            <body>
                <a class="skip" href="#content">"Skip to the content"</a>
                <Top frame=frame.clone()/>
                {main}
                <footer class="foot">
                    <span>"meterwatch "{env!("CARGO_PKG_VERSION")}</span>
                    <span>"As of "{format::instant(frame.now)}</span>
                    {frame.user.is_some().then(|| view! { <Live/> }.into_any())}
                </footer>
            </body>
        </html>
    }
    .into_any()
}

#[component]
fn Head(frame: Frame) -> impl IntoView {
    let wake = frame.script.map(|(script, module)| {
        let code = WAKE.replace("SCRIPT", script).replace("MODULE", module);
        view! { <script type="module" nonce=frame.nonce.clone()>{code}</script> }
    });
    view! {
        <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>{format!("{} · meterwatch", frame.title)}</title>
            <link rel="stylesheet" href=frame.style/>
            <link rel="icon" href=frame.icon type="image/svg+xml"/>
            {wake}
        </head>
    }
    .into_any()
}

#[component]
fn Top(frame: Frame) -> impl IntoView {
    let Frame { section, freshness, user, theme, address, now, .. } = frame;
    let figures = freshness.unwrap_or_default();
    let entry =
        |target: Section, href: &'static str, name: &'static str, badge: Option<AnyView>| {
            let current = (section == Some(target)).then_some("page");
            view! { <li><a href=href aria-current=current>{name}{badge}</a></li> }
        };
    let open = view! {
        <span class="count">
            <span data-open-count="">{format::count(figures.open_alerts)}</span>
            <span class="visually-hidden">" open"</span>
        </span>
    }
    .into_any();
    let waiting = (figures.quarantined > 0).then(|| {
        view! {
            <span class="count">
                {format::count(figures.quarantined)}<span class="visually-hidden">" in quarantine"</span>
            </span>
        }
        .into_any()
    });
    let navigation = user.is_some().then(|| {
        view! {
            <nav aria-label="Main">
                <ul>
                    {entry(Section::Alerts, "/alerts", "Alerts", Some(open))}
                    {entry(Section::Sites, "/sites", "Sites", None)}
                    {entry(Section::Arrivals, "/arrivals", "Arrivals", waiting)}
                    {entry(Section::Detection, "/detection", "Detection", None)}
                    {entry(Section::Sources, "/sources", "Sources", None)}
                </ul>
            </nav>
        }
    });
    view! {
        <header class="top">
            <a class="brand" href="/">
                <svg viewBox="0 0 32 32" aria-hidden="true">
                    <path class="brand-arc" d="M5 22a11 11 0 1 1 22 0"/>
                    <path class="brand-hand" d="M16 22 22 12.5"/>
                    <circle class="brand-hub" cx="16" cy="22" r="2.6"/>
                </svg>
                "meterwatch"
            </a>
            {navigation}
            <div class="tools">
                {freshness.map(|freshness| view! { <FreshnessBadge freshness=freshness now=now/> })}
                {view! { <ThemeToggle theme=theme.code().to_owned() back=address/> }.into_any()}
                {user.map(|user| view! { <UserMenu user=user/> })}
            </div>
        </header>
    }
    .into_any()
}

#[component]
fn FreshnessBadge(freshness: Freshness, now: Timestamp) -> impl IntoView {
    let Freshness { last_mail, last_analysis, .. } = freshness;
    let mail = match last_mail {
        Some(at) => view! { "Last mail "<When at=at now=now/> }.into_any(),
        None => "No mail yet".into_any(),
    };
    let analysis = match last_analysis {
        Some(at) => view! { "analysed "<When at=at now=now/> }.into_any(),
        None => "not analysed yet".into_any(),
    };
    view! { <p class="freshness"><span>{mail}</span><span>{analysis}</span></p> }.into_any()
}

#[component]
fn UserMenu(user: SignedIn) -> impl IntoView {
    let initial: String = user.name.chars().take(1).flat_map(char::to_uppercase).collect();
    view! {
        <details class="menu">
            <summary aria-label=format!("Signed in as {}", user.name)>
                <span class="avatar" aria-hidden="true">{initial}</span>
            </summary>
            <div class="menu-panel">
                <p><strong>{user.name}</strong><span class="muted">{user.role.code()}</span></p>
                <form method="post" action="/sign-out"><button type="submit">"Sign out"</button></form>
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn NoticeLine(notice: Notice, back: String) -> impl IntoView {
    let class = if notice.failed { "notice failed" } else { "notice" };
    let undo = notice.undo.map(|(reference, revision)| {
        view! {
            <form method="post" action=format!("/alerts/{reference}/reopen") data-inline="" data-target="content">
                <input type="hidden" name="revision" value=revision/>
                <input type="hidden" name="back" value=back/>
                <button type="submit" class="link">"Undo"</button>
            </form>
        }
    });
    view! { <div class=class role="status"><span data-said="">{notice.sentence}</span>{undo}</div> }
        .into_any()
}
