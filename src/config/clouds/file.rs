//! A `clouds.yaml`, and the `secure.yaml` that keeps its secrets.

use super::error::{CloudsError, Place};
use super::settings::Settings;
use super::yaml::{Node, Value, parse};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file with clouds in it.
#[derive(Debug)]
pub struct CloudsFile {
    path: Arc<Path>,
    root: Arc<Node>,
}

impl CloudsFile {
    /// The first of these files that is there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn first(paths: &[PathBuf]) -> Result<Option<Self>, CloudsError> {
        for path in paths {
            match fs::read_to_string(path) {
                Ok(text) => return Self::of(path, &text).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => {
                    let path = path.clone();
                    return Err(CloudsError::Unreadable { path, source });
                }
            }
        }
        Ok(None)
    }

    fn of(path: &Path, text: &str) -> Result<Self, CloudsError> {
        let path: Arc<Path> = path.into();
        let root = parse(text).map_err(|error| CloudsError::Damaged {
            place: Place::Line(Arc::clone(&path), error.line),
            what: error.what,
        })?;
        Ok(Self { path, root })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of its clouds.
    pub fn names(&self) -> Result<Vec<&str>, CloudsError> {
        let clouds = self.clouds()?;
        Ok(clouds.iter().map(|(name, _)| name.as_str()).collect())
    }

    /// What it says of a cloud, and what the secure file adds to that. Of a cloud with several regions one
    /// counts: this one, else the first.
    pub fn settings(
        &self,
        cloud: &str,
        secure: Option<&Self>,
        region: Option<&str>,
    ) -> Result<Settings, CloudsError> {
        let Some(node) = self.cloud(cloud)? else {
            return Err(CloudsError::NoCloud {
                path: self.path.to_path_buf(),
                cloud: cloud.to_owned(),
                known: self.names()?.into_iter().map(str::to_owned).collect(),
            });
        };
        let who = format!("the cloud {cloud:?} of {}", self.path.display());
        let mut settings = Settings::of(who);
        self.add(node, region, &mut settings)?;
        if let Some(secure) = secure
            && let Some(node) = secure.cloud(cloud)?
        {
            secure.add(node, region, &mut settings)?;
        }
        Ok(settings)
    }

    fn cloud(&self, name: &str) -> Result<Option<&Node>, CloudsError> {
        let mut clouds = self.clouds()?.iter();
        let found = clouds.find_map(|(other, node)| (other == name).then_some(&**node));
        match found {
            Some(node) if !matches!(node.value, Value::Map(_)) => {
                Err(self.damaged(node, format!("the cloud {name:?} is no map")))
            }
            found => Ok(found),
        }
    }

    fn clouds(&self) -> Result<&[(String, Arc<Node>)], CloudsError> {
        match self.root.get("clouds") {
            Some(clouds) if matches!(clouds.value, Value::Map(_)) => Ok(clouds.members()),
            Some(clouds) => Err(self.damaged(clouds, "clouds is no map".to_owned())),
            None => Err(self.damaged(&self.root, "there is no map called clouds".to_owned())),
        }
    }

    fn add(
        &self,
        cloud: &Node,
        region: Option<&str>,
        settings: &mut Settings,
    ) -> Result<(), CloudsError> {
        settings.add_map(&self.path, cloud)?;
        if let Some(regions) = cloud.get("regions") {
            self.add_region(regions, region, settings)?;
        }
        match cloud.get("auth") {
            Some(auth) if matches!(auth.value, Value::Map(_) | Value::Null) => {
                settings.add_map(&self.path, auth)
            }
            Some(auth) => Err(self.damaged(auth, "auth is no map".to_owned())),
            None => Ok(()),
        }
    }

    /// `regions: [A, {name: B, values: {…}}]`
    fn add_region(
        &self,
        regions: &Node,
        wanted: Option<&str>,
        settings: &mut Settings,
    ) -> Result<(), CloudsError> {
        let Value::List(items) = &regions.value else {
            return Err(self.damaged(regions, "regions is no list".to_owned()));
        };
        let said = settings.text("region_name");
        let wanted = wanted.or(said.as_deref());
        for item in items {
            let name = item.text().or_else(|| item.get("name")?.text());
            let name = name.ok_or_else(|| self.damaged(item, "a region has no name".to_owned()))?;
            if wanted.is_some_and(|wanted| wanted != name) {
                continue;
            }
            let place = Place::Line(Arc::clone(&self.path), item.line);
            settings.add_region(name, place);
            return match item.get("values") {
                Some(values) => settings.add_map(&self.path, values),
                None => Ok(()),
            };
        }
        Ok(())
    }

    fn damaged(&self, node: &Node, what: String) -> CloudsError {
        let place = Place::Line(Arc::clone(&self.path), node.line);
        CloudsError::Damaged { place, what }
    }
}
