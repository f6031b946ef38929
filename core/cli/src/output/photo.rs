//! Photos: what a picture is, which are here, what was fetched and saved.

use mingcha::{
    Erased, PhotoFetched, PhotoInspected, PhotoListRow, PhotoPair, PhotoSaved, PhotosFinished, RecoveredPhoto, SignRow,
};

use super::page::or_empty;
use super::{Page, Show, Table, left, wrapped};
use crate::texts::{self as t, Lang};
use crate::words::{half, word};

impl Show for PhotoInspected {
    fn show(&self, page: &mut Page) {
        let lang = page.lang();
        let place =
            self.latitude.zip(self.longitude).map(|(latitude, longitude)| format!("{latitude:.5}, {longitude:.5}"));
        page.card(&[
            (t::SIZE, format!("{} × {}", self.width, self.height)),
            (t::BYTES, self.original_bytes.to_string()),
            (t::ORIENTATION, self.orientation.to_string()),
            (t::TAKEN, or_empty(self.taken_at.as_deref())),
            (t::PLACE_TAKEN, or_empty(place)),
            (
                t::CAMERA,
                [&self.make, &self.model, &self.software].into_iter().flatten().cloned().collect::<Vec<_>>().join(" "),
            ),
            (t::WARNINGS, self.warnings.iter().map(|one| word(lang, one)).collect::<Vec<_>>().join(", ")),
            (t::SHA256, self.sha256.to_string()),
            (t::FILES, self.written.join(" ")),
        ]);
    }
}

/// What speaks for looking at photos again; nothing where nothing does.
pub fn signs(page: &mut Page, signs: &[SignRow]) {
    if signs.is_empty() {
        return;
    }
    page.part(t::SIGNS);
    let mut table = Table::new(&[left(t::PHOTO), wrapped(t::WHAT, 48), left(t::OTHER_PHOTO)]);
    for sign in signs {
        let words = half(page.lang(), sign.text);
        let told = sign.metres.map_or_else(|| words.to_owned(), |metres| format!("{words} ({metres} m)"));
        table.row(&[sign.photo.to_string(), told, or_empty(sign.other)]);
    }
    page.table(&table);
}

impl Show for PhotosFinished {
    fn show(&self, page: &mut Page) {
        page.say_with(t::COPIES_MADE, &[&self.made.to_string(), &self.waiting.to_string()]);
        unusable(page, self.unusable);
    }
}

/// Photos that can be made into none, where there are any.
pub fn unusable(page: &mut Page, count: u64) {
    if count > 0 {
        page.say_with(t::UNUSABLE, &[&count.to_string()]);
    }
}

/// Why no copies can be made of photos; nothing where they can.
pub fn problems<'a>(page: &mut Page, photos: impl Iterator<Item = (String, &'a str)>) {
    let lang = page.lang();
    let mut table = Table::new(&[left(t::PHOTO), wrapped(t::REASON, 60)]);
    let mut any = false;
    for (photo, advice) in photos {
        any = true;
        table.row(&[photo, half(lang, advice).to_owned()]);
    }
    if any {
        page.part(t::UNUSABLE_PHOTOS);
        page.table(&table);
    }
}

impl Show for PhotoFetched {
    fn show(&self, page: &mut Page) {
        page.say_with(t::FETCHED, &[&self.received.to_string(), &self.absent.to_string()]);
        if self.wrong > 0 {
            page.say_with(t::FETCHED_WRONG, &[&self.wrong.to_string()]);
        }
    }
}

impl Show for Vec<PhotoListRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_PHOTOS);
            return;
        }
        let lang = page.lang();
        let mut table = Table::new(&[
            left(t::PHOTO),
            left(t::OBSERVED),
            left(t::ITEM),
            left(t::COPIES),
            left(t::HERE),
            left(t::WAITING),
            left(t::VISIT),
        ]);
        let named = |copies: &[&'static str]| copies.iter().map(|copy| word(lang, copy)).collect::<Vec<_>>().join(" ");
        for row in self {
            table.row(&[
                row.photo.to_string(),
                or_empty(row.observed_at.as_deref().map(minute)),
                or_empty(row.item.as_deref()),
                copies(lang, row.copies),
                named(&row.here),
                named(&row.waiting),
                or_empty(row.visit),
            ]);
        }
        page.table(&table);
        problems(page, self.iter().filter_map(|row| Some((row.photo.to_string(), row.advice.as_deref()?))));
        signs(page, &self.iter().flat_map(|row| row.signs.clone()).collect::<Vec<_>>());
    }
}

/// How far the copies of a photo have come, where they are not made.
pub fn copies(lang: Lang, code: &str) -> String {
    match code {
        "made" => String::new(),
        "waiting" => word(lang, "copies_waiting").to_owned(),
        other => word(lang, other).to_owned(),
    }
}

/// A time without its seconds and offset: `2026-03-02 09:15`.
pub fn minute(time: &str) -> String {
    time.chars().take(16).collect::<String>().replace('T', " ")
}

impl Show for PhotoSaved {
    fn show(&self, page: &mut Page) {
        page.say_with(t::SAVED, &[&self.bytes.to_string()]);
        page.card(&[(t::SHA256, self.sha256.to_string())]);
    }
}

impl Show for Vec<RecoveredPhoto> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_RECOVERED);
            return;
        }
        let mut table = Table::new(&[left(t::SHA256), left(t::OBSERVED), left(t::COPY), left(t::BYTES)]);
        for one in self {
            let copy = word(page.lang(), one.copy).to_owned();
            table.row(&[one.sha256.to_string(), or_empty(one.observed_at.clone()), copy, one.bytes.to_string()]);
        }
        page.table(&table);
        page.say(t::RECOVER_OR_DISCARD);
    }
}

impl Show for RecoveredPhoto {
    fn show(&self, page: &mut Page) {
        page.say(t::DISCARDED);
    }
}

impl Show for Erased {
    fn show(&self, page: &mut Page) {
        page.say(t::ERASED);
    }
}

impl Show for Vec<PhotoPair> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_PAIRS);
            return;
        }
        let mut table = Table::new(&[left(t::BEFORE), left(t::AFTER), left(t::FILES)]);
        for row in self {
            let files = match (row.here, row.erased) {
                (true, _) => row.files.join(" "),
                (false, true) => t::PAIR_ERASED.say(page.lang()).to_owned(),
                (false, false) => t::TO_FETCH.say(page.lang()).to_owned(),
            };
            table.row(&[row.before.to_string(), row.after.to_string(), files]);
        }
        page.table(&table);
    }
}
