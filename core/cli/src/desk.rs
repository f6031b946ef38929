//! Where a command stands: which phone, what time, which language, and where the answer is printed.
//!
//! A phone is opened only when a command needs one. A folder that does not exist becomes a phone only for commands
//! that need nobody's name, so that a misspelt `--home` leaves nothing behind.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use mingcha::{Clock, Keys, MingchaError, Mistake, Phone, Ports, Progress, StillClock, SystemChance, SystemClock};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Page, Show, write_out};
use crate::texts::Lang;
use crate::words::word;

/// Where a command stands.
pub struct Desk {
    home: Option<PathBuf>,
    json: bool,
    lang: Lang,
    now: Option<StillClock>,
}

impl Desk {
    pub fn new(home: Option<PathBuf>, json: bool, lang: Lang, now: Option<StillClock>) -> Self {
        Self { home, json, lang, now }
    }

    /// True when the answer is for a script.
    pub fn json(&self) -> bool {
        self.json
    }

    /// The language that people read.
    #[cfg(feature = "demo")]
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The phone of somebody; a folder that does not exist is nobody's.
    pub fn phone(&self) -> Result<Phone, Failure> {
        if self.folder()?.exists() { self.any_phone() } else { Err(Mistake::NotEnrolled.into()) }
    }

    /// The phone, begun here and now if there is none yet.
    pub fn any_phone(&self) -> Result<Phone, Failure> {
        let folder = self.folder()?;
        let keys = Keys::in_folder(&folder, &SystemChance)?;
        let clock: Box<dyn Clock> = match self.now {
            Some(still) => Box::new(still),
            None => Box::new(SystemClock),
        };
        Ok(Phone::open(&folder, Ports { clock, chance: Box::new(SystemChance), keys })?)
    }

    fn folder(&self) -> Result<PathBuf, Failure> {
        let named = self.home.clone().or_else(|| std::env::var_os("MINGCHA_HOME").map(PathBuf::from));
        let named = named.or_else(|| std::env::home_dir().map(|home| home.join(".mingcha")));
        let usable = named.filter(|folder| !folder.as_os_str().is_empty());
        usable.ok_or_else(|| MingchaError::from(Mistake::BadFolder).into())
    }

    /// Prints the answer: one JSON value for scripts, a page for people.
    pub fn print<T: Serialize + Show + ?Sized>(&self, answer: &T) -> Result<ExitCode, Failure> {
        if self.json {
            let mut text = serde_json::to_string(answer).map_err(|_| Failure::output())?;
            text.push('\n');
            return write_out(&text);
        }
        let mut page = Page::new(self.lang);
        answer.show(&mut page);
        write_out(page.text())
    }

    /// Runs long work and shows how far it has come, on a terminal and for people alone.
    pub fn watch<T>(
        &self,
        work: impl FnOnce(&mut dyn FnMut(Progress)) -> Result<T, MingchaError>,
    ) -> Result<T, Failure> {
        let shown = Cell::new(false);
        let visible = !self.json && std::io::stderr().is_terminal();
        let outcome = work(&mut |progress_now| {
            if visible {
                shown.set(true);
                // A terminal that is gone is no reason to stop.
                let _ = write!(std::io::stderr(), "\r\u{1b}[K{}", progress_line(self.lang, progress_now));
            }
        });
        if shown.get() {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
        Ok(outcome?)
    }
}

fn progress_line(lang: Lang, now: Progress) -> String {
    let what = word(lang, now.what);
    if now.of == 0 { format!("{what} {}", now.done) } else { format!("{what} {}/{}", now.done, now.of) }
}
