//! What a paper for a unit may say of a finding. There is no field for a person, a device, a minute, a visit or the
//! finding's own words, so no such paper can show them.
//!
//! It is made of a card where this phone is a contact's, and by the card's rules of the case where it is not.

use mingcha_model::body::{Body, Card, CardExtension};
use mingcha_model::{
    Case, Day, Definition, FindingId, Item, NoticeKind, Outcome, PhotoId, ReviewVerdict, Stage, UnitId, is_suspended,
};
use mingcha_store::CardRow;

use super::album::{Album, Pictures};
use crate::findings::provisional_number;
use crate::{MingchaError, Mistake, Phone, wording};

/// A submission of the unit and the word on it.
pub(super) struct SubmissionTold {
    pub day: Day,
    pub text: String,
    pub verdict: Option<ReviewVerdict>,
    pub reason: String,
    /// What the unit itself took.
    pub photos: Vec<PhotoId>,
}

/// One finding as its unit may know it.
pub(super) struct Told {
    pub number: String,
    pub unit: String,
    pub site: String,
    pub item: String,
    pub item_text: String,
    pub severity: &'static str,
    pub demand: String,
    pub stage: Stage,
    pub feedback_day: Option<Day>,
    pub fixed: bool,
    /// The newest notice and its day.
    pub notice: Option<(NoticeKind, Day)>,
    /// The notice before that one, where it is known here.
    pub previous_notice: Option<(NoticeKind, Day)>,
    /// How many supervision notices there were, where that is known here.
    pub supervisions: Option<u64>,
    pub deadline: Option<Day>,
    pub provisional: bool,
    pub extension: String,
    /// Only where policy tells the unit.
    pub recheck_due: Option<Day>,
    pub marks: Vec<&'static str>,
    pub submissions: Vec<SubmissionTold>,
    /// What rechecks found that counts, in order.
    pub results: Vec<(Outcome, Day)>,
    pub photos: Pictures,
}

impl Told {
    /// What a unit may know of a finding that is known here.
    pub fn of(phone: &Phone, finding: FindingId, album: &mut Album<'_>) -> Result<Self, MingchaError> {
        if let Some(case) = phone.store.case(finding)? {
            return Self::of_case(phone, &case, album);
        }
        match phone.store.card(finding)? {
            Some(card) => Self::of_card(phone, &card, album),
            None => Err(Mistake::Unknown("问题", "finding").into()),
        }
    }

    fn of_card(phone: &Phone, record: &CardRow, album: &mut Album<'_>) -> Result<Self, MingchaError> {
        let card = &record.card;
        let row = phone.row_of_card(record, &phone.almanac()?)?;
        let site = phone.store.site(card.site)?;
        let mut submissions = Vec::new();
        for (shown, said) in
            row.submissions.into_iter().zip(record.said.iter().filter(|one| matches!(one.body, Body::SubmissionAdd(_))))
        {
            submissions.push(SubmissionTold {
                day: said.day(),
                text: shown.text,
                verdict: shown.verdict,
                reason: shown.reason.unwrap_or_default(),
                photos: shown.photos,
            });
        }
        Ok(Self {
            number: number(card.number.as_deref(), record.finding),
            unit: unit_name(phone, site.as_ref().map(|site| site.unit))?,
            item_text: item_text(phone.item_of_card(card)?),
            item: card.item.to_string(),
            severity: card.severity.in_chinese(),
            demand: row.demand,
            stage: row.stage,
            feedback_day: card.feedback_day,
            fixed: card.stage == Stage::FixedOnSpot,
            notice: newest_notice(card),
            previous_notice: None,
            supervisions: None,
            deadline: card.deadline,
            provisional: row.provisional,
            extension: match card.extension {
                Some(CardExtension::Asked) => wording::ledger::EXTENSION_ASKED.to_owned(),
                Some(CardExtension::Granted) => wording::ledger::EXTENSION_GRANTED.to_owned(),
                Some(CardExtension::Refused) => wording::ledger::EXTENSION_REFUSED.to_owned(),
                None => String::new(),
            },
            recheck_due: card.recheck_due,
            marks: marks(row.stage, row.overdue, row.suspended, card.appealed),
            submissions,
            results: card.results.iter().filter(|one| one.counts).map(|one| (one.outcome, one.day)).collect(),
            photos: album.published(&card.photos)?,
            site: site.map(|site| site.name).unwrap_or_default(),
        })
    }

    pub fn of_case(phone: &Phone, case: &Case, album: &mut Album<'_>) -> Result<Self, MingchaError> {
        let almanac = phone.almanac()?;
        let dates = almanac.rules.dates(case);
        let site = phone.store.site(case.site)?;
        let mut submissions = Vec::new();
        for one in &case.submissions {
            let review = one.reviews.iter().find(|review| one.verdict_op == Some(review.op));
            submissions.push(SubmissionTold {
                day: one.day,
                text: one.text.clone(),
                verdict: one.verdict,
                reason: review.map(|review| review.text.clone()).unwrap_or_default(),
                photos: one.photos.clone(),
            });
        }
        let told = |notice: &mingcha_model::NoticeCase| (notice.notice, notice.day);
        let supervisions = case.notices.iter().filter(|one| one.notice == NoticeKind::Supervision).count();
        let overdue = dates.is_overdue(case, almanac.today) && !case.notices.is_empty();
        let released = case.feedback.as_ref().map(|feedback| feedback.photos.as_slice()).unwrap_or_default();
        Ok(Self {
            number: number(case.number.as_deref(), case.finding),
            unit: unit_name(phone, site.as_ref().map(|site| site.unit))?,
            item_text: item_text(phone.item_of_case(case)?),
            item: case.raise.item.to_string(),
            severity: case.raise.severity.in_chinese(),
            demand: phone.demand_told(case)?,
            stage: case.stage,
            feedback_day: case.feedback.as_ref().map(|feedback| feedback.day),
            fixed: case.fixed_day.is_some(),
            notice: case.notices.last().map(told),
            previous_notice: case.notices.iter().rev().nth(1).map(told),
            supervisions: u64::try_from(supervisions).ok(),
            deadline: almanac.served_deadline(case),
            provisional: dates.provisional,
            extension: match (case.extension_granted, case.extension_asked) {
                (_, Some(until)) => wording::ledger::extension_asked(&until.to_string()),
                (Some(until), None) => wording::ledger::extension_granted(&until.to_string()),
                (None, None) if case.extension_refused => wording::ledger::EXTENSION_REFUSED.to_owned(),
                (None, None) => String::new(),
            },
            recheck_due: dates
                .recheck
                .filter(|_| almanac.rules.policy_in(case.campaign).unit_sees_recheck_date)
                .map(|recheck| recheck.due),
            marks: marks(
                case.stage,
                overdue,
                is_suspended(case.suspended, case.suspended_until, almanac.today),
                case.appealed,
            ),
            submissions,
            results: case.results.iter().filter(|one| one.counts).map(|one| (one.outcome, one.day)).collect(),
            photos: if case.is_copy() {
                album.published(&case.published_photos)?
            } else {
                album.released(case, released)?
            },
            site: site.map(|site| site.name).unwrap_or_default(),
        })
    }
}

/// The newest notice of a card, and which it was.
fn newest_notice(card: &Card) -> Option<(NoticeKind, Day)> {
    let day = card.notice_day?;
    let supervised = card.supervision_day == Some(day);
    Some((if supervised { NoticeKind::Supervision } else { NoticeKind::Rectification }, day))
}

pub(super) fn number(official: Option<&str>, finding: FindingId) -> String {
    official.map_or_else(|| format!("{}{}", provisional_number(finding), wording::NUMBER_PROVISIONAL), str::to_owned)
}

pub(super) fn item_text(item: Option<Item>) -> String {
    let Some(item) = item else { return String::new() };
    let inferred = if item.definition == Definition::Inferred { wording::INFERRED } else { "" };
    format!("{}{inferred}", item.text.zh)
}

pub(super) fn unit_name(phone: &Phone, unit: Option<UnitId>) -> Result<String, MingchaError> {
    let Some(unit) = unit else { return Ok(String::new()) };
    Ok(phone.store.unit(unit)?.map(|unit| unit.name).unwrap_or_default())
}

pub(super) fn marks(stage: Stage, overdue: bool, suspended: bool, appealed: bool) -> Vec<&'static str> {
    let marks = [
        (overdue, wording::mark("overdue")),
        (suspended, wording::mark("suspended")),
        (appealed, wording::mark("appealed")),
    ];
    let beside = marks.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word);
    std::iter::once(wording::stage(stage)).chain(beside).collect()
}
