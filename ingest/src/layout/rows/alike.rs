//! Rows with the names of the row before, of which most are made: what the names say is looked up once.

use std::rc::Rc;
use std::sync::Arc;

use super::long::{Named, Placed};

/// What stands in a cell that names something. Equal texts of a workbook share their memory.
#[derive(Debug, Clone, Copy)]
pub(super) enum Name<'g> {
    Nothing,
    Text(&'g Arc<str>),
    Number(u64),
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) => true,
            (Self::Text(one), Self::Text(two)) => Arc::ptr_eq(one, two),
            (Self::Number(one), Self::Number(two)) => one == two,
            _ => false,
        }
    }
}

/// The names of the row before, and what they said; forgotten when a title begins another block.
#[derive(Debug)]
pub(super) struct Alike<'g> {
    pub(super) names: Vec<Name<'g>>,
    pub(super) named: Rc<Named>,
    /// Some text among them, so that the row cannot be the header once more.
    pub(super) is_data: bool,
    placed: Vec<(usize, Placed)>,
}

impl<'g> Alike<'g> {
    pub(super) fn of(texts: Option<Vec<Name<'g>>>, named: Rc<Named>) -> Option<Self> {
        texts.map(|names| Self { names, named, is_data: false, placed: Vec::new() })
    }

    /// Says that a row with these names is none of the header's.
    pub(super) fn set_data(&mut self, headings: impl Fn(&str) -> bool) {
        self.is_data = self.names.iter().any(|name| match name {
            Name::Text(text) => !headings(text),
            Name::Number(_) | Name::Nothing => false,
        });
    }

    pub(super) fn placed(&self, at: usize, named: &Rc<Named>) -> Option<Placed> {
        let known = self.placed.iter().find(|(column, _)| *column == at)?;
        Rc::ptr_eq(&self.named, named).then_some(known.1)
    }

    pub(super) fn remember(&mut self, at: usize, named: &Rc<Named>, placed: Placed) {
        if Rc::ptr_eq(&self.named, named) {
            self.placed.push((at, placed));
        }
    }
}
