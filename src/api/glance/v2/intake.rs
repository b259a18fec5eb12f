//! What is known of data before they come.

use crate::api::glance::call::Call;
use crate::domain::GlanceStatus;
use crate::service::Intake;

/// What a call says of them, before a client has said anything.
pub fn of(call: &Call<'_>) -> Intake {
    Intake {
        caller: call.caller.clone(),
        rules: *call.offer.v2,
        content: call.offer.content,
        size: None,
        checksum: None,
        spoilt: GlanceStatus::Queued,
    }
}
