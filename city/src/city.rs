//! One city in one folder: what its office may do to it, whether it is serving at the moment or not.
//!
//! Every verb here is one transaction on the ledger, so that a command works beside a serving process. Nothing is
//! cached between two of them; what people and phones say comes in through [`City::serve`] alone.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use mingcha_model::body::{Body, DeviceRevoke, GrantSet, PersonSet};
use mingcha_model::{AreaId, DeviceId, FeedName, Grants, Kinds, PersonId, Role, UnitId};
use mingcha_sync::{LARGEST_SEGMENT_BYTES, Signer as _};

use crate::follow::Follower;
use crate::key::CitySecret;
use crate::ledger::{Ledger, Turn};
use crate::load::{Known, Load};
use crate::strip::PublishedStrip;
use crate::uploads::Turns;
use crate::writer::Writer;
use crate::{CityError, Ports, apply, enrol, key, private, serve};

/// A city, opened. Clones are the same city.
#[derive(Clone)]
pub struct City {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) dir: PathBuf,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) secret: Arc<CitySecret>,
    pub(crate) writer: Writer,
    pub(crate) follower: Follower,
    pub(crate) ports: Ports,
    pub(crate) uploads: Turns,
    pub(crate) strip: OnceLock<PublishedStrip>,
}

/// A person to enrol, or somebody's next phone.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// What they are.
    pub role: Role,
    /// Where they work: for inspectors and supervisors, at least one. Leave empty for somebody's next phone.
    pub areas: Vec<AreaId>,
    /// The unit that a contact speaks for.
    pub unit: Option<UnitId>,
    /// What colleagues call them.
    pub name: String,
    /// Somebody whom the city knows already.
    pub person: Option<PersonId>,
}

/// A one-time code for one phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolCode {
    /// Twelve letters and digits, `XXXX-XXXX-XXXX`; valid for seven days of the city's time. Shown once.
    pub code: String,
    /// Whose.
    pub person: PersonId,
}

/// A device as the office sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Which.
    pub device: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// What colleagues call them.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// When it was enrolled, in Unix milliseconds of the city.
    pub enrolled_millis: i64,
    /// When it was revoked.
    pub revoked_millis: Option<i64>,
}

/// A person as the office sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonListed {
    /// Which.
    pub person: PersonId,
    /// What colleagues call them.
    pub name: String,
    /// What they may do now.
    pub grants: Grants,
    /// The codes of their areas, or of their unit.
    pub codes: Vec<String>,
    /// How many of their devices are not revoked.
    pub devices: u64,
}

/// When a sample city was founded: midnight of 2025-01-01 in Asia/Shanghai, in Unix milliseconds.
const SAMPLE_FOUNDED_MILLIS: i64 = 1_735_660_800_000;

impl City {
    /// Founds a city in a folder that holds none.
    pub fn init(dir: &Path) -> Result<Self, CityError> {
        Self::found(dir, false, Ports::default())
    }

    /// Founds a city to try things in: its clock may be set, and stands at the first of January 2025 until it is.
    ///
    /// What an office loads into it then stands before every story that is told with it: an order never goes back.
    pub fn init_sample(dir: &Path) -> Result<Self, CityError> {
        Self::init_sample_with(dir, Ports::default())
    }

    /// The same with a clock and chance of one's own, so that everything it says can be told again word for word.
    pub fn init_sample_with(dir: &Path, ports: Ports) -> Result<Self, CityError> {
        let city = Self::found(dir, true, ports)?;
        city.set_clock(Some(SAMPLE_FOUNDED_MILLIS))?;
        Ok(city)
    }

    fn found(dir: &Path, sample: bool, ports: Ports) -> Result<Self, CityError> {
        private::folder(dir)?;
        if dir.join("city.key").exists() || dir.join("city.db").exists() {
            return Err(CityError::AlreadyACity);
        }
        key::make(&dir.join("city.key"), &ports)?;
        let secret = Arc::new(key::open(&dir.join("city.key"))?);
        private::file(&dir.join("city.db"))?;
        Ledger::open(&dir.join("city.db"), ports.clone(), secret)?
            .write(|turn| turn.set_setting("sample", i64::from(sample)))?;
        Self::open_with(dir, ports)
    }

    /// Opens the city in this folder: `city.db`, `city.key`, `photos/` and its read model `read.db`.
    pub fn open(dir: &Path) -> Result<Self, CityError> {
        Self::open_with(dir, Ports::default())
    }

    fn open_with(dir: &Path, ports: Ports) -> Result<Self, CityError> {
        if !dir.join("city.db").exists() {
            return Err(CityError::NotACity);
        }
        let secret = Arc::new(key::open(&dir.join("city.key"))?);
        private::close(dir)?;
        // What a restore that was killed in its last step left is an empty folder.
        let _ = std::fs::remove_dir(dir.join("restoring"));
        let ledger = Arc::new(Ledger::open(&dir.join("city.db"), ports.clone(), Arc::clone(&secret))?);
        is_own_key(&ledger, &secret)?;
        let writer = Writer::new(Arc::clone(&ledger), Arc::clone(&secret));
        let follower = Follower::new(dir);
        let uploads = Turns::default();
        let (dir, strip) = (dir.to_owned(), OnceLock::new());
        Ok(Self { inner: Arc::new(Inner { dir, ledger, secret, writer, follower, ports, uploads, strip }) })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// The city's time in Unix milliseconds.
    pub fn now_millis(&self) -> Result<i64, CityError> {
        self.inner.ledger.read(|look| Ok(look.now))
    }

    /// Errors unless the city can take what a phone may send next: its ledger answers and its disk has room.
    pub(crate) fn is_ready(&self) -> Result<(), CityError> {
        self.now_millis()?;
        // Photos may lie on a disk of their own.
        for folder in [self.dir().to_owned(), self.dir().join("photos")] {
            let probe = folder.join("ready.probe");
            let written = write_probe(&probe);
            // Half a file takes room all the same. Somebody who asked at the same time may have removed it.
            let _ = std::fs::remove_file(&probe);
            written?;
        }
        Ok(())
    }

    /// What the city holds already and a file may refer to.
    pub fn known(&self) -> Result<Known, CityError> {
        self.inner.ledger.read(|look| {
            let mut known = Known {
                areas: look.areas()?.into_iter().map(|(area, code)| (code, area)).collect(),
                units: look.units()?.into_iter().map(|(unit, code, area)| (code, (unit, area))).collect(),
                ..Known::default()
            };
            let (kinds, refused) = Kinds::embedded().with_all(look.window_kinds()?);
            if !refused.is_empty() {
                return Err(CityError::Inconsistent("the kinds of windows"));
            }
            known.kinds = kinds;
            for set in look.criteria(&known.kinds)? {
                if let Some((toml, retired)) = look.published_criteria(set.code.as_str(), set.version)? {
                    let version = (set.code.to_string(), set.version);
                    if retired {
                        known.retired.insert(version.clone());
                    }
                    known.published.insert(version, toml);
                }
                if !known.sets.iter().any(|one| (&one.code, one.version) == (&set.code, set.version)) {
                    known.sets.push(set);
                }
            }
            Ok(known)
        })
    }

    /// Takes over what a file asks for: all of it or nothing. How many entries were written; the same again writes none.
    pub fn apply(&self, load: &Load) -> Result<u64, CityError> {
        self.inner.ledger.write(|turn| apply::apply(turn, load))
    }

    /// A one-time code for a new person, or for the next phone of somebody known.
    pub fn enrol_code(&self, new: NewPerson) -> Result<EnrolCode, CityError> {
        let code = self.inner.ports.code()?;
        self.inner.ledger.write(move |turn| {
            let person = if let Some(person) = new.person {
                known_person(turn, person, &new)?
            } else {
                let person = PersonId::from_random(turn.ports.bytes()?);
                add_person(turn, &new, person)?
            };
            turn.add_code(&enrol::hash_of_code(&code), person)?;
            let (first, rest) = code.split_at_checked(4).unwrap_or((&code, ""));
            let (second, third) = rest.split_at_checked(4).unwrap_or((rest, ""));
            Ok(EnrolCode { code: format!("{first}-{second}-{third}"), person })
        })
    }

    /// Lets a person work in an area from now on; nothing happens when they may already.
    pub fn grant(&self, person: PersonId, area: AreaId) -> Result<(), CityError> {
        self.inner.ledger.write(|turn| {
            let known = turn.person(person)?.ok_or(CityError::UnknownPerson)?;
            turn.area_code(area)?.ok_or(CityError::UnknownArea)?;
            if !matches!(known.grants.role, Role::Inspector | Role::Supervisor) {
                return Err(CityError::RoleNeeds);
            }
            if turn.place_person(person, area)? { tell_grants(turn, person) } else { Ok(()) }
        })
    }

    /// Ends that from now on.
    pub fn revoke(&self, person: PersonId, area: AreaId) -> Result<(), CityError> {
        self.inner.ledger.write(|turn| {
            turn.person(person)?.ok_or(CityError::UnknownPerson)?;
            turn.area_code(area)?.ok_or(CityError::UnknownArea)?;
            if turn.displace_person(person, area)? { tell_grants(turn, person) } else { Ok(()) }
        })
    }

    /// Every person with what they may do now, in the order in which they came.
    pub fn people(&self) -> Result<Vec<PersonListed>, CityError> {
        self.inner.ledger.read(|look| {
            let devices = look.devices()?;
            let mut people = Vec::new();
            for person in look.people()? {
                let known = look.person(person)?.ok_or(CityError::UnknownPerson)?;
                let mut codes = Vec::new();
                for area in &known.grants.areas {
                    codes.extend(look.area_code(*area)?);
                }
                if let Some(unit) = known.grants.unit {
                    codes.extend(look.unit(unit)?.map(|unit| unit.code));
                }
                let own = devices.iter().filter(|device| device.person == person && device.revoked.is_none()).count();
                let devices = u64::try_from(own).unwrap_or(u64::MAX);
                people.push(PersonListed { person, name: known.name, grants: known.grants, codes, devices });
            }
            Ok(people)
        })
    }

    /// Every device, oldest first.
    pub fn devices(&self) -> Result<Vec<Device>, CityError> {
        self.inner.ledger.read(|look| {
            let mut devices = Vec::new();
            for row in look.devices()? {
                let person = look.person(row.person)?.ok_or(CityError::UnknownPerson)?;
                devices.push(Device {
                    device: row.device,
                    person: row.person,
                    name: person.name,
                    role: person.grants.role,
                    enrolled_millis: row.enrolled,
                    revoked_millis: row.revoked,
                });
            }
            Ok(devices)
        })
    }

    /// Revokes a device: what it sends from now on is received and held, and it reads nothing more.
    pub fn revoke_device(&self, device: DeviceId) -> Result<(), CityError> {
        self.inner.ledger.write(|turn| {
            let row = turn.device(device)?.ok_or(CityError::UnknownDevice)?;
            if turn.revoke_device(device)? {
                let said = Body::DeviceRevoke(DeviceRevoke { device });
                turn.say(FeedName::Person(row.person), device.into(), &said, &[])?;
            }
            Ok(())
        })
    }

    /// Sets the city's time, or lets it follow the machine's again. Only for a city made by [`Self::init_sample`].
    pub fn set_clock(&self, unix_millis: Option<i64>) -> Result<(), CityError> {
        self.inner.ledger.write(|turn| {
            if turn.setting("sample")? != Some(1) {
                return Err(CityError::NotASample);
            }
            let system = turn.ports.millis();
            turn.set_setting("clock_offset_millis", unix_millis.map_or(0, |millis| millis.saturating_sub(system)))
        })
    }

    /// Serves phones on this listener until told to stop. Blocks; several cities may serve in one process.
    pub fn serve(&self, listener: TcpListener, stop: &Stop) -> Result<(), CityError> {
        serve::serve(self, listener, stop, false)
    }

    /// Serves phones on this listener until SIGTERM or Ctrl-C. Blocks.
    pub fn serve_until_signal(&self, listener: TcpListener) -> Result<(), CityError> {
        serve::serve(self, listener, &Stop::new(), true)
    }
}

pub use serve::Stop;

fn add_person(turn: &mut Turn<'_>, new: &NewPerson, person: PersonId) -> Result<PersonId, CityError> {
    let fits = match new.role {
        Role::Contact => new.unit.is_some() && new.areas.is_empty(),
        Role::Inspector | Role::Supervisor => new.unit.is_none() && !new.areas.is_empty(),
        Role::Office | Role::Auditor => new.unit.is_none() && new.areas.is_empty(),
    };
    if !fits {
        return Err(CityError::RoleNeeds);
    }
    if let Some(unit) = new.unit {
        turn.unit(unit)?.ok_or(CityError::UnknownUnit)?;
    }
    turn.add_person(person, new.role, new.unit, &new.name)?;
    for area in &new.areas {
        turn.area_code(*area)?.ok_or(CityError::UnknownArea)?;
        turn.place_person(person, *area)?;
    }
    tell_grants(turn, person)?;
    Ok(person)
}

fn known_person(turn: &mut Turn<'_>, person: PersonId, new: &NewPerson) -> Result<PersonId, CityError> {
    let Some(known) = turn.person(person)? else {
        // Somebody who came after the backup keeps their id: their phone and their work have it.
        return match turn.restored_millis()? {
            Some(_) => add_person(turn, new, person),
            None => Err(CityError::UnknownPerson),
        };
    };
    let known = known.grants;
    let differs = known.role != new.role
        || new.areas.iter().any(|area| !known.areas.contains(area))
        || new.unit.is_some_and(|unit| known.unit != Some(unit));
    if differs { Err(CityError::PersonDiffers) } else { Ok(person) }
}

/// As much as one push may bring, onto the disk.
fn write_probe(path: &Path) -> Result<(), CityError> {
    let mut file = private::create(path, false)?;
    file.write_all(&vec![1; LARGEST_SEGMENT_BYTES.saturating_mul(2)])?;
    Ok(file.sync_all()?)
}

/// Phones believe one key for ever: what another one signed would be refused by them, and be kept here for them.
fn is_own_key(ledger: &Ledger, secret: &CitySecret) -> Result<(), CityError> {
    let public = secret.public_key().0;
    let founded = ledger.read(|look| {
        let key = look.city_key()?;
        Ok(key)
    })?;
    match founded {
        None => ledger.write(|turn| turn.set_city_key(&public)),
        Some(founded) if founded == public => Ok(()),
        Some(_) => Err(CityError::OtherKey),
    }
}

/// Tells the person what they may do now, and the staff who they are.
fn tell_grants(turn: &mut Turn<'_>, person: PersonId) -> Result<(), CityError> {
    let known = turn.person(person)?.ok_or(CityError::UnknownPerson)?;
    let Grants { role, areas, unit } = known.grants;
    let granted = Body::GrantSet(GrantSet { role, areas: areas.clone(), unit });
    turn.say_if_new(FeedName::Person(person), person.into(), &granted, &[])?;
    let named = Body::PersonSet(PersonSet { role, areas, unit });
    turn.say_if_new(FeedName::Staff, person.into(), &named, &[&known.name])?;
    Ok(())
}
