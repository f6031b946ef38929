//! Rows of findings: dates by calendar and policy, what is overdue, what happened in order.
//!
//! A contact's rows come from case cards, a colleague's from the case itself; both look alike on a screen.

use std::collections::BTreeMap;
use std::sync::Arc;

use mingcha_model::body::{Body, CardExtension, Mode};
use mingcha_model::{
    Case, Catalogue, Day, FindingId, Flags, Kind, Outcome, ResultSaid, ReviewVerdict, Rules, Said, SiteId, Stage,
    is_suspended,
};
use mingcha_store::{CardFilter, CardRow, FindingFilter};

use crate::criteria::{both, item_in};
use crate::feedback::{demand_of, demand_of_case};
use crate::findings::{basis_of_card, basis_of_case, provisional_number};
use crate::{CalendarDay, FindingRow, MingchaError, Mistake, Phone, ResultRow, ReviewRow, SubmissionRow, TimelineRow};

/// What rows of findings are figured with: read once, used for many.
pub(crate) struct Almanac {
    pub rules: Rules,
    pub today: Day,
    /// Every set and version: what an item was called when it was asked.
    pub catalogue: Arc<Catalogue>,
}

impl Almanac {
    /// The deadline as it was served. Screens show none once a finding is settled; papers still tell by when it was due.
    pub fn served_deadline(&self, case: &Case) -> Option<Day> {
        let unsettled = Case { stage: Stage::Noticed, ..case.clone() };
        self.rules.dates(&unsettled).deadline
    }

    /// True for a recheck before the first day on which it was due, as it stood without it and what came later.
    fn is_early(&self, case: &Case, result: &ResultSaid) -> bool {
        let earlier = case.results.iter().filter(|other| (other.ord, other.op) < (result.ord, result.op));
        let before = Case { stage: Stage::Noticed, results: earlier.cloned().collect(), ..case.clone() };
        let due = self.rules.dates(&before).recheck;
        result.outcome != Outcome::Reopen && due.is_some_and(|due| result.day < due.window_from)
    }
}

impl Phone {
    pub(crate) fn almanac(&self) -> Result<Almanac, MingchaError> {
        let rules = Rules::after(self.store.rule_changes()?);
        Ok(Almanac { rules, today: self.today()?, catalogue: self.catalogue()? })
    }

    /// The findings known here, newest first: of a stage, only overdue ones, of a site.
    pub fn finding_list(
        &self,
        stage: Option<&str>,
        overdue: bool,
        site: Option<&str>,
    ) -> Result<Vec<FindingRow>, MingchaError> {
        self.me()?;
        let stage = stage
            .map(|name| Stage::named(name).ok_or(Mistake::Malformed("阶段", "the stages are: recorded fed_back fixed_on_spot noticed submitted returned awaiting_recheck supervised closed void")))
            .transpose()?;
        let site = site.map(|typed| self.site_named(typed)).transpose()?.map(|site| site.site);
        let rows = self.finding_rows(&FindingFilter { site, refused: true, ..FindingFilter::default() })?;
        Ok(rows
            .into_iter()
            .filter(|row| stage.is_none_or(|stage| row.stage == stage) && (!overdue || row.overdue))
            .collect())
    }

    /// One finding with everything that is known of it here.
    pub fn finding_show(&self, id: &str) -> Result<FindingRow, MingchaError> {
        self.me()?;
        let finding = self.finding_id(id)?;
        let row = self.finding_row(finding)?;
        Ok(FindingRow { placeholder: self.placeholders_of(finding)?, signs: self.signs_of_finding(finding)?, ..row })
    }

    pub(crate) fn finding_rows(&self, filter: &FindingFilter) -> Result<Vec<FindingRow>, MingchaError> {
        let almanac = self.almanac()?;
        let mut rows = Vec::new();
        for record in self.store.findings(filter)? {
            if let Some(case) = self.store.case(record.finding)? {
                rows.push(self.row_of_case(&case, &almanac)?);
            }
        }
        for card in self.store.cards(&CardFilter::default())? {
            if filter.site.is_none_or(|site| site == card.card.site) {
                rows.push(self.row_of_card(&card, &almanac)?);
            }
        }
        Ok(rows)
    }

    pub(crate) fn finding_row(&self, finding: FindingId) -> Result<FindingRow, MingchaError> {
        self.row_of_finding(finding, &self.almanac()?)
    }

    fn row_of_finding(&self, finding: FindingId, almanac: &Almanac) -> Result<FindingRow, MingchaError> {
        match self.store.case(finding)? {
            Some(case) => self.row_of_case(&case, almanac),
            None => self.row_of_known_card(finding, almanac),
        }
    }

    /// What a line of a list shows of a finding: all but what was sent, found and done, which is read for one alone.
    pub(crate) fn line_of_finding(&self, finding: FindingId, almanac: &Almanac) -> Result<FindingRow, MingchaError> {
        match self.store.case(finding)? {
            Some(case) => self.line_of_case(&case, almanac),
            None => self.row_of_known_card(finding, almanac),
        }
    }

    fn row_of_known_card(&self, finding: FindingId, almanac: &Almanac) -> Result<FindingRow, MingchaError> {
        let card = self.store.card(finding)?.ok_or(Mistake::Unknown("问题", "finding"))?;
        self.row_of_card(&card, almanac)
    }

    fn row_of_case(&self, case: &Case, almanac: &Almanac) -> Result<FindingRow, MingchaError> {
        let mut submissions = Vec::new();
        for one in &case.submissions {
            let mut reviews = Vec::new();
            for review in &one.reviews {
                reviews.push(ReviewRow {
                    op: review.op,
                    verdict: review.verdict,
                    by: self.by(review.op.log)?,
                    text: review.text.clone(),
                    in_force: one.verdict_op == Some(review.op),
                });
            }
            submissions.push(SubmissionRow {
                submission: one.submission,
                text: one.text.clone(),
                photos: one.photos.clone(),
                verdict: one.verdict,
                reason: reviews.iter().find(|review| review.in_force).map(|review| review.text.clone()),
                reviews,
            });
        }
        let mut results = Vec::new();
        for one in &case.results {
            results.push(ResultRow {
                op: Some(one.op),
                result: one.outcome,
                by: self.by(one.op.log)?,
                day: one.day,
                counts: one.counts,
                early: almanac.is_early(case, one),
                same_inspector: self.are_of_one(one.op.log, case.raised_by.log)?,
            });
        }
        let line = self.line_of_case(case, almanac)?;
        Ok(FindingRow { submissions, results, timeline: self.timeline(case)?, ..line })
    }

    fn line_of_case(&self, case: &Case, almanac: &Almanac) -> Result<FindingRow, MingchaError> {
        let dates = almanac.rules.dates(case);
        let item = item_in(&almanac.catalogue, &self.sets_of_case(case)?, &case.raise.item);
        let duplicate_of = self.store.counts_under(case)?;
        Ok(FindingRow {
            finding: case.finding,
            number: case.number.clone().unwrap_or_else(|| provisional_number(case.finding)),
            published_as: self.copy_of(case.finding)?,
            stage: case.stage,
            site: case.site,
            site_name: self.site_name(case.site)?,
            item: case.raise.item.to_string(),
            item_text: item.as_ref().map(|item| both(&item.text)).unwrap_or_default(),
            definition: item.as_ref().map(|item| item.definition.name()),
            text: case.corrections.last().unwrap_or(&case.text).clone(),
            demand: demand_of_case(case, item.as_ref()),
            severity: case.raise.severity.code(),
            deadline: dates.deadline,
            recheck_due: dates.recheck.map(|recheck| recheck.due),
            provisional: dates.provisional,
            overdue: dates.is_overdue(case, almanac.today) && duplicate_of.is_none(),
            unserved: dates.unserved.is_some_and(|by| by < almanac.today),
            supervision_due: dates.supervision_due,
            extension: if case.extension_asked.is_some() {
                Some(CardExtension::Asked)
            } else if case.extension_granted.is_some() {
                Some(CardExtension::Granted)
            } else {
                case.extension_refused.then_some(CardExtension::Refused)
            },
            duplicate_of,
            visit_void: case.outlives_its_visit(),
            refused: self.store.refused_visit(case.finding.into())?.is_some(),
            repeat: Some(duplicate_of.is_none() && self.was_found_before(case)?),
            contested: Some(case.contested),
            suspended: !case.is_settled() && is_suspended(case.suspended, case.suspended_until, almanac.today),
            suspended_until: case.suspended_until,
            appealed: !case.is_settled() && case.appealed,
            photos: photos_of(case),
            placeholder: BTreeMap::new(),
            signs: Vec::new(),
            submissions: Vec::new(),
            results: Vec::new(),
            timeline: Vec::new(),
            basis: basis_of_case(case),
        })
    }

    pub(crate) fn row_of_card(&self, record: &CardRow, almanac: &Almanac) -> Result<FindingRow, MingchaError> {
        let card = &record.card;
        // What this contact said that the card does not take into account yet stands as submitted.
        let submitted: Vec<&Said> =
            record.said.iter().filter(|said| matches!(said.body, Body::SubmissionAdd(_))).collect();
        let pending: Vec<&&Said> = submitted
            .iter()
            .filter(|said| !card.includes.iter().any(|included| said.entity == (*included).into()))
            .collect();
        // So do a request and an appeal of which the city has not heard.
        let unheard = |kind: Kind| record.said.iter().any(|said| said.is_provisional() && said.body.kind() == kind);
        let asked = unheard(Kind::EXTENSION_ASK).then_some(CardExtension::Asked);
        let appealed = unheard(Kind::APPEAL);
        let settled = matches!(card.stage, Stage::Closed | Stage::Void);
        let stage = if pending.is_empty() || settled { card.stage } else { Stage::Submitted };
        let text = |place: u8| record.texts.get(usize::from(place)).cloned().flatten().unwrap_or_default();
        let submissions = submitted.iter().map(|said| {
            let on_card = card.submissions.iter().find(|one| said.entity == one.submission.into());
            SubmissionRow {
                submission: mingcha_model::SubmissionId(said.entity),
                text: said.text(0).to_owned(),
                photos: match &said.body {
                    Body::SubmissionAdd(add) => add.photos.clone(),
                    _ => Vec::new(),
                },
                verdict: on_card.and_then(|one| one.verdict),
                reviews: Vec::new(),
                reason: on_card.and_then(|one| one.reason).map(text),
            }
        });
        let item = item_in(&almanac.catalogue, card.set.as_slice(), &card.item);
        // Whoever told the unit chose no words: the item says what is to be put right.
        let demand = match text(0) {
            words if words.is_empty() => demand_of(&card.item, item.as_ref()),
            words => words,
        };
        let overdue = matches!(stage, Stage::Noticed | Stage::Returned | Stage::Supervised)
            && card.deadline.is_some_and(|deadline| deadline < almanac.today);
        Ok(FindingRow {
            finding: record.finding,
            number: card.number.clone().unwrap_or_else(|| provisional_number(record.finding)),
            published_as: None,
            stage,
            site: card.site,
            site_name: self.site_name(card.site)?,
            item: card.item.to_string(),
            item_text: item.as_ref().map(|item| both(&item.text)).unwrap_or_default(),
            definition: item.map(|item| item.definition.name()),
            text: demand.clone(),
            demand,
            severity: card.severity.code(),
            deadline: card.deadline,
            recheck_due: card.recheck_due,
            provisional: card.provisional || !pending.is_empty(),
            overdue,
            unserved: false,
            supervision_due: None,
            extension: asked.or(card.extension),
            duplicate_of: card.duplicate_of,
            visit_void: false,
            refused: false,
            repeat: None,
            contested: None,
            suspended: is_suspended(card.suspended, card.suspended_until, almanac.today),
            suspended_until: card.suspended_until,
            appealed: card.appealed || appealed,
            photos: card.photos.iter().map(ToString::to_string).collect(),
            placeholder: BTreeMap::new(),
            signs: Vec::new(),
            submissions: submissions.collect(),
            results: card
                .results
                .iter()
                .map(|one| ResultRow {
                    op: None,
                    result: one.outcome,
                    by: None,
                    day: one.day,
                    counts: one.counts,
                    early: false,
                    same_inspector: false,
                })
                .collect(),
            timeline: Vec::new(),
            basis: basis_of_card(record.finding),
        })
    }

    pub(crate) fn site_name(&self, site: SiteId) -> Result<String, MingchaError> {
        Ok(self.site_or_left(site)?.map(|site| site.name).unwrap_or_default())
    }

    /// The same item failed before at this site within the campaign, whoever found it; duplicates and void findings do
    /// not count.
    pub(crate) fn is_repeat(&self, case: &Case) -> Result<bool, MingchaError> {
        Ok(self.store.counts_under(case)?.is_none() && self.was_found_before(case)?)
    }

    /// The same of one that is no duplicate.
    fn was_found_before(&self, case: &Case) -> Result<bool, MingchaError> {
        for other in self.store.found_before(case.site, &case.raise.item, case.raised_day)? {
            let Some(other) = self.store.case(other)? else { continue };
            // What nobody was told of counts nowhere: its copy does, once there is one.
            let is_hidden = other.visit.as_ref().is_some_and(|visit| visit.mode == Mode::Undercover);
            if !is_hidden && other.campaign == case.campaign && self.store.counts_under(&other)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What happened to a finding, in order, in words.
    fn timeline(&self, case: &Case) -> Result<Vec<TimelineRow>, MingchaError> {
        let mut said = self.store.said(case.finding.into())?;
        for submission in &case.submissions {
            said.extend(self.store.said(submission.submission.into())?);
        }
        said.sort_by_key(Said::sequence);
        let mut rows = Vec::new();
        let mut published = false;
        for one in &said {
            // The city says a copy again when its photos are ready: that is no further step.
            if matches!(one.body, Body::FindingPublish(_)) && std::mem::replace(&mut published, true) {
                continue;
            }
            // What is held has not happened; it is listed by `held`.
            let Some(words) = step(&one.body).filter(|_| !one.flags.contains(Flags::HELD)) else { continue };
            let detail = one.text(0);
            rows.push(TimelineRow {
                day: one.day(),
                what: one.body.kind().name(),
                words,
                text: detail.to_owned(),
                by: self.by(one.id.log)?,
            });
        }
        Ok(rows)
    }

    /// The day that lies so many working days after this one.
    pub fn calendar_workdays(&self, day: &str, count: u32) -> Result<CalendarDay, MingchaError> {
        let day = parse_day(day)?;
        let reckoned = self
            .almanac()?
            .rules
            .calendar
            .add_workdays(day, count)
            .map_err(|_| Mistake::Malformed("工作日数", "at most 3660 working days are counted"))?;
        Ok(CalendarDay { date: reckoned.value, nominal: reckoned.value, provisional: reckoned.provisional })
    }

    /// The recheck of something fed back on this day.
    pub fn calendar_recheck(&self, day: &str) -> Result<CalendarDay, MingchaError> {
        let almanac = self.almanac()?;
        let recheck = almanac.rules.calendar.recheck(parse_day(day)?, almanac.rules.policy.recheck_roll);
        Ok(CalendarDay { date: recheck.due, nominal: recheck.nominal, provisional: recheck.provisional })
    }
}

/// A finding's photos by id; of a published copy the hashes of what the city made for it, as cards have them.
pub(crate) fn photos_of(case: &Case) -> Vec<String> {
    let published = case.published_photos.iter().map(ToString::to_string);
    case.raise.photos.iter().map(ToString::to_string).chain(published).collect()
}

pub(crate) fn parse_day(typed: &str) -> Result<Day, MingchaError> {
    typed.parse().map_err(|_| Mistake::Malformed("日期", "a day is written YYYY-MM-DD").into())
}

/// A step of a finding's way in words; `None` for what is not a step.
fn step(body: &Body) -> Option<&'static str> {
    Some(match body {
        Body::FindingRaise(_) => "记录问题 / recorded",
        Body::FindingPublish(_) => "公布并反馈 / published and fed back",
        Body::FindingFeedback(_) => "现场反馈 / fed back",
        Body::FindingFixed(_) => "立行立改 / fixed on the spot",
        Body::FindingNotice(notice) => match notice.notice {
            mingcha_model::NoticeKind::Rectification => "整改通知 / notice served",
            mingcha_model::NoticeKind::Supervision => "督办通知 / supervision notice",
        },
        Body::FindingAcknowledge(_) => "签收 / acknowledged",
        Body::FindingDecline(_) => "拒收 / refused",
        Body::FindingCorrect(_) => "更正 / corrected",
        Body::FindingVoid(void) if void.void => "作废 / voided",
        Body::FindingVoid(_) => "恢复 / no longer void",
        Body::FindingDuplicate(_) => "重复 / same as another",
        Body::SubmissionAdd(_) => "报整改 / rectification submitted",
        Body::Review(review) => match review.verdict {
            ReviewVerdict::Approve => "审核通过 / approved",
            ReviewVerdict::Return => "退回重改 / returned",
        },
        Body::Result(result) => match result.outcome {
            Outcome::Pass => "复查合格 / recheck passed",
            Outcome::Partly => "部分合格 / recheck passed in part",
            Outcome::Fail => "复查不合格 / recheck failed",
            Outcome::Reopen => "重新打开 / reopened",
        },
        Body::ExtensionAsk(_) => "申请延期 / extension asked",
        Body::ExtensionDecide(decide) if decide.until.is_some() => "同意延期 / extension granted",
        Body::ExtensionDecide(_) => "不同意延期 / extension refused",
        Body::Suspend(suspend) if suspend.suspended => "挂账 / suspended",
        Body::Suspend(_) => "恢复整改 / resumed",
        Body::Appeal(_) => "申诉 / appealed",
        Body::AppealDecide(decide) if decide.upheld => "维持 / appeal refused",
        Body::AppealDecide(_) => "撤销 / finding withdrawn",
        Body::NumberGive(_) => "编号 / numbered",
        Body::CardTell(tell) if tell.signed => "签收生效 / service counts from here",
        Body::CardTell(_) => "送达单位 / the unit was told",
        _ => return None,
    })
}
