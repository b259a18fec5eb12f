//! Bodies, as Glance's JSON deserializer reads them.

use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::python::Value;

/// The JSON of a body: an object or a list.
///
/// # Errors
/// When there is none, or it is something else.
pub fn json(call: &Call<'_>) -> Result<Value, Fault> {
    let bytes = call.body.bytes();
    if bytes.is_empty() {
        return Err(Fault::bad_request("Body expected in request."));
    }
    match Value::parse(bytes) {
        Ok(value @ (Value::Dict(_) | Value::List(_))) => Ok(value),
        Ok(_) => Err(Fault::bad_request(
            "Unexpected body type. Expected list/dict.",
        )),
        Err(_) => Err(Fault::bad_request("Malformed JSON in request body.")),
    }
}
