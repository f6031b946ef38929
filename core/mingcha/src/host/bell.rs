//! Rings when something changed, and says nothing else: whoever hears it asks for its page again.
//!
//! Everybody who opened the same folder in this process hears the same bell. What another process changes is not heard;
//! the next page shows it all the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use super::guard::{guarded, lock};

/// Whoever wants to know that a page may be out of date.
pub trait Observer: Send + Sync {
    /// Something changed: what is shown may be asked for again. Called on the thread that made the change, after it is
    /// durable, and often: it should note it and return. What it throws is ignored.
    fn changed(&self);
}

/// One ear of a device: at most one observer.
#[derive(Default)]
pub(super) struct Ear(Mutex<Option<Arc<dyn Observer>>>);

impl Ear {
    pub fn listen(&self, observer: Option<Arc<dyn Observer>>) {
        *lock(&self.0) = observer;
    }
}

/// The bell of one folder.
#[derive(Default)]
pub(super) struct Bell(Mutex<Vec<Weak<Ear>>>);

static BELLS: Mutex<BTreeMap<PathBuf, Weak<Bell>>> = Mutex::new(BTreeMap::new());

impl Bell {
    /// The bell of this folder, the same for all who ask while one of them holds it.
    pub fn of(folder: &Path) -> Arc<Self> {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let mut bells = lock(&BELLS);
        bells.retain(|_, bell| bell.strong_count() > 0);
        if let Some(bell) = bells.get(&folder).and_then(Weak::upgrade) {
            return bell;
        }
        let bell = Arc::new(Self::default());
        bells.insert(folder, Arc::downgrade(&bell));
        bell
    }

    /// Gives out one more ear.
    pub fn ear(&self) -> Arc<Ear> {
        let ear = Arc::new(Ear::default());
        let mut ears = lock(&self.0);
        ears.retain(|known| known.strong_count() > 0);
        ears.push(Arc::downgrade(&ear));
        ear
    }

    /// Tells everybody, outside of every lock. An observer that panics harms nobody.
    pub fn ring(&self) {
        let ears: Vec<Arc<Ear>> = lock(&self.0).iter().filter_map(Weak::upgrade).collect();
        for ear in ears {
            let observer = lock(&ear.0).clone();
            if let Some(observer) = observer {
                let _ = guarded(|| {
                    observer.changed();
                    Ok(())
                });
            }
        }
    }
}
