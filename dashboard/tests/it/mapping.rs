//! How a file is read, as people see and say it. The desk here keeps what it is told; the one that opens workbooks is
//! tested with the whole program.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use dashboard::server::Options;
use dashboard::server::desk::{Answer, DeskFailure, MappingDesk, Saving};
use dashboard::views::Outcome;
use dashboard::views::mapping::{
    Effect, GridCell, KeptProfile, OpenedFile, Preview, PreviewRow, ReplayedFile, SheetTab, Window,
};
use readings::profile::{ColumnRole, HeaderDiff, Profile};
use readings::{
    AttachmentId, CellAddress, Extraction, Layout, LayoutKind, Problem, ProblemCode, RowAccount,
    Unit,
};

use crate::browser::{Browser, Page};
use crate::seed;

const FINGERPRINT: &str = "0123456789abcdef0123456789abcdef";

/// A file whose unit is not said, at a desk that remembers what was saved.
#[derive(Debug, Default)]
struct Notebook {
    saved: Mutex<Vec<Saving>>,
    changed: bool,
    /// The fields of the sheet stand one below the other.
    turned: bool,
}

impl Notebook {
    fn layout(&self) -> Layout {
        let columns = [("site", "Place"), ("date", "Day"), ("quantity", "Used")];
        let layout = Layout {
            sheet: "Data".to_owned(),
            kind: LayoutKind::Long,
            header_rows: vec![0],
            columns: (0..)
                .zip(columns)
                .map(|(at, (role, header))| (at, role.to_owned(), header.to_owned()))
                .collect(),
            rows: Vec::new(),
            fingerprint: FINGERPRINT.to_owned(),
        };
        if self.turned {
            let rows = vec![(1, "quantity".to_owned(), "Used".to_owned())];
            Layout { kind: LayoutKind::Turned, rows, columns: Vec::new(), ..layout }
        } else {
            layout
        }
    }

    fn file(&self, draft: Option<Profile>, window: Window) -> OpenedFile {
        let saved =
            self.saved.lock().expect("one at a time").last().map(|saved| saved.profile.clone());
        let said = draft.or_else(|| saved.clone()).unwrap_or_default();
        let known = said.unit.is_some();
        let layout = self.layout();
        let extraction = Extraction {
            layouts: vec![layout.clone()],
            fingerprint: Some(FINGERPRINT.to_owned()),
            ..Extraction::default()
        };
        let question = Problem::of_cell(
            ProblemCode::UnitUnknown,
            "Data",
            CellAddress::new(1, 2),
            "The file states no unit for this quantity.",
        );
        let account = RowAccount {
            rows: 3,
            accepted: if known { 2 } else { 0 },
            refused: if known { 0 } else { 2 },
            not_data: 1,
            ..RowAccount::default()
        };
        let row = |place: &str, effect| PreviewRow {
            place: place.to_owned(),
            site: "North".to_owned(),
            meter: String::new(),
            period: "2024-01-01 to 2024-01-31".to_owned(),
            quantity: "5 kWh".to_owned(),
            effect,
        };
        OpenedFile {
            attachment: AttachmentId::new(7),
            name: "january.xlsx".to_owned(),
            origin: "bills@acme.example".to_owned(),
            sent_year: 2024,
            unreadable: None,
            fingerprint: Some(FINGERPRINT.to_owned()),
            profiles: Vec::new(),
            sheets: vec![SheetTab {
                name: "Data".to_owned(),
                is_hidden: false,
                rows: 100,
                columns: 3,
            }],
            cells: vec![GridCell {
                row: window.first_row + 1,
                column: 2,
                text: "4711".to_owned(),
                is_figure: true,
            }],
            layouts: vec![layout],
            restated: Profile::restating(&extraction, false),
            preview: Preview {
                outcome: Some(if known { Outcome::Accepted } else { Outcome::Quarantined }),
                sentence: None,
                account,
                withdrawn: 0,
                counts: if known { [1, 0, 1, 0, 0] } else { [0; 5] },
                rows: if known {
                    vec![
                        row("Data!C2", Effect::New),
                        row("Data!C3", Effect::Supersedes("4 kWh".to_owned())),
                    ]
                } else {
                    Vec::new()
                },
                problems: if known { Vec::new() } else { vec![question] },
            },
            kept: saved.map(|profile| KeptProfile {
                profile,
                revision: 3,
                in_configuration: false,
                changed_at: seed::now(),
                changed_by: "otto".to_owned(),
            }),
            history: Vec::new(),
            changed: self.changed.then(|| {
                let old = Profile { name: "the old one".to_owned(), ..Profile::default() };
                let place = "D".parse().expect("a column");
                let diff = HeaderDiff {
                    added: vec![(place, "Cost".to_owned())],
                    kept: 2,
                    ..HeaderDiff::default()
                };
                (old, diff)
            }),
            others_waiting: 2,
        }
    }
}

impl MappingDesk for Notebook {
    fn open(
        &self,
        attachment: AttachmentId,
        draft: Option<Profile>,
        window: Window,
    ) -> Answer<'_, Option<OpenedFile>> {
        Box::pin(async move { Ok((attachment.get() == 7).then(|| self.file(draft, window))) })
    }

    fn save(&self, saving: Saving) -> Answer<'_, Vec<ReplayedFile>> {
        Box::pin(async move {
            if saving.profile.name == "taken" {
                return Err(DeskFailure::Refused("That name is taken.".to_owned()));
            }
            self.saved.lock().expect("one at a time").push(saving);
            Ok(vec![ReplayedFile {
                attachment: AttachmentId::new(7),
                name: "january.xlsx".to_owned(),
                before: Some(Outcome::Quarantined),
                after: Some(Outcome::Accepted),
                account: RowAccount { rows: 3, accepted: 2, not_data: 1, ..RowAccount::default() },
            }])
        })
    }

    fn delete(&self, _name: String, _actor: String) -> Answer<'_, Vec<ReplayedFile>> {
        Box::pin(async move {
            self.saved.lock().expect("one at a time").clear();
            Ok(Vec::new())
        })
    }

    fn all(&self) -> Answer<'_, Vec<KeptProfile>> {
        Box::pin(async move { Ok(self.file(None, Window::default()).kept.into_iter().collect()) })
    }

    fn written(&self, profile: &Profile) -> String {
        format!("name = \"{}\"\n", profile.name)
    }
}

const PAGE: &str = "/arrivals/attachments/7/mapping";

async fn site(notebook: Arc<Notebook>, name: &str) -> Browser {
    let mut browser = Browser::new().await.with_desk(notebook);
    browser.sign_in(name).await;
    browser
}

fn options() -> Options {
    Options::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), seed::now)
}

impl Browser {
    /// The same site, with a desk.
    fn with_desk(self, desk: Arc<Notebook>) -> Self {
        let router = dashboard::server::router_with(self.pool.clone(), options(), Some(desk));
        self.over_router(router)
    }

    async fn say(&self, fields: &[(&'static str, &str)]) -> Page {
        let page = self.post(PAGE, fields).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        page
    }
}

#[tokio::test]
async fn the_sheet_stands_beside_the_parts_of_its_columns_and_what_would_come() {
    let browser = site(Arc::default(), "otto").await;
    let page = browser.get(PAGE).await;
    page.shows("How january.xlsx is read");
    page.shows("4711");
    page.shows("Part of column C, Used");
    page.shows("<option value=\"quantity\" selected");
    page.shows("3 rows = 2 refused + 1 not data");
    page.shows("Save and read it and 2 others again");
    assert_eq!(page.field("name"), "bills@acme.example, layout 012345");
    let below = browser.get("/arrivals/attachments/7/mapping?row=60").await;
    below.shows("Rows 61 to 90 of 100");
    assert_eq!(browser.get("/arrivals/attachments/8/mapping").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_question_is_answered_by_one_click_and_saved_with_who_answered_it() {
    let notebook = Arc::new(Notebook::default());
    let browser = site(Arc::clone(&notebook), "otto").await;
    browser.get(PAGE).await.shows("name=\"answer\" value=\"unit=kWh\"");
    let page = browser.say(&[("answer", "unit=kWh")]).await;
    page.shows("1 file was read again");
    page.shows("Accepted");
    let saved = notebook.saved.lock().expect("one at a time").clone();
    assert_eq!(saved.len(), 1);
    assert_eq!((saved[0].actor.as_str(), saved[0].seen), ("otto", None));
    assert_eq!(saved[0].profile.unit, Some(Unit::KilowattHour));
    assert_eq!(saved[0].profile.fingerprint, FINGERPRINT);
    assert_eq!(saved[0].answers, [(ProblemCode::UnitUnknown, "kWh".to_owned())]);
}

#[tokio::test]
async fn a_preview_saves_nothing_and_keeps_what_was_said() {
    let notebook = Arc::new(Notebook::default());
    let browser = site(Arc::clone(&notebook), "otto").await;
    let draft = browser.get(PAGE).await.field("draft");
    let draft = draft.replace("&quot;", "\"");
    let fields = [
        ("draft", draft.as_str()),
        ("table", "0"),
        ("name", "Acme"),
        ("unit", "kWh"),
        ("header_rows", "1"),
        ("header_rows_before", "1"),
        ("role:A", "meter"),
        ("was:A", "site"),
        ("header:A", "Place"),
        ("action", "preview"),
    ];
    let page = browser.say(&fields).await;
    page.shows("3 rows = 2 accepted + 1 not data");
    page.shows("4 kWh → 5 kWh");
    page.shows("1 new, 1 in place of another value");
    assert!(notebook.saved.lock().expect("one at a time").is_empty());
    let kept: Profile =
        serde_json::from_str(&page.field("draft").replace("&quot;", "\"")).expect("a profile");
    assert_eq!((kept.name.as_str(), kept.unit), ("Acme", Some(Unit::KilowattHour)));
    assert_eq!(kept.tables[0].columns[0].role, Some(ColumnRole::Meter));
    assert_eq!(kept.tables[0].columns[2].header, "Used");
}

#[tokio::test]
async fn mistakes_are_told_and_nothing_is_saved() {
    let notebook = Arc::new(Notebook::default());
    let browser = site(Arc::clone(&notebook), "otto").await;
    let page = browser.say(&[("name", "x"), ("unit", "kWhh"), ("action", "save")]).await;
    page.shows("Nothing was saved.");
    page.shows("is not a unit");
    let page = browser.say(&[("name", "taken"), ("unit", "kWh"), ("action", "save")]).await;
    page.shows("That name is taken.");
    assert!(notebook.saved.lock().expect("one at a time").is_empty());
}

#[tokio::test]
async fn a_kept_profile_can_be_changed_and_deleted() {
    let notebook = Arc::new(Notebook::default());
    let browser = site(Arc::clone(&notebook), "otto").await;
    browser.say(&[("answer", "unit=kWh")]).await;
    browser.get("/profiles").await.shows("bills@acme.example, layout 012345");
    browser.get("/profiles/export").await.shows("name = \"bills@acme.example, layout 012345\"");
    browser.get(PAGE).await.shows("Delete the profile");
    let name = browser.get(PAGE).await.field("name");
    browser.say(&[("name", &name), ("unit", "MWh"), ("action", "save")]).await;
    let last = notebook.saved.lock().expect("one at a time").last().cloned().expect("saved");
    assert_eq!((last.seen, last.profile.unit), (Some(3), Some(Unit::MegawattHour)));
    browser.say(&[("action", "delete")]).await.hides("Delete the profile");
}

#[tokio::test]
async fn viewers_look_and_operators_say() {
    let browser = site(Arc::default(), "vera").await;
    let page = browser.get(PAGE).await;
    page.shows("4711");
    page.hides("name=\"answer\"");
    page.hides("Save and read");
    let refused = browser.post(PAGE, &[("answer", "unit=kWh")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_changed_layout_shows_old_and_new_columns_and_starts_from_the_old_mapping() {
    let notebook = Arc::new(Notebook { changed: true, ..Notebook::default() });
    let browser = site(notebook, "otto").await;
    let page = browser.get(PAGE).await;
    page.shows("The columns have changed");
    page.shows("the old one");
    page.shows("Cost");
    page.shows("?start=old");
    let page = browser.get("/arrivals/attachments/7/mapping?start=old").await;
    assert_eq!(page.field("name"), "bills@acme.example, layout 012345");
}

#[tokio::test]
async fn the_rows_of_a_form_are_marked_with_what_they_are() {
    let notebook = Arc::new(Notebook { turned: true, ..Notebook::default() });
    let page = site(notebook, "otto").await.get(PAGE).await;
    page.shows("The fields of this sheet are read one below the other.");
    let html = page.text();
    let line = html.split("<tr").find(|line| line.contains(">2<")).expect("the second row");
    assert!(line.contains("Consumption") && line.contains("g-value"), "{line}");
}
