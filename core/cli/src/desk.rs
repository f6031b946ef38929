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

    /// Says on stderr why something goes on waiting, for which nothing was refused.
    pub fn remark(&self, why: &Failure) {
        why.print(self.json);
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
    let counted = if now.of == 0 { now.done.to_string() } else { format!("{}/{}", now.done, now.of) };
    if now.of_bytes == 0 {
        return format!("{what} {counted}");
    }
    format!("{what} {counted} {}/{}", bytes_text(now.bytes), bytes_text(now.of_bytes))
}

/// Bytes as people read them: `731 KB`, `12.4 MB`.
pub fn bytes_text(bytes: u64) -> String {
    let tenths = bytes.saturating_add(50_000).div_euclid(100_000);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", bytes.div_euclid(1_000)),
        _ => format!("{}.{} MB", tenths.div_euclid(10), tenths.rem_euclid(10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_as_people_write_them() {
        let texts = [0, 999, 1_000, 999_999, 1_000_000, 12_449_999, 67_108_864].map(bytes_text);
        assert_eq!(texts, ["0 B", "999 B", "1 KB", "999 KB", "1.0 MB", "12.4 MB", "67.1 MB"]);
    }

    #[test]
    fn progress_shows_counts_and_where_there_are_files_their_bytes() {
        let now = Progress { what: "photos_up", done: 3, of: 12, bytes: 1_250_000, of_bytes: 8_400_000 };
        assert_eq!(progress_line(Lang::English, now), "sending photos 3/12 1.3 MB/8.4 MB");
        let ops = Progress { what: "ops", done: 3, of: 0, bytes: 0, of_bytes: 0 };
        assert_eq!(progress_line(Lang::Chinese, ops), "正在送出记录 3");
    }
}
