//! Credentials out of files and variables.

use super::{
    CloudCredentials, CloudDomain, CloudName, CloudProof, CloudScope, CloudSource, CloudsError,
    ServiceInterface,
};
use crate::config::secret::Secret;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("nova-images-clouds-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn of_variables(variables: &[(&str, &str)]) -> CloudSource {
    CloudSource::of_environment(None, |wanted| {
        let found = variables.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, text)| (*text).to_owned())
    })
}

/// What is wrong with a file, with its folder left out.
fn refused(text: &str, cloud: &str) -> String {
    let folder = Folder::new();
    let path = folder.write("clouds.yaml", text);
    let error = CloudSource::of_file(path, cloud).read().unwrap_err();
    let folder = format!("{}/", folder.0.display());
    error.to_string().replace(&folder, "")
}

fn ada() -> CloudName {
    CloudName::Name("ada".to_owned(), CloudDomain::Id("default".to_owned()))
}

const CLOUDS: &str = "clouds:
  dev:
    auth:
      auth_url: https://cloud.example.org/identity/v3
      username: ada
      password: 0123
      project_name: demo
      project_domain_name: Projects
    region_name: R1
    interface: internalURL
    cacert: ca.pem
    image_endpoint_override: https://images.example.org/v2/
  robot:
    auth_type: v3applicationcredential
    auth:
      auth_url: https://cloud.example.org/identity
      application_credential_id: abc
      application_credential_secret: s3cret
    regions:
      - name: A
      - name: B
        values:
          image_endpoint_override: https://b.example.org
";

#[test]
fn a_cloud_of_a_file() {
    let folder = Folder::new();
    let path = folder.write("clouds.yaml", CLOUDS);
    let read = CloudSource::of_file(&path, "dev").read().unwrap();
    let expected = CloudCredentials {
        auth_url: "https://cloud.example.org/identity".to_owned(),
        proof: CloudProof::Password {
            user: ada(),
            password: Secret::new("0123"),
        },
        scope: CloudScope::Project(CloudName::Name(
            "demo".to_owned(),
            CloudDomain::Name("Projects".to_owned()),
        )),
        region: Some("R1".to_owned()),
        interface: Some(ServiceInterface::Internal),
        image_url: Some("https://images.example.org".to_owned()),
        ca_file: Some("ca.pem".into()),
    };
    assert_eq!(read, expected);
    assert!(!format!("{read:?}").contains("0123"));

    let robot = CloudSource::of_file(&path, "robot");
    let read = robot.read().unwrap();
    let secret = Secret::new("s3cret");
    let id = "abc".to_owned();
    assert_eq!(read.proof, CloudProof::ApplicationCredential { id, secret });
    assert_eq!((read.scope, read.image_url), (CloudScope::Own, None));
    assert_eq!(read.region.as_deref(), Some("A"));
    let read = robot.in_region("B").read().unwrap();
    assert_eq!(read.region.as_deref(), Some("B"));
    assert_eq!(read.image_url.as_deref(), Some("https://b.example.org"));
}

#[test]
fn secrets_stand_beside_and_count() {
    let folder = Folder::new();
    let path = folder.write("clouds.yaml", CLOUDS);
    folder.write(
        "secure.yaml",
        "clouds: {dev: {auth: {password: other}}, nobody: {auth: {password: x}}}",
    );
    let source = CloudSource::of_file(path, "dev");
    let password = Secret::new("other");
    let user = ada();
    let expected = CloudProof::Password { user, password };
    assert_eq!(source.read().unwrap().proof, expected);
}

#[test]
fn files_are_looked_for_in_order() {
    let folder = Folder::new();
    let home = folder.0.to_str().unwrap();
    let read = |variables: &[(&str, &str)]| of_variables(variables).read();
    let by_home = [("HOME", home), ("OS_CLOUD", "robot")];
    let missing = read(&by_home).unwrap_err();
    let CloudsError::NoFile { cloud, searched } = missing else {
        panic!("{missing}");
    };
    assert_eq!(cloud, "robot");
    let own = Path::new(home).join(".config/openstack/clouds.yaml");
    assert!(searched.contains(&"clouds.yaml".into()), "{searched:?}");
    assert!(searched.contains(&own), "{searched:?}");
    assert!(searched.contains(&"/etc/openstack/clouds.json".into()));

    folder.write(".config/openstack/clouds.yml", CLOUDS);
    assert!(read(&by_home).is_ok());
    // The first file counts, whether it has the cloud or not.
    folder.write(".config/openstack/clouds.yaml", "clouds: {a: {}, b: {}}");
    let error = read(&by_home).unwrap_err().to_string();
    assert!(
        error.ends_with("has no cloud \"robot\"; it has a, b"),
        "{error}"
    );
    let named = folder.write(
        "mine.json",
        r#"{"clouds": {"robot": {"auth": {"auth_url": "http://k", "token": "t"}}}}"#,
    );
    let named = ("OS_CLIENT_CONFIG_FILE", named.to_str().unwrap());
    assert!(read(&[by_home[0], by_home[1], named]).is_ok());
    // A file's only cloud need not be named.
    let only = read(&[named]).unwrap();
    assert_eq!(only.proof, CloudProof::Token(Secret::new("t")));
    let gone = read(&[("OS_CLIENT_CONFIG_FILE", "nowhere.yaml"), by_home[1]]);
    let gone = gone.unwrap_err().to_string();
    assert_eq!(
        gone,
        "no clouds.yaml is found for the cloud \"robot\": looked for nowhere.yaml"
    );
}

#[test]
fn variables() {
    let read = of_variables(&[
        ("OS_AUTH_URL", "http://k:5000/v2.0/"),
        ("OS_USERNAME", "ada"),
        ("OS_PASSWORD", "secret"),
        ("OS_TENANT_NAME", "demo"),
        ("OS_REGION_NAME", "R"),
        ("OS_ENDPOINT_TYPE", "publicURL"),
        ("OS_USER_DOMAIN_NAME", ""),
    ]);
    let read = read.read().unwrap();
    assert_eq!(read.auth_url, "http://k:5000");
    let demo = CloudName::Name("demo".to_owned(), CloudDomain::Id("default".to_owned()));
    assert_eq!(read.scope, CloudScope::Project(demo));
    assert_eq!(read.interface, Some(ServiceInterface::Public));
    assert_eq!(read.region.as_deref(), Some("R"));
    let said = |variables: &[(&str, &str)]| {
        let source = of_variables(&[&[("OS_AUTH_URL", "http://k")], variables].concat());
        source.read().unwrap_err().to_string()
    };
    let who = "the environment (OS_AUTH_URL and its kin) lacks";
    assert_eq!(said(&[]), format!("{who} username, or user_id"));
    assert_eq!(said(&[("OS_USERNAME", "a")]), format!("{who} password"));
    assert_eq!(
        said(&[("OS_AUTH_TYPE", "v3oidcpassword")]),
        "OS_AUTH_TYPE: auth_type \"v3oidcpassword\" is not built in: password, v3applicationcredential and \
         token are"
    );
    let insecure = said(&[("OS_INSECURE", "1")]);
    assert!(
        insecure.starts_with("OS_INSECURE: insecure \"1\""),
        "{insecure}"
    );
    let nothing = of_variables(&[("OS_USERNAME", "ada")]).read();
    assert!(matches!(
        nothing,
        Err(CloudsError::Nothing | CloudsError::NoFile { .. })
    ));
}

#[test]
fn damage_is_named_by_file_and_line() {
    let cloud = |auth: &str| format!("clouds:\n  a:\n    auth:\n      {auth}\n");
    assert_eq!(
        refused(&cloud("username: ada"), "a"),
        "the cloud \"a\" of clouds.yaml lacks auth_url, where the identity service is"
    );
    let profile = "clouds:\n  a:\n    profile: mine\n    auth: {username: ada}\n";
    assert_eq!(
        refused(profile, "a"),
        "clouds.yaml:3: profile \"mine\" is not looked up here: write its auth_url into the cloud"
    );
    let text = cloud("auth_url: http://k\n      username: [ada]");
    assert_eq!(refused(&text, "a"), "clouds.yaml:5: username is no text");
    let text = cloud("auth_url: keystone");
    let said = refused(&text, "a");
    assert!(
        said.starts_with("clouds.yaml:4: auth_url \"keystone\""),
        "{said}"
    );
    let text = cloud("auth_url: http://k\n      token: t\n    interface: outer");
    assert_eq!(
        refused(&text, "a"),
        "clouds.yaml:6: interface \"outer\" is none of public, internal and admin"
    );
    let text = cloud("auth_url: http://k\n    verify: false");
    assert!(refused(&text, "a").starts_with("clouds.yaml:5: insecure"));
    assert_eq!(
        refused("clouds:\n  b: {}\n  c: {}\n", "a"),
        "clouds.yaml has no cloud \"a\"; it has b, c"
    );
    assert_eq!(
        refused("clouds:\n  a: b\n", "a"),
        "clouds.yaml:2: the cloud \"a\" is no map"
    );
    assert_eq!(
        refused("cloud: {}\n", "a"),
        "clouds.yaml:1: there is no map called clouds"
    );
    let said = refused("clouds:\n  a: {\n", "a");
    assert!(said.starts_with("clouds.yaml:3: "), "{said}");
}

#[test]
fn a_stamp_tells_that_a_file_is_another_one() {
    let folder = Folder::new();
    let path = folder.write("clouds.yaml", CLOUDS);
    let source = CloudSource::of_file(path, "dev");
    let first = source.stamp();
    assert_eq!(source.stamp(), first);
    folder.write("secure.yaml", "clouds: {}");
    let second = source.stamp();
    assert_ne!(second, first);
    folder.write("clouds.yaml", &format!("{CLOUDS}\n"));
    assert_ne!(source.stamp(), second);
}
