//! Identifiers of stored things, one type each, so that a site cannot be passed as a meter.

use serde::{Deserialize, Serialize};

/// Declares a newtype over the database's `bigint` identity.
#[macro_export]
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "postgres", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Takes the value of the identity column.
            pub const fn new(value: i64) -> Self {
                Self(value)
            }

            /// The value of the identity column.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

identifier!(
    /// A physical or logical place; the parent of meters.
    SiteId
);
identifier!(
    /// A device, or its stand-in, that records consumption of one commodity at a site.
    MeterId
);
identifier!(
    /// One stored revision of a reading.
    ReadingId
);
identifier!(
    /// A mail as it arrived, by the digest of its bytes.
    MessageId
);
identifier!(
    /// The distinct bytes of a file that came with a mail.
    AttachmentId
);
