//! What is refused changes nothing.

use super::{FIRST, image, listed};
use crate::store::{Change, Location, Store, StoreError};

#[test]
fn a9_a_refused_write_is_no_write() {
    let store = Store::open(Location::Memory("refused".to_owned()), FIRST).unwrap();
    store.load(&[image(1), image(2)]).unwrap();
    let before = store.generation();
    for id in ["id-01", "unknown"] {
        let refused = store.change(id, |found| -> Result<Change<()>, Option<StoreError>> {
            assert_eq!(found.is_some(), id == "id-01");
            Err(None)
        });
        assert!(matches!(refused, Err(None)), "{refused:?}");
    }
    assert_eq!(store.generation(), before);
    store
        .change("id-01", |_| Ok::<_, StoreError>(Change::Remove(())))
        .unwrap();
    assert_eq!(store.generation(), before + 1);
    assert_eq!(listed(&store), ["name-02 1"]);
}
