//! The rows of all images, in order, following the images as they change.

use super::rows::{self, Alike, ImageRow, Placed, Pulled};
use crate::domain::{Image, ListForm, ListedImage, WaldurData};
use crate::store::{Listing, Store, StoreError};
use std::borrow::Borrow;
use std::collections::{BTreeSet, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Images that are looked at one by one however few rows there are.
const FEW: usize = 16;

/// The rows as of a generation of the store.
#[derive(Debug)]
pub struct Table {
    generation: u64,
    rows: BTreeSet<Placed>,
    of_image: HashSet<OfImage>,
    alike: Alike,
}

/// The rows of an image, known by its id.
#[derive(Debug)]
struct OfImage(Box<[Placed]>);

impl Borrow<str> for OfImage {
    fn borrow(&self) -> &str {
        let first = self.0.first();
        first.map_or("", |placed| placed.row.backend_id())
    }
}

impl PartialEq for OfImage {
    fn eq(&self, other: &Self) -> bool {
        let [id, other]: [&str; 2] = [self.borrow(), other.borrow()];
        id == other
    }
}

impl Eq for OfImage {}

impl Hash for OfImage {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let id: &str = self.borrow();
        id.hash(state);
    }
}

impl Table {
    /// Makes the rows of all images there are.
    pub fn of(store: &Arc<Store>, data: &WaldurData, pulled: &Pulled) -> Result<Self, StoreError> {
        // Asked before the images: what changes meanwhile is looked at again.
        let generation = store.generation();
        let mut table = Self {
            generation,
            rows: BTreeSet::new(),
            of_image: HashSet::new(),
            alike: Alike::default(),
        };
        let mut images = Listing::of(Arc::clone(store), rows::every_image(), ListForm::Images);
        while let Some(slice) = images.next(u64::MAX)? {
            slice.each(&mut |image| {
                if let ListedImage::Whole(image) = image {
                    table.put(data, pulled, image);
                }
            });
            images.give_back(slice);
        }
        Ok(table)
    }

    /// Whether nothing has changed since.
    pub fn is_current(&self, store: &Store) -> bool {
        self.generation == store.generation()
    }

    /// Follows what has changed since; says no when that is too long ago to tell, or more than there is here.
    pub fn follow(
        &mut self,
        store: &Store,
        data: &WaldurData,
        pulled: &Pulled,
    ) -> Result<bool, StoreError> {
        let generation = store.generation();
        let changed = store.changed_behind(self.generation);
        let Some(changed) = changed.filter(|ids| ids.len() <= self.of_image.len().max(FEW)) else {
            return Ok(false);
        };
        for id in changed {
            match store.image(&id)? {
                Some(image) => self.put(data, pulled, &image),
                None => self.remove(&id),
            }
        }
        self.generation = generation;
        Ok(true)
    }

    /// The rows, by name; rows of one name in the order in which they became known.
    pub fn rows(&self) -> impl Iterator<Item = &Arc<ImageRow>> {
        self.rows.iter().map(|placed| &placed.row)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Also in place of the rows that the image had: one that changes while all are read may come twice.
    fn put(&mut self, data: &WaldurData, pulled: &Pulled, image: &Image) {
        self.remove(&image.id);
        let rows = rows::of_image(data, pulled, &mut self.alike, image);
        if !rows.is_empty() {
            self.rows.extend(rows.iter().cloned());
            self.of_image.insert(OfImage(rows.into_boxed_slice()));
        }
    }

    fn remove(&mut self, image: &str) {
        for placed in self.of_image.take(image).iter().flat_map(|of| &of.0) {
            self.rows.remove(placed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageRow, Pulled, Table};
    use crate::control::Fixture;
    use crate::domain::{GlanceStatus, Image, ImageTexts, TextMaker, Visibility};
    use crate::service::waldur::defaults;
    use crate::store::{Change, Location, Store, StoreError};
    use std::sync::Arc;

    const NO_TEXTS: TextMaker = TextMaker {
        version: 1,
        make: |_| ImageTexts::default(),
    };

    fn rows(table: &Table) -> Vec<Arc<ImageRow>> {
        table.rows().cloned().collect()
    }

    /// As one does that changes while all are read, slice by slice.
    #[test]
    fn an_image_that_comes_twice_is_there_once() {
        let fixture = Fixture::named("devcloud").unwrap();
        let store = Arc::new(Store::open(Location::Memory("twice".to_owned()), NO_TEXTS).unwrap());
        store.load(&fixture.images).unwrap();
        let (data, _) = defaults::derive(&fixture, &|_| None);
        let pulled = Pulled::of(&data);
        let mut table = Table::of(&store, &data, &pulled).unwrap();
        let count = table.len();
        let mut image = fixture.images.first().unwrap().clone();
        image.name = Some("another name".to_owned());
        table.put(&data, &pulled, &image);
        assert_eq!(table.len(), count);
        let of_image = rows(&table);
        let of_image = of_image.iter().filter(|row| row.backend_id() == image.id);
        assert_eq!(
            of_image.map(|row| row.name()).collect::<Vec<_>>(),
            ["another name"]
        );
    }

    #[test]
    fn following_changes_is_as_good_as_making_all_rows_anew() {
        let fixture = Fixture::named("devcloud").unwrap();
        let location = Location::Memory("following".to_owned());
        let store = Arc::new(Store::open(location, NO_TEXTS).unwrap());
        store.load(&fixture.images).unwrap();
        let (data, _) = defaults::derive(&fixture, &|_| None);
        let pulled = Pulled::of(&data);
        let mut table = Table::of(&store, &data, &pulled).unwrap();
        let changes: [fn(&mut Image); 4] = [
            |image| image.name = Some(format!("new {}", image.id)),
            |image| image.visibility = Visibility::Private,
            |image| image.status = GlanceStatus::Deleted,
            |image| image.hidden = !image.hidden,
        ];
        for (place, image) in fixture.images.iter().enumerate() {
            let change = |image: Option<Image>| -> Result<_, StoreError> {
                let mut image = image.unwrap();
                changes[place % changes.len()](&mut image);
                Ok(match place % 11 {
                    0 => Change::Remove(()),
                    _ => Change::Put(Box::new(image), ()),
                })
            };
            store.change(&image.id, change).unwrap();
            if place % 3 == 0 {
                assert!(table.follow(&store, &data, &pulled).unwrap());
                let anew = Table::of(&store, &data, &pulled).unwrap();
                assert!(table.is_current(&store));
                assert_eq!(rows(&table), rows(&anew));
            }
        }
        // After a reset nobody can say what has changed.
        store.replace_all(&fixture.images).unwrap();
        assert!(!table.follow(&store, &data, &pulled).unwrap());
    }
}
