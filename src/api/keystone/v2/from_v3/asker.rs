//! Who asks.

use super::super::call::Call;
use super::super::fault::Fault;
use super::failed::fault;
use crate::service::upstream::{KnownToken, Upstream};
use std::sync::Arc;

/// The token of `X-Auth-Token`, when it is somebody's.
pub async fn asker<'c>(
    call: &Call<'c>,
    cloud: &Upstream,
) -> Result<(&'c str, Arc<KnownToken>), Fault> {
    let token = call.head.header("x-auth-token").unwrap_or_default().trim();
    match cloud.tokens.find(token).await {
        Ok(Some(known)) => Ok((token, known)),
        Ok(None) => {
            let why = "the real Keystone knows no such token, or none was shown";
            Err(Fault::Unauthorized(why.to_owned()))
        }
        Err(error) => Err(fault(&error)),
    }
}

/// The asker, if it has the role `admin`; `rule` is what it is told it may not do.
pub async fn administrator<'c>(
    call: &Call<'c>,
    cloud: &Upstream,
    rule: &'static str,
) -> Result<&'c str, Fault> {
    let (token, known) = asker(call, cloud).await?;
    match known.is_admin() {
        true => Ok(token),
        false => Err(Fault::Forbidden {
            rule,
            asker: "a user of the real cloud who has it not".to_owned(),
        }),
    }
}
