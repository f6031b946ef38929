//! What a ledger does when it was brought back from a copy: nothing that may have been given meanwhile is given again.
//!
//! Feeds begin new epochs, the city's own logs begin anew, numbers jump, and codes that may have been used are void. It
//! refuses to guess what happened after the copy: phones tell that, by what they hold under the city's signature.

use mingcha_model::{Cursor, Day, FeedName};
use mingcha_sync::Page;

use super::{Look, Turn};
use crate::CityError;

/// When this city was restored last, in Unix milliseconds of the machine: phones tell one restore from the next by it.
const RESTORED: &str = "restored_millis";
/// 1 until the office has confirmed who its people are.
const UNCONFIRMED: &str = "unconfirmed";
/// Labels of undercover visits are above this.
pub(super) const LABELS_ABOVE: &str = "labels_above";
/// So many numbers are left out at least, and so many more for each second since the copy. The second restore from one copy
/// knows nothing of the first, to which phones sent at once all that had waited: it begins behind whatever that one gave, as
/// long as nobody gives a hundred numbers a second.
const NUMBERS_LEFT_OUT: i64 = 1_000;
const NUMBERS_OF_A_SECOND: i64 = 100;

impl Look<'_> {
    /// When this city was restored last; none when it never was.
    pub(crate) fn restored_millis(&self) -> Result<Option<i64>, CityError> {
        self.setting(RESTORED)
    }

    /// True from a restore until the office has confirmed its people.
    pub(crate) fn is_unconfirmed(&self) -> Result<bool, CityError> {
        Ok(self.setting(UNCONFIRMED)? == Some(1))
    }
}

impl Turn<'_> {
    /// Begins again after a restore from a copy that was taken at this moment of the city.
    pub(crate) fn begin_again(&mut self, taken: i64) -> Result<(), CityError> {
        let machine = self.ports.millis();
        for (feed, cursor) in self.feeds()? {
            // Never given before, even when the same copy is restored a second time.
            let by_clock = u32::try_from(machine.div_euclid(1_000)).unwrap_or(0);
            self.chain_anew(feed, by_clock.max(cursor.epoch.saturating_add(1)))?;
            let (log, secret): ([u8; 16], [u8; 32]) = (self.ports.bytes()?, self.ports.bytes()?);
            self.change(
                "UPDATE feed SET log = ?2, secret = ?3, said = 0 WHERE feed = ?1",
                (feed.to_string(), log, secret),
            )?;
        }
        self.jump(taken)?;
        // Whether somebody used one after the copy, nobody knows.
        self.change("DELETE FROM code WHERE used IS NULL", [])?;
        self.no_backup_is_known()?;
        self.set_setting(RESTORED, machine)?;
        self.set_setting(UNCONFIRMED, 1)
    }

    /// The office has looked at its people and devices.
    pub(crate) fn confirm_people(&mut self) -> Result<(), CityError> {
        self.set_setting(UNCONFIRMED, 0)
    }

    /// Writes the same entries in the same pages under another epoch.
    fn chain_anew(&mut self, feed: FeedName, epoch: u32) -> Result<(), CityError> {
        let broken = |_| CityError::Inconsistent("a stored page");
        let name = feed.to_string();
        let firsts: Vec<i64> =
            self.all("SELECT first FROM page WHERE feed = ?1 ORDER BY first", [&name], |row| row.get(0))?;
        let mut cursor = Cursor::start(epoch);
        for first in firsts {
            let bytes: Option<Vec<u8>> =
                self.one("SELECT bytes FROM page WHERE feed = ?1 AND first = ?2", (&name, first), |row| row.get(0))?;
            let page = Page::from_bytes(&bytes.unwrap_or_default()).map_err(broken)?;
            let entries = page.entries().map_err(broken)?;
            let (written, end) = Page::write(feed, cursor, &entries).map_err(broken)?;
            self.change(
                "UPDATE page SET bytes = ?3 WHERE feed = ?1 AND first = ?2",
                (&name, first, written.to_bytes()),
            )?;
            cursor = end;
        }
        self.change("UPDATE feed SET epoch = ?2, head = ?3 WHERE feed = ?1", (&name, cursor.epoch, cursor.head.0))?;
        Ok(())
    }

    /// Leaves out every number and label that may have been given since.
    fn jump(&mut self, taken: i64) -> Result<(), CityError> {
        let seconds = self.now.saturating_sub(taken).max(0).div_euclid(1_000);
        let room = seconds.saturating_mul(NUMBERS_OF_A_SECOND).saturating_add(NUMBERS_LEFT_OUT);
        let (from, to) =
            (Day::from_unix_millis(taken).year().saturating_sub(1), Day::from_unix_millis(self.now).year());
        for year in from..=to.max(from) {
            self.change("INSERT INTO year_number (year, last) VALUES (?1, 0) ON CONFLICT DO NOTHING", [year])?;
        }
        self.change("UPDATE year_number SET last = last + ?1 WHERE year >= ?2", (room, from))?;
        let labels = self.one("SELECT coalesce(max(number), 0) FROM covert_visit", [], |row| row.get::<_, i64>(0))?;
        self.set_setting(LABELS_ABOVE, labels.unwrap_or(0).saturating_add(room))
    }
}
