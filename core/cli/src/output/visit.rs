//! Visits as people read them: the form as a table, the visit as a card, the score line by line.

use mingcha::{
    Answered, FormRow, LeftOutRow, PhotoTaken, ScoreView, VisitStarted, VisitSubmitted, VisitView, WaitingRow,
};

use super::criteria::{note, points};
use super::page::or_empty;
use super::photo::{copies, minute, problems, signs, unusable};
use super::{Page, Show, Table, left, right, wrapped};
use crate::command::criteria::Noted;
use crate::texts as t;
use crate::words::{code_of, criteria_word, example, half, level, stage, value, word};

impl Show for VisitStarted {
    fn show(&self, page: &mut Page) {
        page.say_with(t::VISIT_STARTED, &[&self.items.to_string(), &self.visit.to_string()]);
        page.card(&[(t::VISIT, self.visit.to_string())]);
        if self.parts > 1 {
            page.say_with(t::FORM_IN_PARTS, &[&self.parts.to_string()]);
        }
        if self.left_out > 0 {
            page.say_with(t::LEFT_OUT, &[&self.left_out.to_string(), &self.left_out_items.join(" ")]);
        }
        if !self.findings.is_empty() {
            page.part(t::FINDINGS);
            self.findings.iter().for_each(|finding| page.line(&finding.to_string()));
        }
        waiting(page, t::WAITING_HERE, &self.waiting);
        for one in &self.notes {
            let (set, reason) = one.split_once('：').unwrap_or((one, ""));
            let reason = half(page.lang(), reason).to_owned();
            page.paragraph(&t::INFERRED.fill(page.lang(), &[set, &reason]));
        }
    }
}

impl Show for Noted<Vec<FormRow>> {
    fn show(&self, page: &mut Page) {
        if self.rows.is_empty() {
            page.say(t::NO_FORM);
            return;
        }
        let lang = page.lang();
        let mut table = Table::new(&[
            left(t::ITEM),
            wrapped(t::TEXT, 44),
            wrapped(t::ANSWER, 24),
            left(t::VALUE),
            wrapped(t::NOTE, 24),
            left(t::MARK),
        ]);
        for row in &self.rows {
            let mut choices: Vec<String> = example(lang, &row.answer).into_iter().map(str::to_owned).collect();
            choices.extend(row.choices.iter().map(|choice| value(lang, &row.answer, choice)));
            let avoid = row.photo == "avoid";
            let marks = [(row.photo_wanted, t::PHOTO_WANTED), (avoid, t::PHOTO_AVOID), (row.contested, t::CONTESTED)];
            table.row(&[
                row.item.clone(),
                half(lang, &row.text).to_owned(),
                choices.join(" "),
                row.value.as_deref().map(|typed| value(lang, &row.answer, typed)).unwrap_or_default(),
                or_empty(row.note.as_deref()),
                marked(page, &marks),
            ]);
            let parts: Vec<&str> = row.parts.iter().map(|part| half(lang, part)).collect();
            let quick = row.quick.as_deref().map(|quick| half(lang, quick)).unwrap_or_default();
            for (label, text) in
                [(t::FORM_HELP, half(lang, &row.help)), (t::FORM_PARTS, &parts.join("；")), (t::FORM_QUICK, quick)]
            {
                if !text.is_empty() {
                    table.below(1, &label.fill(lang, &[text]));
                }
            }
        }
        page.table(&table);
        page.gap();
        let answered = self.rows.iter().filter(|row| row.value.is_some()).count();
        page.say_with(t::FORM_DONE, &[&self.rows.len().to_string(), &answered.to_string()]);
        if let Some(row) = self.rows.first().filter(|row| row.of_parts > 1) {
            let next = if row.part < row.of_parts { row.part.saturating_add(1) } else { 1 };
            page.say_with(t::FORM_PART, &[&row.part.to_string(), &row.of_parts.to_string(), &next.to_string()]);
        }
        note(page, &self.inferred);
    }
}

impl Show for Vec<LeftOutRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NOTHING_LEFT_OUT);
            return;
        }
        let lang = page.lang();
        let columns = [left(t::ITEM), wrapped(t::TEXT, 44), wrapped(t::HOW, 16), wrapped(t::REASON, 40)];
        let mut table = Table::new(&columns);
        for row in self {
            let ways = row.ask.iter().map(|way| criteria_word(lang, way)).collect::<Vec<_>>().join(" ");
            table.row(&[row.item.clone(), half(lang, &row.text).to_owned(), ways, half(lang, &row.advice).to_owned()]);
        }
        page.table(&table);
    }
}

impl Show for Answered {
    fn show(&self, page: &mut Page) {
        page.say_with(t::ANSWERED, &[&self.value]);
        let lang = page.lang();
        let warnings = self.warnings.iter().map(|one| word(lang, one)).collect::<Vec<_>>().join(", ");
        page.card(&[(t::OP, self.op.to_string()), (t::WARNINGS, warnings)]);
    }
}

impl Show for PhotoTaken {
    fn show(&self, page: &mut Page) {
        let lang = page.lang();
        page.card(&[
            (t::PHOTO, self.photo.to_string()),
            (t::SIZE, format!("{} × {}", self.width, self.height)),
            (t::SHA256, self.sha256.to_string()),
            (t::WARNINGS, self.warnings.iter().map(|one| word(lang, one)).collect::<Vec<_>>().join(", ")),
        ]);
    }
}

impl Show for Vec<PhotoTaken> {
    fn show(&self, page: &mut Page) {
        let lang = page.lang();
        let mut table = Table::new(&[left(t::PHOTO), left(t::SIZE), left(t::WARNINGS)]);
        for photo in self {
            let warnings = photo.warnings.iter().map(|one| word(lang, one)).collect::<Vec<_>>().join(", ");
            table.row(&[photo.photo.to_string(), format!("{} × {}", photo.width, photo.height), warnings]);
        }
        page.table(&table);
    }
}

impl Show for VisitSubmitted {
    fn show(&self, page: &mut Page) {
        page.card(&[
            (t::VISIT, self.visit.to_string()),
            (t::SCORE, figure(page, &self.score)),
            (t::FORMULA, half(page.lang(), &self.score.formula).to_owned()),
            (
                t::DEFINITION,
                self.score.definition.map(|one| criteria_word(page.lang(), one).to_owned()).unwrap_or_default(),
            ),
        ]);
        missing(page, &self.missing);
        if !self.photos_missing.is_empty() {
            page.say_with(t::MISSING_PHOTOS, &[&self.photos_missing.join(" ")]);
        }
        if !self.reasons_missing.is_empty() {
            page.say_with(t::MISSING_REASONS, &[&self.reasons_missing.join(" ")]);
        }
        waiting(page, t::WAITING_OPEN, &self.waiting);
        unusable(page, u64::try_from(self.photos_unusable.len()).unwrap_or(u64::MAX));
    }
}

impl Show for Vec<VisitView> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_VISITS);
            return;
        }
        let lang = page.lang();
        let mut table = Table::new(&[
            left(t::DAY),
            left(t::MODE),
            left(t::STATUS),
            left(t::SITE),
            right(t::SCORE),
            left(t::MARK),
            right(t::ANSWERS_GIVEN),
            right(t::FINDINGS),
            left(t::VISIT),
        ]);
        for view in self {
            table.row(&[
                view.day.to_string(),
                word(lang, &code_of(&view.mode)).to_owned(),
                word(lang, view.status).to_owned(),
                view.site_name.clone(),
                figure(page, &view.score),
                marked(page, &[(view.score.definition == Some("inferred"), t::INFERRED_MARK)]),
                view.answers.iter().filter(|answer| answer.value.is_some()).count().to_string(),
                view.findings.len().to_string(),
                view.visit.to_string(),
            ]);
        }
        page.table(&table);
    }
}

impl Show for Noted<VisitView> {
    fn show(&self, page: &mut Page) {
        let (view, lang) = (&self.rows, page.lang());
        page.card(&[
            (t::SITE, view.site_name.clone()),
            (t::DAY, view.day.to_string()),
            (t::MODE, word(lang, &code_of(&view.mode)).to_owned()),
            (t::STATUS, word(lang, view.status).to_owned()),
            (t::REASON, or_empty(view.advice.map(|advice| half(lang, advice)))),
            (t::BY, or_empty(view.by.as_deref())),
            (t::PEOPLE, view.people.join(" ")),
            (t::SETS, view.sets.join(" ")),
            (t::SCORE, figure(page, &view.score)),
            (t::FORMULA, half(lang, &view.score.formula).to_owned()),
            (t::VISIT, view.visit.to_string()),
        ]);
        missing(page, &view.missing);
        if !view.answers.is_empty() {
            page.part(t::ANSWERS);
            let table = answers(page, view);
            page.table(&table);
        }
        if !view.photos.is_empty() {
            page.part(t::PHOTOS);
            let mut table = Table::new(&[
                left(t::PHOTO),
                left(t::OBSERVED),
                left(t::ITEM),
                left(t::RECORDED),
                left(t::COPIES),
                left(t::SHA256),
            ]);
            for photo in &view.photos {
                table.row(&[
                    photo.photo.to_string(),
                    minute(&photo.observed_at),
                    or_empty(photo.item.as_deref()),
                    or_empty(photo.recorded_at.as_deref().map(minute)),
                    copies(lang, photo.copies),
                    photo.sha256.to_string(),
                ]);
            }
            page.table(&table);
            problems(page, view.photos.iter().filter_map(|row| Some((row.photo.to_string(), row.advice.as_deref()?))));
        }
        signs(page, &view.photos.iter().flat_map(|photo| photo.signs.clone()).collect::<Vec<_>>());
        if !view.remarks.is_empty() {
            page.part(t::REMARKS);
            view.remarks.iter().for_each(|remark| page.line(remark));
        }
        if !view.findings.is_empty() {
            page.part(t::FINDINGS);
            view.findings.iter().for_each(|finding| page.line(&finding.to_string()));
        }
        note(page, &self.inferred);
    }
}

/// The answers; where people's values differ, each of them has its line.
fn answers(page: &Page, view: &VisitView) -> Table {
    let columns = [left(t::ITEM), left(t::VALUE), wrapped(t::NOTE, 40), left(t::MARK), left(t::BY), left(t::AT)];
    let mut table = Table::new(&columns);
    for answer in &view.answers {
        for version in &answer.versions {
            let place = if answer.versions.len() < 2 {
                ""
            } else if version.in_force {
                "=>"
            } else {
                "≠"
            };
            let marks = marked(page, &[(version.guest, t::GUEST), (version.added, t::ADDED)]);
            let mark = format!("{place} {marks}");
            table.row(&[
                answer.item.clone(),
                version.value.clone(),
                or_empty(version.note.as_deref()),
                mark.trim().to_owned(),
                or_empty(version.by.as_deref()),
                version.at.clone(),
            ]);
        }
    }
    table
}

impl Show for Noted<ScoreView> {
    fn show(&self, page: &mut Page) {
        let (score, lang) = (&self.rows, page.lang());
        let mut table = Table::new(&[
            left(t::ITEM),
            left(t::VALUE),
            right(t::OBTAINED),
            right(t::OBTAINABLE),
            wrapped(t::RULE, 48),
        ]);
        for line in &score.lines {
            // Where there are no points there is no nought to read.
            let sign = if line.obtained < 0 { "-" } else { "" };
            let brings = line.obtained != 0 || line.obtainable > 0;
            let obtained = brings.then(|| format!("{sign}{}", points(line.obtained.unsigned_abs())));
            let obtainable = (line.obtainable > 0).then(|| points(line.obtainable));
            table.row(&[
                line.item.clone(),
                line.value.clone(),
                or_empty(obtained),
                or_empty(obtainable),
                half(lang, &line.rule).to_owned(),
            ]);
        }
        page.table(&table);
        page.gap();
        page.card(&[
            (t::SCORE, figure(page, score)),
            (t::FORMULA, half(lang, &score.formula).to_owned()),
            (t::VETOES, score.vetoes.join(" ")),
        ]);
        if !score.beside.is_empty() {
            page.say_with(t::BESIDE_ITEMS, &[&score.beside.join(" ")]);
        }
        if score.sets.len() > 1 {
            page.part(t::SCORE_BY_SET);
            let mut table = Table::new(&[left(t::SETS), right(t::RATE), left(t::MARK), wrapped(t::FORMULA, 64)]);
            for set in &score.sets {
                let rate = set.rate.map(|rate| format!("{}%", points(rate)));
                let mark = marked(page, &[(set.counted, t::COUNTED)]);
                table.row(&[set.set.clone(), or_empty(rate), mark, half(lang, &set.formula).to_owned()]);
            }
            page.table(&table);
        }
        note(page, &self.inferred);
    }
}

/// A score on one line: `9.50/12.00 79.16%`; where there are no points the level, and a dash where there is none either.
fn figure(page: &Page, score: &ScoreView) -> String {
    if score.obtainable == 0 {
        let found = score.sets.iter().find_map(|set| set.level);
        return found.map_or("–", |found| level(page.lang(), found)).to_owned();
    }
    let sum = format!("{}/{}", points(score.obtained), points(score.obtainable));
    score.rate.map_or_else(|| sum.clone(), |rate| format!("{sum} {}%", points(rate)))
}

/// What waits for an open visit, by code and words; what the form has itself is not marked.
fn waiting(page: &mut Page, title: t::Text, items: &[WaitingRow]) {
    if items.is_empty() {
        return;
    }
    page.say_with(title, &[&items.len().to_string()]);
    let lang = page.lang();
    let mut table = Table::new(&[left(t::ITEM), wrapped(t::TEXT, 60), left(t::MARK)]);
    for row in items {
        table.row(&[row.item.clone(), half(lang, &row.text).to_owned(), marked(page, &[(row.on_form, t::ON_FORM)])]);
    }
    page.table(&table);
}

fn missing(page: &mut Page, items: &[String]) {
    if !items.is_empty() {
        page.say_with(t::MISSING_ITEMS, &[&items.len().to_string(), &items.join(" ")]);
    }
}

/// The marks that hold, side by side.
pub fn marked(page: &Page, marks: &[(bool, t::Text)]) -> String {
    let marks = marks.iter().filter(|(holds, _)| *holds).map(|(_, text)| text.say(page.lang()));
    marks.collect::<Vec<_>>().join(" ")
}

/// A stage in words.
pub fn stage_word(page: &Page, name: &'static str) -> String {
    stage(page.lang(), name).to_owned()
}
