//! What a server tells of itself, and of what it does without: tasks, caches, locations, definitions
//! of metadata.

use super::attributes::{IMPORT_METHODS, STORE};
use super::body;
use super::route::Info;
use super::schemas;
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::http::json::{self, Object};
use crate::http::{Method, Reply, StatusCode};

fn told(content: impl FnOnce(&mut Object<'_>)) -> Reply {
    Reply::new(
        StatusCode::OK,
        "application/json",
        json::object(256, content),
    )
}

/// `GET /schemas/{name}`
pub fn schema(name: &str) -> Result<Reply, Fault> {
    let document = schemas::document(name).ok_or_else(Fault::unrouted)?;
    Ok(Reply::new(StatusCode::OK, "application/json", document))
}

/// `GET /info/{what}`
pub fn info(call: &Call<'_>, info: Info) -> Result<Reply, Fault> {
    Ok(match info {
        Info::Import => told(|root| {
            root.object("import-methods", |methods| {
                let names = IMPORT_METHODS.split(',').map(|name| format!("\"{name}\""));
                let names: Vec<_> = names.collect();
                methods
                    .word("description", "Import methods available.")
                    .word("type", "array")
                    .raw("value", format!("[{}]", names.join(", ")).as_bytes());
            });
        }),
        Info::Stores => told(|root| {
            root.list("stores", |list| {
                list.object(|store| _ = store.word("id", STORE).word("default", "true"));
            });
        }),
        Info::StoresDetail => {
            check_admin(call, "stores_info_detail")?;
            told(|root| {
                root.list("stores", |list| {
                    list.object(|store| {
                        store
                            .word("id", STORE)
                            .word("type", "file")
                            .word("default", "true")
                            .number("weight", 0);
                    });
                });
            })
        }
        Info::Usage => told(|root| _ = root.object("usage", |_| {})),
    })
}

/// `/tasks`. Imports leave no task behind, and there are no others.
pub fn tasks(call: &Call<'_>) -> Result<Reply, Fault> {
    if call.head.method() == Method::POST {
        body::json(call)?;
        check_admin(call, "tasks_api_access")?;
        return Err(Fault::forbidden("Tasks are made by imports only."));
    }
    check_admin(call, "tasks_api_access")?;
    Ok(told(|root| {
        root.list("tasks", |_| {})
            .word("first", "/v2/tasks")
            .word("schema", "/v2/schemas/tasks");
    }))
}

/// `/tasks/{id}`
pub fn task(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    if call.head.method() == Method::DELETE {
        return Err(Fault::disabled_method(
            "This operation is currently not permitted on Glance Tasks. They are auto deleted after \
             reaching the time based on their expires_at property.",
            "GET",
        ));
    }
    check_admin(call, "tasks_api_access")?;
    Err(Fault::not_found(format!("No task found with ID {id}")))
}

/// `GET /images/{id}/tasks`
pub fn image_tasks(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let image = call.app.images.find(&call.caller, call.offer.v2, id);
    image.map_err(|error| Fault::of_image(error, id, "get_image"))?;
    Ok(told(|root| _ = root.list("tasks", |_| {})))
}

/// `/images/{id}/locations`
pub fn locations(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let is_post = call.head.method() == Method::POST;
    if is_post {
        let body = body::json(call)?;
        if body
            .as_dict()
            .is_none_or(|items| !items.contains_key("url"))
        {
            return Err(Fault::bad_request(
                "Provided object does not match schema 'location': 'url' is a required property",
            ));
        }
    }
    let image = call.app.images.find(&call.caller, call.offer.v2, id);
    let image = image.map_err(|error| Fault::of_image(error, id, "get_image"))?;
    if is_post {
        let is_writer = call.caller.is_admin || call.caller.owns(image.owner.as_deref());
        return Err(match is_writer {
            true => {
                Fault::forbidden("http store must be enabled to use location API by normal user.")
            }
            false => Fault::not_authorized("add_image_location")
                .because(format!("the image is not of a project of {}", call.caller)),
        });
    }
    check_admin(call, "fetch_image_location")?;
    Ok(Reply::new(StatusCode::OK, "application/json", "[]"))
}

/// `/cache`: there is none.
pub fn cache(call: &Call<'_>, image: Option<&str>) -> Result<Reply, Fault> {
    if let Some(id) = image {
        let image = call.app.images.find(&call.caller, call.offer.v2, id);
        image.map_err(|error| Fault::of_image(error, id, "get_image"))?;
    }
    let action = match call.head.method().as_str() {
        "GET" => "cache_list",
        "PUT" => "cache_image",
        _ => "cache_delete",
    };
    check_admin(call, action)?;
    Err(Fault::not_found(
        "Caching via API is not supported at this site.",
    ))
}

/// `GET /metadefs/namespaces`: there are none.
pub fn namespaces() -> Reply {
    told(|root| {
        root.list("namespaces", |_| {})
            .word("schema", "/v2/schemas/metadefs/namespaces")
            .word("first", "/v2/metadefs/namespaces");
    })
}

/// `GET /metadefs/resource_types`: there are none.
pub fn resource_types() -> Reply {
    told(|root| _ = root.list("resource_types", |_| {}))
}

fn check_admin(call: &Call<'_>, action: &str) -> Result<(), Fault> {
    match call.caller.is_admin {
        true => Ok(()),
        false => Err(Fault::not_authorized(action).because(call.takes_admin())),
    }
}
