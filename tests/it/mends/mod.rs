//! What an attack on the build of November 2026 found, each as the kind that it is of.

mod bytes;
mod control;
mod filters;
mod gone;
mod links;
mod numbers;
mod pages;
mod readers;
mod spaces;
mod start;

use serde_json::Value;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// The ids of a list.
fn ids(list: &Value) -> Vec<String> {
    let images = list["images"].as_array().unwrap().iter();
    let ids = images.map(|image| image["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}
