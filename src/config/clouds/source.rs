//! Where credentials stand, to be read when they are needed, and again.

use super::credentials::CloudCredentials;
use super::error::CloudsError;
use super::file::CloudsFile;
use super::reading::credentials;
use super::settings::{OLDER_WORDS, Settings, WORDS};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Suffixes of the files that have clouds in them; JSON is YAML.
const SUFFIXES: [&str; 3] = ["yaml", "yml", "json"];

/// Where credentials for a cloud stand: in a `clouds.yaml`, or in variables of the environment.
///
/// A file is looked for as `openstack` does: `OS_CLIENT_CONFIG_FILE`, else `clouds.yaml` (`.yml`, `.json`)
/// in the working folder, in `~/.config/openstack`, in `/etc/openstack`; the first one counts. What
/// `secure.yaml` beside it (`OS_CLIENT_SECURE_FILE`) says of the same cloud comes first.
///
/// ```
/// use nova_images::CloudSource;
///
/// let variables = |name: &str| match name {
///     "OS_AUTH_URL" => Some("http://identity.example.org/v3".to_owned()),
///     "OS_USERNAME" => Some("ada".to_owned()),
///     "OS_PASSWORD" => Some("secret".to_owned()),
///     _ => None,
/// };
/// let source = CloudSource::of_environment(None, variables);
/// assert_eq!(source.read()?.auth_url, "http://identity.example.org");
/// # Ok::<(), nova_images::CloudsError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CloudSource {
    /// The cloud of a file; when missing, variables count, or a file's only cloud.
    cloud: Option<String>,
    /// Which of its regions counts; when missing, its own word.
    region: Option<String>,
    variables: BTreeMap<String, String>,
    folders: Vec<PathBuf>,
    /// The file with the clouds, where that is said.
    file: Option<PathBuf>,
    /// The file with their secrets, where that is said.
    secure_file: Option<PathBuf>,
}

/// How the files were when they were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloudStamp(Vec<Option<(SystemTime, u64)>>);

impl CloudSource {
    /// A cloud as a process with this environment finds it.
    #[must_use]
    pub fn of_environment(
        cloud: Option<String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let variable = |name: &str| variable(name).filter(|text| !text.is_empty());
        let older = OLDER_WORDS.iter().map(|(older, _)| older);
        let words = WORDS.iter().chain(older);
        let names = words.map(|word| format!("OS_{}", word.to_uppercase()));
        let variables = names.filter_map(|name| Some((name.clone(), variable(&name)?)));
        let home = variable("HOME").map(|home| Path::new(&home).join(".config"));
        let config = variable("XDG_CONFIG_HOME").map(PathBuf::from);
        let mut folders = vec![PathBuf::new()];
        for config in config
            .into_iter()
            .chain(home)
            .chain([PathBuf::from("/etc")])
        {
            folders.push(config.join("openstack"));
        }
        folders.dedup();
        Self {
            cloud: cloud.or_else(|| variable("OS_CLOUD")),
            region: None,
            variables: variables.collect(),
            folders,
            file: variable("OS_CLIENT_CONFIG_FILE").map(PathBuf::from),
            secure_file: variable("OS_CLIENT_SECURE_FILE").map(PathBuf::from),
        }
    }

    /// A cloud of a file.
    #[must_use]
    pub fn of_file(path: impl Into<PathBuf>, cloud: impl Into<String>) -> Self {
        Self {
            cloud: Some(cloud.into()),
            region: None,
            variables: BTreeMap::new(),
            folders: Vec::new(),
            file: Some(path.into()),
            secure_file: None,
        }
    }

    /// In this region, whatever is said where the credentials stand.
    #[must_use]
    pub fn in_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Reads them as they stand there now.
    ///
    /// # Errors
    /// When there are none, or they cannot be understood.
    pub fn read(&self) -> Result<CloudCredentials, CloudsError> {
        let mut credentials = credentials(&self.settings()?)?;
        if let Some(region) = &self.region {
            credentials.region = Some(region.clone());
        }
        Ok(credentials)
    }

    /// How the files are now. Another stamp than before means that there may be other credentials.
    #[must_use]
    pub fn stamp(&self) -> CloudStamp {
        if self.is_variables() {
            return CloudStamp::default();
        }
        let (files, secure) = (self.files(), self.secure_files(None));
        let stamps = files.iter().chain(&secure).map(|path| {
            let file = fs::metadata(path).ok()?;
            Some((file.modified().ok()?, file.len()))
        });
        CloudStamp(stamps.collect())
    }

    fn settings(&self) -> Result<Settings, CloudsError> {
        if self.is_variables() {
            let mut settings = Settings::of("the environment (OS_AUTH_URL and its kin)".to_owned());
            // Today's names count, so they come last.
            let older = OLDER_WORDS.map(|(older, _)| format!("OS_{}", older.to_uppercase()));
            for is_older in [true, false] {
                for (name, text) in &self.variables {
                    if older.contains(name) == is_older {
                        settings.add_variable(name, text);
                    }
                }
            }
            return Ok(settings);
        }
        let files = self.files();
        let Some(file) = CloudsFile::first(&files)? else {
            return Err(match &self.cloud {
                Some(cloud) => CloudsError::NoFile {
                    cloud: cloud.clone(),
                    searched: files,
                },
                None => CloudsError::Nothing,
            });
        };
        let names = file.names()?;
        let cloud = match (&self.cloud, names.as_slice()) {
            (Some(cloud), _) => cloud.as_str(),
            (None, [only]) => only,
            (None, _) => return Err(CloudsError::Nothing),
        };
        let secure = CloudsFile::first(&self.secure_files(Some(file.path())))?;
        file.settings(cloud, secure.as_ref(), self.region.as_deref())
    }

    /// Whether variables say it all.
    fn is_variables(&self) -> bool {
        self.cloud.is_none() && self.variables.contains_key("OS_AUTH_URL")
    }

    /// The files that may have the clouds.
    fn files(&self) -> Vec<PathBuf> {
        match &self.file {
            Some(file) => vec![file.clone()],
            None => named("clouds", self.folders.iter().map(PathBuf::as_path)),
        }
    }

    /// The files that may have their secrets: beside the clouds.
    fn secure_files(&self, clouds: Option<&Path>) -> Vec<PathBuf> {
        let folder = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
        match (&self.secure_file, clouds) {
            (Some(file), _) => vec![file.clone()],
            (None, Some(clouds)) => named("secure", [folder(clouds).as_path()]),
            (None, None) => {
                let folders: Vec<_> = self.files().iter().map(|path| folder(path)).collect();
                named("secure", folders.iter().map(PathBuf::as_path))
            }
        }
    }
}

impl fmt::Debug for CloudSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudSource")
            .field("cloud", &self.cloud)
            .finish_non_exhaustive()
    }
}

/// The files of a name in folders.
fn named<'p>(name: &str, folders: impl IntoIterator<Item = &'p Path>) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders {
        for suffix in SUFFIXES {
            let file = folder.join(format!("{name}.{suffix}"));
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    files
}
