//! Identifiers of alerts and their deliveries.

use serde::{Deserialize, Serialize};

readings::identifier!(
    /// One alert; shown to people as an `AlertReference`.
    AlertId
);
readings::identifier!(
    /// A place to which alerts are sent.
    EndpointId
);
readings::identifier!(
    /// One event on its way to one endpoint.
    DeliveryId
);
