//! Fetching the next items of a source and taking them apart.

use std::future::Future;
use std::pin::pin;

use super::chunk;
use super::prepare::Arrived;
use crate::source::{Item, ItemError, Source};

/// Items that were fetched, in the order of the source.
#[derive(Default)]
pub(super) struct Gathered {
    /// Each with what it holds, or why it could not be fetched.
    pub(super) items: Vec<(Item, Result<Arrived, ItemError>)>,
    /// The pass is to end; what was being fetched is not among them.
    pub(super) is_ending: bool,
}

impl Gathered {
    /// Whether nothing more comes.
    pub(super) fn is_over(&self) -> bool {
        self.is_ending || self.items.is_empty()
    }
}

/// Fetches as many items as a chunk takes; fewer where the source is lost or the pass is to end.
///
/// A source that is lost gives nothing more: the rest of `items` waits for the next pass.
pub(super) async fn some<S: Source>(
    source: &S,
    items: &mut impl Iterator<Item = Item>,
    ended: impl Future<Output = ()>,
) -> Gathered {
    let mut gathered = Gathered::default();
    let mut ended = pin!(ended);
    let mut bytes = 0;
    while !chunk::is_full(gathered.items.len(), bytes)
        && let Some(item) = items.next()
    {
        let fetched = tokio::select! {
            biased;
            () = ended.as_mut() => {
                gathered.is_ending = true;
                break;
            }
            fetched = source.fetch(&item) => fetched,
        };
        let arrived = fetched.map(|fetched| Arrived::new(fetched, |name| source.wants_file(name)));
        bytes += arrived.as_ref().map_or(0, Arrived::size);
        let is_lost = matches!(arrived, Err(ItemError::SourceLost(_)));
        gathered.items.push((item, arrived));
        if is_lost {
            items.by_ref().for_each(drop);
            break;
        }
    }
    gathered
}
