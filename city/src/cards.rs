//! Case cards: the whole present state of one finding as its unit may know it.
//!
//! A card is made of the folded case, its dates, and the published photos, and of nothing else: it has no person, no
//! device, no log, no minute, and never the finding's own words.

use mingcha_model::body::{Card, CardExtension, CardResult, CardSubmission};
use mingcha_model::{Case, Digest, Kind, NoticeKind, Rules, SiteId, Stage};

/// So many of the newest submissions and results are in a card, each with its words.
const MOST_SHOWN: usize = 50;
/// So many of the newest submissions are named as taken into account: 34 KiB.
const MOST_INCLUDED: usize = 2_000;
/// So many published photos are listed: 34 KiB.
const MOST_PHOTOS: usize = 1_000;

fn newest<T>(all: &[T], most: usize) -> &[T] {
    all.get(all.len().saturating_sub(most)..).unwrap_or_default()
}

/// True once the unit was told of the finding: fed back, noticed, or fixed before its eyes.
pub(crate) fn is_known_to_unit(case: &Case) -> bool {
    case.feedback.is_some() || !case.notices.is_empty() || case.fixed_day.is_some()
}

/// The card of a finding and its texts: the demand, then the reasons that submissions point to.
pub(crate) fn card(case: &Case, site: SiteId, photos: Vec<Digest>, rules: &Rules) -> (Card, Vec<String>) {
    let dates = rules.dates(case);
    let mut texts = vec![demand(case)];
    let most = Kind::CARD_WRITE.most_texts().unwrap_or(1);
    let submissions = newest(&case.submissions, MOST_SHOWN).iter().map(|submission| {
        let said = submission.reviews.iter().find(|review| Some(review.op) == submission.verdict_op);
        let reason = said.filter(|review| !review.text.is_empty() && texts.len() < most).and_then(|review| {
            let place = u8::try_from(texts.len()).ok()?;
            texts.push(review.text.clone());
            Some(place)
        });
        CardSubmission { submission: submission.submission, verdict: submission.verdict, reason }
    });
    let submissions: Vec<CardSubmission> = submissions.collect();
    let card = Card {
        number: case.number.clone(),
        site,
        item: case.raise.item.clone(),
        severity: case.raise.severity,
        stage: case.stage,
        result_count: u32::try_from(case.results.len()).unwrap_or(u32::MAX),
        feedback_day: case.feedback.as_ref().map(|feedback| feedback.day),
        notice_day: case.notices.last().map(|notice| notice.day),
        deadline: dates.deadline,
        extension: extension(case),
        photos: photos.into_iter().take(MOST_PHOTOS).collect(),
        includes: newest(&case.submissions, MOST_INCLUDED).iter().map(|one| one.submission).collect(),
        submissions,
        results: newest(&case.results, MOST_SHOWN)
            .iter()
            .map(|one| CardResult { outcome: one.outcome, day: one.day, counts: one.counts })
            .collect(),
        suspended: case.suspended,
        appealed: case.appealed,
        provisional: dates.provisional,
        recheck_due: dates
            .recheck
            .filter(|_| rules.policy_in(case.campaign).unit_sees_recheck_date)
            .map(|recheck| recheck.due),
        supervision_day: case
            .notices
            .iter()
            .rfind(|notice| notice.notice == NoticeKind::Supervision)
            .map(|notice| notice.day),
        suspended_until: case.suspended_until,
        notices: u32::try_from(case.notices.len()).unwrap_or(u32::MAX),
        duplicate_of: None,
        set: case.set.clone(),
    };
    (card, texts)
}

/// The card of a finding that turned out to be another unit's: void, and nothing of what became of it.
pub(crate) fn left_behind(card: &Card, site: SiteId) -> Card {
    Card {
        site,
        stage: Stage::Void,
        deadline: None,
        extension: None,
        photos: Vec::new(),
        submissions: Vec::new(),
        results: Vec::new(),
        result_count: 0,
        suspended: false,
        suspended_until: None,
        appealed: false,
        recheck_due: None,
        ..card.clone()
    }
}

/// What the unit must put right, in the words chosen for it.
fn demand(case: &Case) -> String {
    let fed_back = case.feedback.iter().map(|feedback| &feedback.demand);
    let noticed = case.notices.iter().rev().map(|notice| &notice.text);
    fed_back.chain(noticed).find(|words| !words.is_empty()).cloned().unwrap_or_default()
}

fn extension(case: &Case) -> Option<CardExtension> {
    if case.extension_asked.is_some() {
        Some(CardExtension::Asked)
    } else if case.extension_granted.is_some() {
        Some(CardExtension::Granted)
    } else {
        case.extension_refused.then_some(CardExtension::Refused)
    }
}
