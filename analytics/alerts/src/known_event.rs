//! What people know about a site that the readings do not say: closures, works, a new tenant.

use crate::state::coded;

coded! {
    /// What happened at a site.
    EventKind {
        /// It was closed: for holidays, for lack of work, for good.
        Closure = "closure", "Closure";
        /// Something was built, repaired or exchanged.
        Works = "works", "Works";
        /// Somebody else uses it: what was usual before is no measure any more.
        NewTenant = "new_tenant", "New tenant";
        /// A step that is right: something was added or taken away, and the level after it is the usual one.
        NewLevel = "new_level", "New usual level";
        /// Something else that explains unusual use.
        Other = "other", "Other event";
    }
}

impl EventKind {
    /// Whether what was usual before says nothing about what is usual after: the baseline begins anew.
    pub const fn begins_anew(self) -> bool {
        matches!(self, Self::NewTenant | Self::NewLevel)
    }

    /// What the baseline does with it, for the page.
    pub const fn effect(self) -> &'static str {
        if self.begins_anew() {
            "The baseline begins anew on its first day; what was usual before is no measure any more."
        } else {
            "The months that it touches are not judged, and the baseline does not learn from them."
        }
    }
}
