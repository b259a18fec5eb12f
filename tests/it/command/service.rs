//! The command in front of a cloud as an account of its own: whose, and who may ask.

use super::process::{Running, command, refused, text};
use crate::harness::builder;
use crate::scratch::Scratch;
use nova_images::{AuthMode, Emulator, Fixture};
use std::process::Command;

const SERVICE: [&str; 4] = ["--listen", "127.0.0.1:0", "--upstream-auth", "service"];
const LIST: &str = "/v2/any/images";

/// The users `admin` and `demo`, with the password `secret`.
fn cloud() -> Emulator {
    let images = Fixture::named("docs").unwrap();
    let cloud = builder().fixture(images).auth(AuthMode::Strict);
    cloud.start().unwrap()
}

fn with_variables(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = command(&[&SERVICE, arguments].concat());
    command.envs(variables.iter().copied());
    command
}

#[test]
fn variables_are_enough() {
    let cloud = cloud();
    let url = format!("{}/v3", cloud.identity_url());
    let project = cloud.default_project_id();
    let mut variables = [
        ("OS_AUTH_URL", url.as_str()),
        ("OS_USERNAME", "demo"),
        ("OS_PASSWORD", "secret"),
        ("OS_PROJECT_ID", project.as_str()),
    ];
    let mut server = Running::start(with_variables(&[], &variables));
    let (status, list) = server.ask("GET", LIST, &[], "");
    assert!(status == 200 && list.contains("fakeimage7"), "{list}");
    for line in server.curl_lines(3) {
        let (status, body) = server.curl(&line);
        assert_eq!(status, 200, "{line}: {body}");
    }

    variables[2].1 = "wrong";
    let server = Running::start(with_variables(&[], &variables));
    assert_eq!(server.ask("GET", LIST, &[], "").0, 503);
    let logs = server.logs_at_the_end();
    let said = "this server cannot sign in at the real cloud";
    assert!(logs.contains("WARN") && logs.contains(said), "{logs}");
    assert!(logs.contains(&cloud.identity_url()), "{logs}");
    assert!(!logs.contains("wrong"), "{logs}");
}

#[test]
fn a_cloud_of_a_file_and_a_secret_of_clients() {
    let (cloud, scratch) = (cloud(), Scratch::new("command-service"));
    let clouds = format!(
        "clouds:\n  a:\n    auth: {{auth_url: \"{}\", username: demo, password: secret, project_id: \"{}\"}}\n  \
         b: {{}}\n",
        cloud.identity_url(),
        cloud.default_project_id()
    );
    let clouds = scratch.file("clouds.yaml", clouds);
    let file = ("OS_CLIENT_CONFIG_FILE", text(&clouds));
    let secret = scratch.file("secret", "open sesame\n");
    let option = ["--upstream-client-secret-file", text(&secret)];
    let named = ["--os-cloud", "a"];
    let variable = ("NOVA_IMAGES_CLIENT_SECRET", "open sesame");
    for (arguments, variables) in [
        ([named, option].concat(), vec![file]),
        (named.to_vec(), vec![file, variable]),
        (Vec::new(), vec![file, variable, ("OS_CLOUD", "a")]),
    ] {
        let server = Running::start(with_variables(&arguments, &variables));
        assert_eq!(server.ask("GET", LIST, &[], "").0, 401, "{arguments:?}");
        let token = [("X-Auth-Token", "open sesame")];
        let (status, list) = server.ask("GET", LIST, &token, "");
        assert_eq!(status, 200, "{list}");
        let (status, _) = server.ask("DELETE", "/v2/any/images/x", &token, "");
        assert_eq!(status, 403);
    }
}

#[test]
fn what_is_missing_is_said() {
    let said = |arguments: &[&str]| refused(&[&SERVICE, arguments].concat());
    let nobody = said(&[]);
    assert!(
        nobody.contains("cannot ask the real cloud: no credentials for the cloud: set OS_AUTH_URL"),
        "{nobody}"
    );
    let nowhere = said(&["--os-cloud", "a"]);
    assert!(
        nowhere.contains("no clouds.yaml is found for the cloud \"a\""),
        "{nowhere}"
    );
    let secret = said(&["--upstream-client-secret-file", "nowhere/secret"]);
    assert!(secret.contains("the secret of clients in nowhere/secret"));
    let passthrough = |arguments: &[&str]| {
        let url = ["--listen", "127.0.0.1:0", "--upstream-url", "http://g"];
        refused(&[&url, arguments].concat())
    };
    let half = passthrough(&[]);
    assert!(half.contains("--keystone-url is missing"), "{half}");
    let keystone = ["--keystone-url", "http://k"];
    let writes = passthrough(&[&keystone[..], &["--upstream-writes"]].concat());
    assert!(
        writes.contains("--upstream-writes cannot be had"),
        "{writes}"
    );
    let account = passthrough(&[&keystone[..], &["--os-cloud", "a"]].concat());
    assert!(account.contains("--os-cloud cannot be had"), "{account}");
    let alone = command(&["--keystone-url", "http://k"]).output().unwrap();
    assert_eq!(alone.status.code(), Some(2));
    let alone = String::from_utf8(alone.stderr).unwrap();
    assert!(
        alone.contains("--upstream-url <URL>|--upstream-auth"),
        "{alone}"
    );
}
