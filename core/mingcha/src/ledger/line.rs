//! One line of the ledger, and the clerk who makes lines: what many findings share is looked up once.
//!
//! A line of a case says what staff know, a line of a card what its unit knows; neither names anybody whom the reader
//! may not know.

use std::collections::HashMap;

use mingcha_model::body::{Body, CardExtension, Mode, SetRef};
use mingcha_model::{
    Case, CriteriaSet, Dates, Day, FindingId, Item, ItemCode, LogId, ReviewVerdict, Said, SiteId, Stage, VisitId,
    is_suspended,
};
use mingcha_store::{CardRow, VisitFilter};
use serde::Serialize;

use crate::agenda::{Almanac, photos_of};
use crate::findings::provisional_number;
use crate::{FindingRow, MingchaError, Mistake, Phone, wording};

/// One finding in the ledger; what nobody recorded is empty.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Line {
    pub seq: u64,
    pub finding: String,
    pub number: String,
    /// True while the number is the beginning of the id, until the city gives one.
    pub number_provisional: bool,
    pub stage: &'static str,
    pub found: Option<Day>,
    pub source: &'static str,
    pub site: String,
    pub item: String,
    pub item_text: String,
    /// Who defines the item; none where it is not known here.
    pub definition: Option<&'static str>,
    pub text: String,
    pub severity: &'static str,
    pub before_photos: Vec<String>,
    pub unit: String,
    /// Nobody records it yet: a column to be filled in by hand.
    pub leader: &'static str,
    /// Nobody records it yet: a column to be filled in by hand.
    pub person: &'static str,
    pub measure: String,
    pub deadline: Option<Day>,
    /// True while the deadline may still change.
    pub provisional: bool,
    pub overdue: bool,
    pub extension: String,
    pub rectified: Option<Day>,
    pub after_photos: Vec<String>,
    pub opinion: String,
    pub recheck_day: Option<Day>,
    pub recheck_result: &'static str,
    pub rechecker: String,
    pub closed: Option<Day>,
    /// Circulated by the office, not by this phone: a column to be filled in by hand.
    pub deduction: &'static str,
    pub remark: String,
}

/// A site's name and its unit's.
#[derive(Clone, Default)]
struct Where {
    site: String,
    unit: String,
}

/// An item in Chinese, and who defines it.
type Worded = (String, Option<&'static str>);

fn worded(item: &Item) -> Worded {
    (item.text.zh.clone(), Some(item.definition.name()))
}

/// Who makes the lines of one ledger.
pub(super) struct Clerk<'a> {
    phone: &'a Phone,
    almanac: Almanac,
    /// When each item was first found failing at each site.
    first_days: HashMap<(SiteId, ItemCode), Day>,
    /// Every set known here, the newest words of each item, and the sets that each visit was opened with.
    sets: Vec<CriteriaSet>,
    newest: HashMap<ItemCode, Worded>,
    asked: HashMap<VisitId, Vec<SetRef>>,
    modes: HashMap<VisitId, Mode>,
    sites: HashMap<SiteId, Where>,
    authors: HashMap<LogId, String>,
}

impl<'a> Clerk<'a> {
    /// Who makes the lines of these findings.
    pub fn of(phone: &'a Phone, findings: &[mingcha_store::FindingRow]) -> Result<Self, MingchaError> {
        let mut first_days: HashMap<(SiteId, ItemCode), Day> = HashMap::new();
        for row in findings {
            let first = first_days.entry((row.site, row.item.clone())).or_insert(row.raised_day);
            *first = row.raised_day.min(*first);
        }
        let visits = phone.store.visits(&VisitFilter::default())?;
        let mut newest = HashMap::new();
        let mut sets = phone.criteria()?;
        sets.sort_by_key(|set| std::cmp::Reverse(set.version));
        for item in phone.offered()?.iter().chain(&sets).flat_map(|set| &set.items) {
            newest.entry(item.code.clone()).or_insert_with(|| worded(item));
        }
        Ok(Self {
            phone,
            almanac: phone.almanac()?,
            first_days,
            sets,
            newest,
            asked: HashMap::new(),
            modes: visits.into_iter().map(|row| (row.visit, row.mode)).collect(),
            sites: HashMap::new(),
            authors: HashMap::new(),
        })
    }

    pub fn today(&self) -> Day {
        self.almanac.today
    }

    /// The line of a finding as staff know it.
    pub fn line_of_case(&mut self, seq: u64, finding: FindingId) -> Result<Line, MingchaError> {
        let case = self.phone.store.case(finding)?.ok_or(Mistake::Unknown("问题", "finding"))?;
        let place = self.site(case.site)?;
        let (item_text, definition) = self.item_of_case(&case)?;
        let dates = self.almanac.rules.dates(&case);
        let overdue = dates.is_overdue(&case, self.almanac.today);
        let last = case.submissions.last();
        let approved = case.submissions.iter().rfind(|one| one.verdict == Some(ReviewVerdict::Approve));
        let reason = last.and_then(|last| last.reviews.iter().find(|review| last.verdict_op == Some(review.op)));
        let result = case.outcome().or(case.results.last());
        let after = last.map_or(&case.fixed_photos, |last| &last.photos);
        Ok(Line {
            seq,
            finding: finding.to_string(),
            number_provisional: case.number.is_none(),
            number: case.number.clone().unwrap_or_else(|| provisional_number(finding)),
            stage: case.stage.name(),
            found: Some(case.raised_day),
            // A published copy of an undercover finding names no visit that anybody here could know.
            source: self.modes.get(&case.raise.visit).map_or(wording::ledger::CHECKED, |mode| wording::mode(*mode)),
            item_text,
            definition,
            item: case.raise.item.to_string(),
            text: case.corrections.last().unwrap_or(&case.text).clone(),
            severity: case.raise.severity.in_chinese(),
            before_photos: photos_of(&case),
            measure: last.map(|last| last.text.clone()).unwrap_or_default(),
            deadline: self.almanac.served_deadline(&case),
            provisional: dates.provisional,
            overdue,
            extension: extension_of_case(&case),
            rectified: approved.or(last).map(|one| one.day).or(case.fixed_day),
            after_photos: after.iter().map(ToString::to_string).collect(),
            opinion: wording::opinion(
                last.and_then(|last| last.verdict),
                reason.map_or("", |review| review.text.as_str()),
            ),
            recheck_day: result.map(|result| result.day),
            recheck_result: result.map_or("", |result| wording::outcome(result.outcome)),
            rechecker: result.map(|result| self.author(result.op.log)).transpose()?.unwrap_or_default(),
            closed: result.filter(|_| case.stage == Stage::Closed).map(|result| result.day),
            remark: self.remark(&case, &dates, overdue)?,
            site: place.site,
            unit: place.unit,
            ..Line::default()
        })
    }

    /// The line of a finding as its unit knows it.
    pub fn line_of_card(&mut self, seq: u64, record: &CardRow) -> Result<Line, MingchaError> {
        let card = &record.card;
        let row: FindingRow = self.phone.row_of_card(record, &self.almanac)?;
        let place = self.site(card.site)?;
        let (item_text, definition) = self.item_under(card.set.as_slice(), &card.item);
        let last = row.submissions.last();
        let result = card.results.iter().rfind(|one| one.counts).or(card.results.last());
        let marks = [
            (row.overdue, wording::mark("overdue")),
            (row.suspended, wording::mark("suspended")),
            (row.appealed, wording::mark("appealed")),
            (row.provisional, wording::mark("provisional")),
        ];
        Ok(Line {
            seq,
            finding: record.finding.to_string(),
            number_provisional: card.number.is_none(),
            number: row.number,
            stage: row.stage.name(),
            found: card.feedback_day,
            source: wording::ledger::CHECKED,
            item_text,
            definition,
            item: row.item,
            text: row.demand,
            severity: card.severity.in_chinese(),
            before_photos: row.photos,
            measure: last.map(|last| last.text.clone()).unwrap_or_default(),
            deadline: card.deadline,
            provisional: row.provisional,
            overdue: row.overdue,
            extension: extension_of_card(card.extension).to_owned(),
            rectified: record.said.iter().rfind(|said| matches!(said.body, Body::SubmissionAdd(_))).map(Said::day),
            after_photos: last.map(|last| last.photos.iter().map(ToString::to_string).collect()).unwrap_or_default(),
            opinion: wording::opinion(
                last.and_then(|last| last.verdict),
                last.and_then(|last| last.reason.as_deref()).unwrap_or(""),
            ),
            recheck_day: result.map(|result| result.day),
            recheck_result: result.map_or("", |result| wording::outcome(result.outcome)),
            closed: result.filter(|_| card.stage == Stage::Closed).map(|result| result.day),
            remark: words(wording::stage(row.stage), &marks).join("；"),
            site: place.site,
            unit: place.unit,
            ..Line::default()
        })
    }

    /// The stage, and whatever stands beside it.
    fn remark(&self, case: &Case, dates: &Dates, overdue: bool) -> Result<String, MingchaError> {
        let suspended = is_suspended(case.suspended, case.suspended_until, self.almanac.today);
        let marks = [
            (overdue, wording::mark("overdue")),
            (self.is_repeat(case)?, wording::mark("repeat")),
            (suspended && case.suspended_until.is_none(), wording::mark("suspended")),
            (case.appealed, wording::mark("appealed")),
            (case.contested, wording::mark("contested")),
            (dates.provisional, wording::mark("provisional")),
        ];
        let mut words = words(wording::stage(case.stage), &marks);
        let until = case.suspended_until.filter(|_| suspended);
        words.extend(until.map(|until| wording::ledger::suspended_until(&until.to_string())));
        if let Some(other) = self.phone.store.counts_under(case)? {
            let number = self.phone.store.finding(other)?.and_then(|row| row.number);
            let number = number.unwrap_or_else(|| provisional_number(other));
            words.push(wording::ledger::duplicate_of(&number));
        }
        Ok(words.join("；"))
    }

    /// Asks only where an earlier finding of the item is known at the site: asking reads all findings of the site.
    fn is_repeat(&self, case: &Case) -> Result<bool, MingchaError> {
        let first = self.first_days.get(&(case.site, case.raise.item.clone()));
        Ok(first.is_some_and(|first| *first < case.raised_day) && self.phone.is_repeat(case)?)
    }

    /// The words of a finding's item as its visit asked it.
    fn item_of_case(&mut self, case: &Case) -> Result<Worded, MingchaError> {
        let visit = case.raise.visit;
        if let (None, false) = (&case.set, self.asked.contains_key(&visit)) {
            self.asked.insert(visit, self.phone.sets_of_case(case)?);
        }
        let sets = case.set.as_slice();
        let asked = if sets.is_empty() { self.asked.get(&visit).map(Vec::as_slice).unwrap_or_default() } else { sets };
        Ok(self.item_under(asked, &case.raise.item))
    }

    fn item_under(&self, asked: &[SetRef], code: &ItemCode) -> Worded {
        let is_asked =
            |set: &&CriteriaSet| asked.iter().any(|one| one.code == set.code.as_str() && one.version == set.version);
        let item = self.sets.iter().filter(is_asked).find_map(|set| set.item(code));
        item.map(worded).or_else(|| self.newest.get(code).cloned()).unwrap_or_default()
    }

    fn site(&mut self, site: SiteId) -> Result<Where, MingchaError> {
        if let Some(known) = self.sites.get(&site) {
            return Ok(known.clone());
        }
        let mut found = Where::default();
        if let Some(row) = self.phone.store.site(site)? {
            found.unit = self.phone.store.unit(row.unit)?.map(|unit| unit.name).unwrap_or_default();
            found.site = row.name;
        }
        self.sites.insert(site, found.clone());
        Ok(found)
    }

    /// Who wrote a log, as far as the reader of this ledger may know.
    fn author(&mut self, log: LogId) -> Result<String, MingchaError> {
        if let Some(known) = self.authors.get(&log) {
            return Ok(known.clone());
        }
        let name = self.phone.by(log)?.unwrap_or_default();
        self.authors.insert(log, name.clone());
        Ok(name)
    }
}

fn words(stage: &str, marks: &[(bool, &str)]) -> Vec<String> {
    let marks = marks.iter().filter(|(holds, _)| *holds).map(|(_, word)| (*word).to_owned());
    std::iter::once(stage.to_owned()).chain(marks).collect()
}

fn extension_of_case(case: &Case) -> String {
    match (case.extension_granted, case.extension_asked) {
        (_, Some(until)) => wording::ledger::extension_asked(&until.to_string()),
        (Some(until), None) => wording::ledger::extension_granted(&until.to_string()),
        (None, None) if case.extension_refused => wording::ledger::EXTENSION_REFUSED.to_owned(),
        (None, None) => String::new(),
    }
}

fn extension_of_card(extension: Option<CardExtension>) -> &'static str {
    match extension {
        Some(CardExtension::Asked) => wording::ledger::EXTENSION_ASKED,
        Some(CardExtension::Granted) => wording::ledger::EXTENSION_GRANTED,
        Some(CardExtension::Refused) => wording::ledger::EXTENSION_REFUSED,
        None => "",
    }
}
