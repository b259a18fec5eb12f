//! Stores that share the texts of their seed, against a model that knows nothing of texts.

use super::{File, a_name, image, listing};
use crate::domain::property_tests::cases;
use crate::domain::{Image, ImageTexts, ListForm, ListedImage, TextMaker};
use crate::store::spool::{Place, Spool};
use crate::store::{Change, Listing, Seed, Store, StoreError, rows};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A name that its lists have no text for.
const TEXTLESS: &str = "textless";

const MAKER: TextMaker = TextMaker {
    version: 1,
    make: |image| {
        let text = |form| text(image, form).map(String::into_bytes);
        ImageTexts {
            json: text("json"),
            xml: text("xml"),
            glance: text("glance"),
        }
    },
};

fn text(image: &Image, form: &str) -> Option<String> {
    let name = image.name.as_deref().unwrap_or_default();
    (name != TEXTLESS).then(|| format!("{form} {} {name}", image.id))
}

fn spool(name: &str) -> Spool {
    Spool::at(&Place::Temporary(name.to_owned()))
}

fn of(seed: &Seed, name: &str) -> Arc<Store> {
    let name = format!("shared-{name}");
    let spool = spool(&name);
    Arc::new(Store::of(seed, name, MAKER, spool).unwrap())
}

/// What each form lists.
fn forms(store: &Arc<Store>) -> [Vec<String>; 3] {
    [ListForm::Json, ListForm::Xml, ListForm::Glance].map(|form| rest(&mut begin(store, form)))
}

fn begin(store: &Arc<Store>, form: ListForm) -> Listing {
    Listing::of(Arc::clone(store), listing(), form)
}

fn rest(listing: &mut Listing) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(slice) = listing.next(3).unwrap() {
        slice.each(&mut |image| {
            found.push(match image {
                ListedImage::Text(text) => String::from_utf8_lossy(text).into_owned(),
                ListedImage::Whole(image) => format!("whole {}", image.id),
                ListedImage::Entry { id, .. } => format!("entry {id}"),
            });
        });
        listing.give_back(slice);
    }
    found
}

type Model = BTreeMap<String, Image>;

fn expected(model: &Model) -> [Vec<String>; 3] {
    let mut images: Vec<_> = model.values().collect();
    images.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
    ["json", "xml", "glance"].map(|form| {
        let texts = images.iter();
        let texts =
            texts.map(|image| text(image, form).unwrap_or_else(|| format!("whole {}", image.id)));
        texts.collect()
    })
}

#[derive(Clone, Debug)]
enum Step {
    Rename(u8, &'static str),
    Remove(u8),
    Add(u8),
    /// A write that is taken back after its texts were written.
    TakeBack(u8),
    Reset,
    /// Goes on in a copy of the store.
    Copy,
    /// Goes back to a snapshot that was just taken, in memory or in a file.
    Restore(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let number = || 0_u8..24;
    let step = prop_oneof![
        4 => (number(), prop_oneof![Just("new"), Just("longer than it was"), Just(TEXTLESS)])
            .prop_map(|(number, name)| Step::Rename(number, name)),
        3 => number().prop_map(Step::Remove),
        3 => number().prop_map(Step::Add),
        2 => number().prop_map(Step::TakeBack),
        1 => Just(Step::Reset),
        1 => Just(Step::Copy),
        1 => any::<bool>().prop_map(Step::Restore),
    ];
    prop::collection::vec(step, 1..24)
}

/// Knows the images of a store, and looks again at those that are said to have changed.
struct Follower {
    store: Arc<Store>,
    generation: u64,
    known: Model,
}

impl Follower {
    fn of(store: &Arc<Store>) -> Self {
        let images = store.images(&listing()).unwrap().into_iter();
        Self {
            generation: store.generation(),
            known: images.map(|image| (image.id.clone(), image)).collect(),
            store: Arc::clone(store),
        }
    }

    /// What it knows of a store by now.
    fn follow(&mut self, store: &Arc<Store>) -> &Model {
        let changed = store.changed_behind(self.generation);
        let Some(changed) = changed.filter(|_| Arc::ptr_eq(store, &self.store)) else {
            *self = Self::of(store);
            return &self.known;
        };
        self.generation = store.generation();
        for id in changed {
            match store.image(&id).unwrap() {
                Some(image) => _ = self.known.insert(id, image),
                None => _ = self.known.remove(&id),
            }
        }
        &self.known
    }
}

/// A store and what it should hold.
struct Pair {
    seed: Arc<Seed>,
    store: Arc<Store>,
    model: Model,
    begun: usize,
}

impl Pair {
    fn change(&mut self, number: u8, change: impl Fn(Option<Image>) -> Change<()>) {
        let id = image(number).id;
        let decide = |image| Ok::<_, StoreError>(change(image));
        self.store.change(&id, decide).unwrap();
        match change(self.model.get(&id).cloned()) {
            Change::Put(image, ()) => _ = self.model.insert(id, *image),
            Change::Remove(()) => _ = self.model.remove(&id),
            Change::Keep(()) => {}
        }
    }

    fn take(&mut self, step: &Step) {
        self.begun += 1;
        match step {
            Step::Rename(number, name) => self.change(*number, |image| match image {
                Some(mut image) => {
                    image.name = Some((*name).to_owned());
                    Change::Put(Box::new(image), ())
                }
                None => Change::Keep(()),
            }),
            Step::Remove(number) => self.change(*number, |_| Change::Remove(())),
            Step::Add(number) => {
                self.change(*number, |_| Change::Put(Box::new(image(*number)), ()));
            }
            Step::TakeBack(number) => {
                let mut image = image(*number);
                image.name = Some("never".to_owned());
                let taken_back = self.store.database.write_all(|tables| {
                    rows::put(tables, &MAKER, &image)?;
                    Err::<(), _>(StoreError::Busy)
                });
                assert!(matches!(taken_back, Err(StoreError::Busy)));
            }
            Step::Reset => {
                self.store.return_to(&self.seed).unwrap();
                self.model = seeded();
            }
            Step::Copy => {
                let name = format!("shared-copy-{:p}-{}", self.store, self.begun);
                self.store = Arc::new(self.store.copy(name).unwrap());
            }
            Step::Restore(in_file) => {
                let file = File::new(&format!("shared-{:p}-{}", self.store, self.begun));
                let path = in_file.then_some(file.0.as_path());
                let mut snapshot = self.store.snapshot(path).unwrap();
                if let Some(path) = path {
                    drop(snapshot);
                    snapshot = Seed::at(path, &MAKER).unwrap();
                }
                self.store.return_to(&snapshot).unwrap();
            }
        }
    }
}

fn seeded() -> Model {
    let images = (0..17).map(image);
    images.map(|image| (image.id.clone(), image)).collect()
}

fn seed() -> Arc<Seed> {
    let seed = Seed::of::<StoreError>(a_name(), 17, MAKER, |add| {
        (0..17).map(image).try_for_each(add)
    });
    Arc::new(seed.unwrap())
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn stores_of_a_seed_list_what_they_hold(steps in steps()) {
        let seed = seed();
        let name = format!("{:p}", Arc::as_ptr(&seed));
        let other = of(&seed, &format!("other-{name}"));
        let store = of(&seed, &name);
        let mut follower = Follower::of(&store);
        let mut pair = Pair { seed, store, model: seeded(), begun: 0 };
        for step in &steps {
            let mut under_way = begin(&pair.store, ListForm::Xml);
            let before = expected(&pair.model);
            let first = under_way.next(3).unwrap();
            let shown = first.map_or(0, |slice| slice.len());
            pair.take(step);
            prop_assert_eq!(&forms(&pair.store), &expected(&pair.model), "{:?}", step);
            prop_assert_eq!(follower.follow(&pair.store), &pair.model, "{:?}", step);
            // A list goes on with the data that it began with, whatever came in their place.
            if let Step::Reset | Step::Restore(_) = step {
                let [_, xml, _] = before;
                prop_assert_eq!(rest(&mut under_way), &xml[shown..], "{:?}", step);
            }
        }
        // Nothing of all this is the seed's, or another store's.
        prop_assert_eq!(forms(&other), expected(&seeded()));
        prop_assert_eq!(forms(&of(&pair.seed, &format!("late-{name}"))), expected(&seeded()));
    }
}

/// Also where none of its rows has a text any more.
#[test]
fn a_block_of_its_own_hides_the_seeds() {
    let store = of(&seed(), "hides");
    let mut model = seeded();
    for number in [15, 16] {
        let id = image(number).id;
        let decide = |image: Option<Image>| {
            let mut image = image.unwrap();
            image.name = Some(TEXTLESS.to_owned());
            Ok::<_, StoreError>(Change::Put(Box::new(image), ()))
        };
        store.change(&id, decide).unwrap();
        model.get_mut(&id).unwrap().name = Some(TEXTLESS.to_owned());
    }
    assert_eq!(forms(&store), expected(&model));
}

/// They are most of what a store takes, and copies do not have them again.
#[test]
fn a_copy_has_no_texts_of_its_own() {
    let store = of(&seed(), "no-texts");
    let counted = || {
        let sql = "SELECT (SELECT count(*) FROM image_json) + (SELECT count(*) FROM image_xml) \
             + (SELECT count(*) FROM image_glance)";
        let counted = store.database.read(|tables| {
            let count: i64 = tables.query_row(sql, [], |row| row.get(0))?;
            Ok(count)
        });
        counted.unwrap()
    };
    assert_eq!(counted(), 0);
    let rename = |image: Option<Image>| {
        let mut image = image.unwrap();
        image.name = Some("new".to_owned());
        Ok::<_, StoreError>(Change::Put(Box::new(image), ()))
    };
    store.change("id-03", rename).unwrap();
    store.change("id-04", rename).unwrap();
    assert_eq!(counted(), 3);
}
