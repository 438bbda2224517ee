//! Which profiles hold for a file, and what they say together.

use super::Profile;

impl Profile {
    /// What these profiles say together about a file with this fingerprint; later ones stand above earlier ones, and a
    /// mapping of the file's own layout above what holds for the sender. `None` where none of them is about it.
    pub fn together(profiles: &[Self], fingerprint: &str) -> Option<Self> {
        let general = profiles.iter().filter(|profile| !profile.is_mapping());
        let own = profiles
            .iter()
            .rfind(|profile| profile.is_mapping() && profile.fingerprint == fingerprint);
        general.chain(own).cloned().reduce(|under, over| over.over(under))
    }

    /// This profile, with what it leaves open taken from another.
    #[must_use]
    pub fn over(self, under: Self) -> Self {
        let joined = |over: Vec<String>, under: Vec<String>| {
            let new: Vec<String> = under.into_iter().filter(|one| !over.contains(one)).collect();
            over.into_iter().chain(new).collect()
        };
        let mut units = under.units;
        units.extend(self.units);
        Self {
            name: self.name,
            sender: self.sender,
            fingerprint: self.fingerprint,
            unit: self.unit.or(under.unit),
            commodity: self.commodity.or(under.commodity),
            site: self.site.or(under.site),
            meter: self.meter.or(under.meter),
            time_zone: self.time_zone.or(under.time_zone),
            decimal_mark: self.decimal_mark.or(under.decimal_mark),
            date_order: self.date_order.or(under.date_order),
            year: self.year.or(under.year),
            year_begins: self.year_begins.or(under.year_begins),
            month: self.month.or(under.month),
            date_means: self.date_means.or(under.date_means),
            kind: self.kind.or(under.kind),
            sign: self.sign.or(under.sign),
            multiply_by: self.multiply_by.or(under.multiply_by),
            skip_sheets: joined(self.skip_sheets, under.skip_sheets),
            units,
            tables: if self.tables.is_empty() { under.tables } else { self.tables },
        }
    }
}
