//! A line that follows the pointer or the arrow keys over the picture and says the figures of the month.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;
use serde::{Deserialize, Serialize};

const BOX_WIDTH: f64 = 232.0;
const LINE_HEIGHT: f64 = 17.0;

/// A month under the cursor, in the words of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CursorPoint {
    /// Its place across the picture.
    pub x: f64,
    /// The end of its bar; none where there is no reading.
    pub y: Option<f64>,
    /// The month.
    pub title: String,
    /// What came.
    pub observed: String,
    /// What was expected, with its range.
    pub expected: Option<String>,
    /// What is odd about it.
    pub note: Option<String>,
}

impl CursorPoint {
    fn spoken(&self) -> String {
        let mut parts = vec![format!("{}: {}", self.title, self.observed)];
        parts.extend(self.expected.iter().map(|expected| format!("expected {expected}")));
        parts.extend(self.note.clone());
        parts.join(", ")
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![("chart-tip-figure", self.observed.clone())];
        lines.extend(
            self.expected.iter().map(|text| ("chart-tip-line", format!("expected {text}"))),
        );
        lines.extend(self.note.iter().map(|text| ("chart-tip-note", text.clone())));
        lines
    }
}

/// Lies over the picture, with the same coordinates.
#[island]
pub fn ChartCursor(
    /// The months, from left to right.
    points: Vec<CursorPoint>,
    /// The width of the picture's coordinates.
    width: f64,
    /// Their height.
    height: f64,
    /// The top of the drawing.
    top: f64,
    /// Its bottom.
    bottom: f64,
) -> impl IntoView {
    let count = points.len();
    let places: Vec<f64> = points.iter().map(|point| point.x).collect();
    let points = StoredValue::new(points);
    let places = StoredValue::new(places);
    let selected = RwSignal::new(None::<usize>);
    let awake = RwSignal::new(false);
    // Effects run in the browser alone: without a script the picture asks for no key and no pointer.
    Effect::new(move |_| awake.set(true));

    let follow = move |event: ev::PointerEvent| {
        let target = event.current_target().and_then(|at| at.dyn_into::<web_sys::Element>().ok());
        let Some(wide) = target.map(|target| f64::from(target.client_width())) else { return };
        // The picture inside takes no pointer, so the offset counts from the edge of this element.
        let at = f64::from(event.offset_x()) / wide.max(1.0) * width;
        selected.set(places.with_value(|places| nearest(places, at)));
    };
    let step = move |event: ev::KeyboardEvent| {
        let last = count.saturating_sub(1);
        let now = selected.get_untracked().unwrap_or(last);
        let next = match event.key().as_str() {
            "ArrowLeft" => now.saturating_sub(1),
            "ArrowRight" => (now + 1).min(last),
            "PageDown" => now.saturating_sub(12),
            "PageUp" => (now + 12).min(last),
            "Home" => 0,
            "End" => last,
            "Escape" => {
                selected.set(None);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        selected.set((count > 0).then_some(next));
    };
    let current = move || {
        let place = selected.get()?;
        points.with_value(|points| points.get(place).cloned())
    };
    let spoken =
        move || awake.get().then(|| current().map_or_else(String::new, |point| point.spoken()));
    let when_awake = move |text: &'static str| awake.get().then_some(text);
    view! {
        <div
            class="chart-cursor"
            class:awake=move || awake.get()
            tabindex=move || when_awake("0")
            role=move || when_awake("slider")
            aria-label=move || when_awake("Month")
            aria-valuemin=move || when_awake("1")
            aria-valuemax=move || awake.get().then_some(count)
            aria-valuenow=move || awake.get().then(|| selected.get().unwrap_or(count.saturating_sub(1)) + 1)
            aria-valuetext=spoken
            on:pointermove=follow
            on:pointerdown=follow
            on:pointerleave=move |_| selected.set(None)
            on:focus=move |_| selected.update(|now| *now = now.or(count.checked_sub(1)))
            on:blur=move |_| selected.set(None)
            on:keydown=step
        >
            <svg viewBox=format!("0 0 {width} {height}") aria-hidden="true">
                {move || current().map(|point| tip(&point, width, top, bottom))}
            </svg>
        </div>
    }
}

fn tip(point: &CursorPoint, width: f64, top: f64, bottom: f64) -> impl IntoView + use<> {
    let lines = point.lines();
    #[expect(clippy::cast_precision_loss, reason = "three lines at most")]
    let box_height = LINE_HEIGHT.mul_add(lines.len() as f64 + 1.0, 14.0);
    let right = point.x + 14.0;
    let left = if right + BOX_WIDTH > width { point.x - 14.0 - BOX_WIDTH } else { right };
    let text_x = left + 12.0;
    let rows: Vec<_> = lines
        .into_iter()
        .enumerate()
        .map(|(place, (class, text))| {
            #[expect(clippy::cast_precision_loss, reason = "three lines at most")]
            let y = LINE_HEIGHT.mul_add(place as f64 + 1.0, top + 20.0);
            view! { <text class=class x=text_x y=y>{text}</text> }
        })
        .collect();
    let x = point.x;
    view! {
        <line class="chart-cursor-line" x1=x x2=x y1=top y2=bottom/>
        {point.y.map(|y| view! { <circle class="chart-cursor-dot" cx=x cy=y r="4"/> })}
        <rect class="chart-tip" x=left y=top width=BOX_WIDTH height=box_height rx="6"/>
        <text class="chart-tip-title" x=text_x y=top + 20.0>{point.title.clone()}</text>
        {rows}
    }
}

fn nearest(places: &[f64], at: f64) -> Option<usize> {
    let distances = places.iter().enumerate().map(|(place, x)| (place, (x - at).abs()));
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_meets_the_nearest_month() {
        assert_eq!(nearest(&[10.0, 20.0, 30.0], 24.0), Some(1));
        assert_eq!(nearest(&[10.0, 20.0, 30.0], -400.0), Some(0));
        assert_eq!(nearest(&[], 24.0), None);
    }
}
