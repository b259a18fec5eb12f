//! The clouds that Waldur manages, with those who use them and the images that are there now.

use super::listing::{Prepared, RowTest, Rows, Viewer, Wanted};
use super::naming::name_of;
use super::rows::{ImageRow, Pulled};
use super::table::Table;
use super::tokens::{Refusal, Tokens, Used};
use super::{defaults, letters};
use crate::control::{Clock, Fixture};
use crate::domain::WaldurData;
use crate::domain::sibling::{WaldurRole, WaldurSettings, WaldurUser};
use crate::store::{Store, StoreError};
use arc_swap::ArcSwap;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// The kind of cloud that usage is counted for.
const OPENSTACK: &str = "OpenStack";

/// The state in which an instance runs, exactly so written.
const RUNNING: &str = "ACTIVE";

/// Rows that take longer to go through than a page of images takes to write.
const MANY_ROWS: usize = 1000;

/// What Waldur knows beside the images. It never changes, and all spaces of a fixture share it.
#[derive(Debug)]
pub struct Known {
    data: WaldurData,
    /// Whether somebody said so; else it follows from the rest.
    is_given: bool,
    pulled: Pulled,
    /// Who a token stands for, by place in the list of users; the first to name a token keeps it.
    users: HashMap<String, usize>,
}

impl Known {
    /// From a fixture's section `waldur`, or from what the rest of the fixture suggests.
    #[must_use]
    pub fn of(fixture: &Fixture) -> Self {
        Self::by(fixture, &|id| {
            let image = fixture.image_of_instance(id)?;
            Some(name_of(image).to_owned())
        })
    }

    /// The same, where somebody else knows what images are called.
    #[must_use]
    pub fn by(fixture: &Fixture, name_of_image: &dyn Fn(&str) -> Option<String>) -> Self {
        let is_given = fixture.waldur.is_some();
        let (data, tokens) = match &fixture.waldur {
            Some(data) => {
                let users = data.users.iter().enumerate();
                let tokens = users.map(|(place, user)| (user.token.clone(), place));
                (data.clone(), tokens.collect())
            }
            None => defaults::derive(fixture, name_of_image),
        };
        let mut users = HashMap::new();
        for (token, place) in tokens {
            users.entry(token).or_insert(place);
        }
        Self {
            pulled: Pulled::of(&data),
            data,
            is_given,
            users,
        }
    }

    /// What somebody said, if somebody did.
    #[must_use]
    pub fn given(&self) -> Option<&WaldurData> {
        self.is_given.then_some(&self.data)
    }
}

/// Clouds, customers, tenants and users, and the rows of the images that are there now.
#[derive(Debug)]
pub struct Waldur {
    store: Arc<Store>,
    clock: Clock,
    /// Looked at without a lock; exchanged as a whole.
    clouds: ArcSwap<Clouds>,
}

/// What is known, and what came of it.
#[derive(Debug)]
struct Clouds {
    known: Arc<Known>,
    tokens: Arc<Tokens>,
    /// The rows, once somebody has asked for them. Locked for a look or a change, and while they are made.
    table: Arc<RwLock<Option<Table>>>,
}

impl Clouds {
    fn of(known: Arc<Known>, tokens: Arc<Tokens>) -> Self {
        Self {
            known,
            tokens,
            table: Arc::default(),
        }
    }
}

/// Which volumes are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageScope {
    /// Those of these clouds.
    pub providers: Vec<String>,
    /// Only clouds that every customer may use.
    pub shared_only: bool,
}

/// How often an image name is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The image name.
    pub name: String,
    /// Bootable volumes of running instances.
    pub running: usize,
    /// Bootable volumes.
    pub created: usize,
}

impl Waldur {
    /// Over a store, with what is known beside it.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Clock, known: Arc<Known>) -> Self {
        let clouds = Clouds::of(known, Arc::new(Tokens::new(clock.clone())));
        Self {
            store,
            clock,
            clouds: ArcSwap::from_pointee(clouds),
        }
    }

    /// The same over another store, with the same users.
    #[must_use]
    pub fn over(&self, store: Arc<Store>) -> Self {
        let clouds = self.clouds.load();
        let clouds = Clouds::of(Arc::clone(&clouds.known), Arc::clone(&clouds.tokens));
        Self {
            store,
            clock: self.clock.clone(),
            clouds: ArcSwap::from_pointee(clouds),
        }
    }

    /// Knows this from now on; no token was used, or those were that are said to have been. The rows stay if it
    /// has known the same.
    pub fn replace(&self, known: Arc<Known>, used: Option<&Used>) {
        let clock = self.clock.clone();
        let tokens = match used {
            Some(used) => Tokens::as_used(clock, used.clone()),
            None => Tokens::new(clock),
        };
        let before = self.clouds.load();
        let mut clouds = Clouds::of(known, Arc::new(tokens));
        if Arc::ptr_eq(&before.known, &clouds.known) {
            clouds.table = Arc::clone(&before.table);
        }
        self.clouds.store(Arc::new(clouds));
    }

    /// What it knows.
    #[must_use]
    pub fn known(&self) -> Arc<Known> {
        Arc::clone(&self.clouds.load().known)
    }

    /// When tokens were used.
    #[must_use]
    pub fn used(&self) -> Used {
        self.clouds.load().tokens.used()
    }

    /// The user of a token; its lifetime starts anew.
    ///
    /// # Errors
    /// When the token is unknown or too old, or its user may not sign in.
    pub fn sign_in(&self, token: &str) -> Result<WaldurUser, Refusal> {
        let clouds = self.clouds.load();
        let place = clouds.known.users.get(token).ok_or(Refusal::Unknown)?;
        let user = clouds.tokens.sign_in(*place, &clouds.known.data.users);
        user.cloned()
    }

    /// The user of a uuid, when somebody may act as that user.
    #[must_use]
    pub fn active_user(&self, uuid: &str) -> Option<WaldurUser> {
        let clouds = self.clouds.load();
        let mut users = clouds.known.data.users.iter();
        let user = users.find(|user| user.uuid == uuid && user.active);
        user.cloned()
    }

    /// What a user may see.
    #[must_use]
    pub fn viewer(&self, user: &WaldurUser) -> Viewer {
        if user.staff || user.support {
            return Viewer::Everything;
        }
        let clouds = self.clouds.load();
        let data = &clouds.known.data;
        let tenants = data.tenants.iter().enumerate();
        let seen = tenants.filter(|(_, tenant)| {
            user.roles.iter().any(|role| match role {
                WaldurRole::OfProject(project) => *project == tenant.project,
                WaldurRole::OfCustomer(customer) => data.customers.iter().any(|known| {
                    known.uuid == *customer && known.projects.contains(&tenant.project)
                }),
            })
        });
        Viewer::Tenants(seen.map(|(place, _)| place).collect())
    }

    /// A page of the rows that the viewer sees and that pass every test, by name: told how many they are,
    /// `choose` says which page that is and which of them it has, or that there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub fn list<P, E>(
        &self,
        viewer: &Viewer,
        tests: &[RowTest],
        choose: impl FnOnce(usize) -> Result<(P, Range<usize>), E>,
    ) -> Result<Result<(P, Rows), E>, StoreError> {
        let clouds = self.clouds.load();
        let wanted = clouds.known.wanted(viewer, tests);
        clouds.current(&self.store, |table| {
            let (page, places) = choose(wanted.count(table))?;
            let rows = wanted.of(table).skip(places.start).take(places.len());
            Ok((page, rows.cloned().collect()))
        })
    }

    /// The row of a uuid, when the viewer sees it and it passes every test.
    ///
    /// # Errors
    /// When the store fails.
    pub fn show(
        &self,
        viewer: &Viewer,
        tests: &[RowTest],
        uuid: &str,
    ) -> Result<Option<Arc<ImageRow>>, StoreError> {
        let clouds = self.clouds.load();
        let wanted = clouds.known.wanted(viewer, tests);
        clouds.current(&self.store, |table| {
            let mut rows = table.rows();
            let row = rows.find(|row| row.uuid() == uuid && wanted.has(row));
            row.cloned()
        })
    }

    /// A row for each image name there is, whoever asks; the scope narrows the counts alone.
    ///
    /// # Errors
    /// When the store fails.
    pub fn usage(&self, scope: Option<&UsageScope>) -> Result<Vec<Usage>, StoreError> {
        let clouds = self.clouds.load();
        clouds.current(&self.store, |table| clouds.known.counts(table, scope))
    }

    /// Whether answers take long: because there are many rows, or because they are not made yet.
    #[must_use]
    pub fn takes_long(&self) -> bool {
        let clouds = self.clouds.load();
        let Ok(table) = clouds.table.try_read() else {
            return true;
        };
        table.as_ref().is_none_or(|table| table.len() > MANY_ROWS)
    }
}

impl Known {
    fn counts(&self, table: &Table, scope: Option<&UsageScope>) -> Vec<Usage> {
        let mut counts: BTreeMap<&str, (usize, usize)> =
            table.rows().map(|row| (row.name(), (0, 0))).collect();
        for volume in self.data.volumes.iter().filter(|volume| volume.bootable) {
            let counted = scope.is_none_or(|scope| self.is_counted(scope, &volume.settings));
            if let Some((running, created)) = counts.get_mut(volume.image_name.as_str())
                && counted
            {
                *created += 1;
                *running += usize::from(volume.runtime_state.as_deref() == Some(RUNNING));
            }
        }
        let usage = counts.into_iter().map(|(name, (running, created))| Usage {
            name: name.to_owned(),
            running,
            created,
        });
        usage.collect()
    }

    fn is_counted(&self, scope: &UsageScope, settings: &str) -> bool {
        self.settings(settings).is_some_and(|settings| {
            settings.kind == OPENSTACK
                && scope.providers.contains(&settings.uuid)
                && (settings.shared || !scope.shared_only)
        })
    }

    fn settings(&self, uuid: &str) -> Option<&WaldurSettings> {
        self.data
            .settings
            .iter()
            .find(|settings| settings.uuid == uuid)
    }

    fn wanted<'a>(&self, viewer: &'a Viewer, tests: &'a [RowTest]) -> Wanted<'a> {
        let tests = tests.iter().map(|test| self.prepare(test));
        Wanted::new(viewer, tests.collect())
    }

    fn prepare<'a>(&self, test: &'a RowTest) -> Prepared<'a> {
        match test {
            RowTest::NameHas(text) => Prepared::NameHas(letters::upper(text)),
            RowTest::NameIs(text) => Prepared::NameIs(text),
            RowTest::OfSettings(uuid) => Prepared::OfSettings(uuid.clone()),
            RowTest::OfTenant(uuid) => Prepared::LinkedTo(self.tenants(|of, _| of == *uuid)),
            RowTest::OfOffering(uuid) => self.prepare_offering(uuid),
            RowTest::Rescue(wanted) => Prepared::Rescue(*wanted),
            RowTest::Never => Prepared::LinkedTo(HashSet::new()),
        }
    }

    /// An offering reaches the images of its tenant, or those of any tenant of its cloud; the
    /// images of the cloud itself when that has no tenants.
    fn prepare_offering<'a>(&self, uuid: &str) -> Prepared<'a> {
        let offerings = &self.data.offerings;
        let offering = offerings.iter().find(|offering| offering.uuid == uuid);
        let Some(scope) = offering.and_then(|offering| offering.scope.as_deref()) else {
            return Prepared::LinkedTo(HashSet::new());
        };
        let of_scope = self.tenants(|tenant, settings| tenant == scope || settings == scope);
        if of_scope.is_empty() && self.settings(scope).is_some() {
            return Prepared::OfSettings(scope.to_owned());
        }
        Prepared::LinkedTo(of_scope)
    }

    /// The places of the tenants that `wanted` says yes to, by their uuid and their cloud's.
    fn tenants(&self, wanted: impl Fn(&str, &str) -> bool) -> HashSet<usize> {
        let tenants = self.data.tenants.iter().enumerate();
        let wanted = tenants.filter(|(_, tenant)| wanted(&tenant.uuid, &tenant.settings));
        wanted.map(|(place, _)| place).collect()
    }
}

impl Clouds {
    /// Looks at the rows of the store as it is now.
    fn current<T>(
        &self,
        store: &Arc<Store>,
        look: impl FnOnce(&Table) -> T,
    ) -> Result<T, StoreError> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let is_current = table.as_ref().is_some_and(|table| table.is_current(store));
        if is_current && let Some(table) = table.as_ref() {
            return Ok(look(table));
        }
        drop(table);
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        let followed = match table.as_mut() {
            Some(table) => table.follow(store, &self.known.data, &self.known.pulled)?,
            None => false,
        };
        if let Some(table) = table.as_ref().filter(|_| followed) {
            return Ok(look(table));
        }
        let made = Table::of(store, &self.known.data, &self.known.pulled)?;
        Ok(look(table.insert(made)))
    }
}
