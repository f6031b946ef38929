//! One phone, opened: what every call stands on.
//!
//! Opening migrates the store, sweeps the photo folder and reads who this phone belongs to. It talks to no network.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use mingcha_evidence::{FileKey, Sweep, Vault, VaultKey};
use mingcha_model::{Catalogue, DeviceId, Digest, Grants, LogId, PersonId};
use mingcha_store::{FileState, Mark, Store, StoreError, StoreKey};
use mingcha_sync::{CityKey, PublicKey, Signer};
use minicbor::{Decode, Encode};

use crate::home::Home;
use crate::http::Stop;
use crate::photos::Known;
use crate::ports::{Chance, Clock, Ports};
use crate::{FeedRow, MingchaError, Mistake, Status};

/// One phone.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("mingcha-doc-{}", std::process::id()));
/// use mingcha::{Keys, Phone, Ports, SystemChance, SystemClock};
/// let keys = Keys::in_folder(&folder, &SystemChance)?;
/// let ports = Ports { clock: Box::new(SystemClock), chance: Box::new(SystemChance), keys };
/// let mut phone = Phone::open(&folder, ports)?;
/// assert!(!phone.status()?.enrolled);
/// # drop(phone); std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), mingcha::MingchaError>(())
/// ```
pub struct Phone {
    pub(crate) home: Home,
    pub(crate) store: Store,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) chance: Box<dyn Chance>,
    pub(crate) signer: Box<dyn Signer + Send + Sync>,
    pub(crate) sweep: Sweep,
    /// What photos are found by, when the same picture comes again.
    pub(crate) known: Mutex<Known>,
    /// The criteria as they were last read, and what they were read from.
    pub(crate) criteria: Mutex<Option<(Vec<Mark>, Arc<Catalogue>)>>,
    /// Ends what this phone does by HTTP.
    pub(crate) stop: Stop,
    pub(crate) me: Option<Me>,
}

/// How often something is done whose ground other processes change at the same moment.
const ATTEMPTS: u8 = 8;

/// Who this phone belongs to and how it reaches the city: kept in the encrypted store.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Me {
    #[n(0)]
    pub person: PersonId,
    #[n(1)]
    pub grants: Grants,
    #[n(2)]
    pub device: DeviceId,
    #[n(3)]
    pub log: LogId,
    #[n(4)]
    pub url: String,
    #[n(5)]
    pub token: String,
    #[n(6)]
    pub city_key: CityKey,
}

const ME: &str = "me";
const OWN_KEYS: &str = "own_keys";

impl Phone {
    /// Opens the phone in this folder; an empty folder is a new phone.
    pub fn open(folder: &Path, ports: Ports) -> Result<Self, MingchaError> {
        let home = Home::at(folder)?;
        let mut store = Store::open(&home.store(), &StoreKey::raw(*ports.keys.store))?;
        let vault =
            Vault::open(&home.photos(), VaultKey::from_bytes(*ports.keys.photos)).map_err(MingchaError::file)?;
        let vault = Arc::new(vault);
        let asked = Arc::clone(&vault);
        store.ask_for_files(move |file| {
            let key = file.key.as_ref().map(|key| FileKey::from_bytes(**key));
            key.is_some_and(|key| asked.holds(&file.sha256, &key))
        });
        let known = names_of_files(&store)?;
        let sweep = vault.sweep(&known).map_err(MingchaError::file)?;
        let mut phone = Self {
            home,
            store,
            vault,
            clock: ports.clock,
            chance: ports.chance,
            signer: ports.keys.signer,
            sweep,
            known: Mutex::default(),
            criteria: Mutex::default(),
            stop: Stop::default(),
            me: None,
        };
        phone.me = phone.setting(ME)?;
        phone.stand_in_an_open_log()?;
        Ok(phone)
    }

    /// A process killed while a log was given up left its successor open: that one is written to from now on.
    fn stand_in_an_open_log(&mut self) -> Result<(), MingchaError> {
        let Some(me) = self.me.clone() else { return Ok(()) };
        let logs = self.store.logs()?;
        if logs.iter().any(|log| log.log == me.log && !log.closed) {
            return Ok(());
        }
        match logs.iter().rev().find(|log| !log.closed && log.covert_visit.is_none()) {
            Some(open) => self.become_me(Me { log: open.log, ..me }),
            None => Ok(()),
        }
    }

    /// Reads again whose phone this is: another opening of the same folder may have enrolled it, or given a log up.
    pub(crate) fn look_again(&mut self) -> Result<(), MingchaError> {
        self.me = self.setting(ME)?;
        Ok(())
    }

    /// The public keys under which this phone was enrolled, the present one last.
    pub(crate) fn own_keys(&self) -> Result<Vec<PublicKey>, MingchaError> {
        Ok(self.setting(OWN_KEYS)?.unwrap_or_default())
    }

    /// False when the key that this phone was enrolled with is gone: another one signs now, which the city does not know.
    pub(crate) fn holds_its_key(&self) -> Result<bool, MingchaError> {
        Ok(self.me.is_none() || self.own_keys()?.last() == Some(&self.signer.public_key()))
    }

    /// Remembers the key that this phone is enrolled with from now on.
    pub(crate) fn keep_key(&mut self) -> Result<(), MingchaError> {
        let mut keys = self.own_keys()?;
        let key = self.signer.public_key();
        if keys.last() != Some(&key) {
            keys.push(key);
        }
        self.put_setting(OWN_KEYS, &keys)
    }

    /// Who this phone belongs to; an error with advice while nobody.
    pub(crate) fn me(&self) -> Result<&Me, MingchaError> {
        self.me.as_ref().ok_or_else(|| Mistake::NotEnrolled.into())
    }

    pub(crate) fn is_enrolled(&self) -> bool {
        self.me.is_some()
    }

    pub(crate) fn become_me(&mut self, me: Me) -> Result<(), MingchaError> {
        self.put_setting(ME, &me)?;
        self.me = Some(me);
        Ok(())
    }

    /// What this person may do, as the city last said.
    pub(crate) fn grants(&self) -> Result<Grants, MingchaError> {
        let me = self.me()?;
        Ok(self
            .store
            .grants(me.person)?
            .map_or_else(|| me.grants.clone(), |set| Grants { role: set.role, areas: set.areas, unit: set.unit }))
    }

    pub(crate) fn setting<T: for<'b> Decode<'b, ()>>(&self, name: &str) -> Result<Option<T>, MingchaError> {
        Ok(self.store.setting(name)?.and_then(|bytes| minicbor::decode(&bytes).ok()))
    }

    pub(crate) fn put_setting<T: Encode<()>>(&mut self, name: &str, value: &T) -> Result<(), MingchaError> {
        // Writing CBOR into memory cannot fail.
        let bytes = minicbor::to_vec(value).unwrap_or_default();
        Ok(self.store.set_setting(name, Some(&bytes))?)
    }

    /// The state of this phone: who, what waits, where each feed stands.
    pub fn status(&self) -> Result<Status, MingchaError> {
        let waiting = self.store.waiting()?;
        let captured = self.captured_counts()?;
        let attention = self.attention_counts()?;
        let carried = self.carried()?;
        let grants = self.me.as_ref().map(|_| self.grants()).transpose()?;
        Ok(Status {
            enrolled: self.me.is_some(),
            person: self.me.as_ref().map(|me| me.person),
            role: grants.as_ref().map(|grants| grants.role),
            areas: grants.as_ref().map(|grants| grants.areas.clone()).unwrap_or_default(),
            unit: grants.as_ref().and_then(|grants| grants.unit),
            device: self.me.as_ref().map(|me| me.device),
            last_sync: self.last_sync_millis()?.map(mingcha_model::print_millis),
            clock_offset_ms: self.clock_offset()?,
            waiting_ops: waiting.ops,
            waiting_photos: self.waiting_photos()?,
            unfinished_photos: captured.waiting,
            unusable_photos: captured.unusable,
            backup: self.city_backup()?,
            last_backup: self.city_backup_millis()?.map(mingcha_model::print_millis),
            refused: attention.refused,
            held: attention.held,
            conflicts: attention.conflicts,
            parked: attention.parked,
            overruled: attention.overruled,
            recovered_photos: u64::try_from(self.recovered()?.len()).unwrap_or(u64::MAX),
            missing_photos: u64::try_from(self.sweep.missing_files.len()).unwrap_or(u64::MAX),
            waiting_parcels: carried.waiting,
            refused_parcels: carried.refused,
            feeds: self
                .store
                .feeds()?
                .into_iter()
                .map(|feed| FeedRow {
                    feed: feed.name.to_string(),
                    epoch: feed.cursor.epoch,
                    cursor: feed.cursor.position,
                    hash: feed.hash,
                })
                .collect(),
        })
    }
}

impl Phone {
    /// Does this, and again where the store says that another process was faster; a defect that looks alike is told then.
    pub(crate) fn again_where<T>(
        &mut self,
        is_in_the_way: impl Fn(&StoreError) -> bool,
        work: &mut dyn FnMut(&mut Self) -> Result<T, MingchaError>,
    ) -> Result<T, MingchaError> {
        for _ in 1..ATTEMPTS {
            match work(self) {
                Err(MingchaError::Store(error)) if is_in_the_way(&error) => {}
                other => return other,
            }
        }
        work(self)
    }
}

/// The names of all files that rows say are here.
fn names_of_files(store: &Store) -> Result<BTreeSet<Digest>, MingchaError> {
    let mut names = BTreeSet::new();
    for state in [FileState::Local, FileState::Sent, FileState::Safe] {
        names.extend(store.photo_files_in(state, u32::MAX)?.into_iter().map(|file| file.sha256));
    }
    Ok(names)
}
