//! The strip below the photos that a city publishes: site, day of feedback, campaign and mode, so that a picture that is
//! passed on says what it is.
//!
//! It is the office's choice and off unless somebody asked for it. It names no person, and no hour: the day is that of the
//! feedback, which stands on the card too.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use mingcha_model::{Day, FindingId, Mode};
use mingcha_store::Store;

use crate::ledger::Unpublished;
use crate::{City, CityError, publish};

/// The most bytes that a font may have: the largest collections for Chinese have about thirty million.
const LARGEST_FONT: u64 = 64 * 1024 * 1024;

/// What published photos get below them.
pub(crate) struct PublishedStrip {
    pub(crate) font: Option<Vec<u8>>,
}

impl City {
    /// From now on photos are published with a strip. Chinese needs a font, in TrueType or OpenType; without one, Latin letters
    /// and digits are drawn alone. Asked twice, the first stays.
    ///
    /// # Errors
    /// [`CityError::BadFont`] for a file that is none, or larger than 64 MiB.
    pub fn strip_published_photos(&self, font: Option<&Path>) -> Result<(), CityError> {
        let font = font.map(read_font).transpose()?;
        let _ = self.inner.strip.set(PublishedStrip { font });
        Ok(())
    }

    /// The words below a photo that is about to be published; none where no strip is wanted.
    pub(crate) fn strip_of(&self, store: &Store, waiting: &Unpublished) -> Result<Option<String>, CityError> {
        if self.inner.strip.get().is_none() {
            return Ok(None);
        }
        let Some(case) = store.case(FindingId(waiting.finding))? else { return Ok(None) };
        let is_covert = self.inner.ledger.read(|look| {
            let row = look.entity(waiting.finding)?;
            Ok(row.map(|row| publish::original(look, &row)).transpose()?.flatten().is_some())
        })?;
        let mode = if is_covert { Some(Mode::Undercover) } else { case.visit.as_ref().map(|visit| visit.mode) };
        let site = store.site(case.site)?.map(|site| format!("{}  {}", site.name, site.code));
        let campaign = case.campaign.map(|campaign| store.campaign(campaign)).transpose()?.flatten();
        let day = case.feedback.as_ref().map_or(Day::from_unix_millis(self.now_millis()?), |feedback| feedback.day);
        let below = [Some(day.to_string()), campaign.map(|row| row.name), mode.map(|mode| words(mode).to_owned())];
        let below = below.into_iter().flatten().collect::<Vec<_>>().join("  ");
        let text = site.into_iter().chain([below]).collect::<Vec<_>>().join("\n");
        Ok(Some(text.chars().take(mingcha_evidence::STRIP_LIMIT).collect()))
    }
}

fn read_font(path: &Path) -> Result<Vec<u8>, CityError> {
    let mut font = Vec::new();
    let file = File::open(path).map_err(|_| CityError::BadFont)?;
    file.take(LARGEST_FONT.saturating_add(1)).read_to_end(&mut font).map_err(|_| CityError::BadFont)?;
    let fits = u64::try_from(font.len()).is_ok_and(|length| length <= LARGEST_FONT);
    if fits && mingcha_evidence::is_font(&font) { Ok(font) } else { Err(CityError::BadFont) }
}

fn words(mode: Mode) -> &'static str {
    match mode {
        Mode::Open => "明察 open",
        Mode::Undercover => "暗访 undercover",
        Mode::Recheck => "复查 recheck",
        Mode::SelfCheck => "自查 self-check",
        Mode::Special => "专项 special",
        Mode::Joint => "联合 joint",
    }
}
