//! The city of the story: founded with the sample, served over real HTTP on a free port of this machine.
//!
//! Its office is this process; everything else reaches it as it would from afar. It listens on the loopback address
//! alone.

use std::net::TcpListener;
use std::path::Path;
use std::thread::{self, JoinHandle};

use mingcha_city::load::Load;
use mingcha_city::{City, CityError, NewPerson, Stop};
use mingcha_model::Role;

/// Where the story takes place, by the codes of the sample.
pub const AREA: &str = "DH";
/// The unit that is inspected.
pub const UNIT: &str = "MC-TAX";
/// The site that is inspected.
pub const SITE: &str = "TAX-01";

/// What the read model counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub areas: usize,
    pub units: usize,
    pub sites: usize,
    pub visits: usize,
    pub findings: usize,
    pub photos: usize,
}

/// A city that serves.
pub struct Served {
    pub city: City,
    pub url: String,
    listener: TcpListener,
    stop: Stop,
    serving: JoinHandle<Result<(), CityError>>,
}

impl Served {
    /// Founds the sample city in this folder and serves it on a free port.
    pub fn found(folder: &Path) -> Result<Self, CityError> {
        let sample = Load::sample().map_err(|bad| CityError::Load(bad.to_string()))?;
        let city = City::init_sample(folder)?;
        city.apply(&sample)?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let stop = Stop::new();
        let serving = {
            let (city, listener, stop) = (city.clone(), listener.try_clone()?, stop.clone());
            thread::Builder::new().name("demo city".to_owned()).spawn(move || city.serve(listener, &stop))?
        };
        Ok(Self { city, url, listener, stop, serving })
    }

    /// A one-time code for somebody of this role at the place of the story.
    pub fn code_for(&self, role: Role, name: &str) -> Result<String, CityError> {
        let known = self.city.known()?;
        let (areas, unit) = if role == Role::Contact {
            let (unit, _) = known.units.get(UNIT).ok_or(CityError::UnknownUnit)?;
            (Vec::new(), Some(*unit))
        } else {
            (vec![*known.areas.get(AREA).ok_or(CityError::UnknownArea)?], None)
        };
        let made = self.city.enrol_code(NewPerson { role, areas, unit, name: name.to_owned(), person: None })?;
        Ok(made.code)
    }

    /// Counts in the read model.
    pub fn figures(&self) -> Result<Figures, CityError> {
        self.city.read(|store| {
            let (visits, findings) = (store.visits(&Default::default())?, store.findings(&Default::default())?);
            let mut photos = 0_usize;
            for visit in &visits {
                photos = photos.saturating_add(store.photos_of(visit.visit.into())?.len());
            }
            for finding in &findings {
                photos = photos.saturating_add(store.photos_of(finding.finding.into())?.len());
            }
            Ok(Figures {
                areas: store.areas()?.len(),
                units: store.units()?.len(),
                sites: store.sites(&Default::default())?.len(),
                visits: visits.len(),
                findings: findings.len(),
                photos,
            })
        })
    }

    /// Stops serving.
    pub fn end(self) -> Result<(), CityError> {
        self.stop.now();
        match self.serving.join() {
            Ok(served) => served,
            Err(_) => Err(CityError::Io(std::io::Error::other("the city's thread ended badly"))),
        }
    }

    /// Serves at the same address until Ctrl-C. Blocks.
    pub fn go_on_until_signal(self) -> Result<(), CityError> {
        let (city, listener) = (self.city.clone(), self.listener.try_clone()?);
        self.end()?;
        city.serve_until_signal(listener)
    }
}
