//! The profiles of all columns of a table, gathered in one pass.
//!
//! Names and units repeat from row to row, and telling what a text is costs far more than a number: each is looked at
//! once and then counted. Equal texts of a workbook share their memory, so the address tells them.

use std::sync::Arc;

use foldhash::HashMap;

use super::profile::Profile;
use crate::workbook::{Cell, CellValue};

/// Texts that are remembered.
const MOST_REMEMBERED: usize = 65_536;

/// What stands in the columns of a table.
#[derive(Default)]
pub struct ColumnProfiles {
    profiles: HashMap<u32, Profile>,
    remembered: HashMap<*const u8, Profile>,
}

impl ColumnProfiles {
    /// Takes the cells of a row into account. The cells of all rows are of one sheet.
    pub fn see(&mut self, cells: &[Cell]) {
        for cell in cells {
            let profile = self.profiles.entry(cell.at.column).or_default();
            let CellValue::Text(text) = &cell.value else {
                profile.see(&cell.value);
                continue;
            };
            let address = Arc::as_ptr(text).cast::<u8>();
            if let Some(alone) = self.remembered.get(&address) {
                profile.add(alone);
                continue;
            }
            let mut alone = Profile::default();
            alone.see(&cell.value);
            profile.add(&alone);
            if self.remembered.len() < MOST_REMEMBERED {
                self.remembered.insert(address, alone);
            }
        }
    }

    /// The profiles by column.
    pub fn into_profiles(self) -> HashMap<u32, Profile> {
        self.profiles
    }
}
