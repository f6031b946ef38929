//! What this phone says of findings, from raising to the recheck, by inspectors, contacts and supervisors.
//!
//! A finding is never deleted and its stage is never stated: every verb here says what its author knows, and the stage
//! follows. What a contact knows of a finding is its card.

use std::path::PathBuf;

use mingcha_model::body::{
    Acknowledge, AppealDecide, Body, Channel, Decline, ExtensionAsk, ExtensionDecide, FindingDuplicate, FindingFixed,
    FindingNotice, FindingRaise, FindingVoid, Nothing, ResultSay, Review, SubmissionAdd, Suspend,
};
use mingcha_model::{
    Basis, Case, Day, EntityId, Field, FindingId, Mode, NoticeKind, Outcome, Place, ReviewVerdict, Severity, Shown,
    Stage, SubmissionId, VisitStatus,
};

use crate::ports::sixteen;
use crate::say::Saying;
use crate::{MingchaError, Mistake, Phone, Raised, Rechecked, Reviewed, Staged, Submitted};

impl Phone {
    /// Raises a finding on an item of a visit; also after the visit was submitted.
    pub fn finding_raise(
        &mut self,
        visit: &str,
        item: &str,
        text: &str,
        severity: Option<&str>,
        photos: &[String],
    ) -> Result<Raised, MingchaError> {
        self.finish_named(photos)?;
        let visit = self.visit_case(self.visit_id(visit)?)?;
        if visit.status() == VisitStatus::Void {
            return Err(Mistake::Void.into());
        }
        let item = self.item_of_visit(&visit, item)?;
        let text = needed(text)?;
        let severity: Severity = severity
            .unwrap_or("ordinary")
            .parse()
            .map_err(|_| Mistake::Malformed("严重程度", "the severity is minor, ordinary, serious or works"))?;
        let photos = self.photos_of_visit(photos, visit.visit)?;
        let place = self.place_of_visit(&visit)?;
        let finding = FindingId::from_random(sixteen(&*self.chance));
        let raise = FindingRaise { visit: visit.visit, site: visit.site, item: item.code, severity, photos };
        self.say(&place, vec![Saying::new(finding, Body::FindingRaise(raise)).with_text(text)])?;
        Ok(Raised { finding, number: provisional_number(finding) })
    }

    /// The unit acknowledges what it was told; `signed` on paper, which an inspector or a supervisor writes down.
    pub fn finding_acknowledge(&mut self, id: &str, name: &str, signed: bool) -> Result<Staged, MingchaError> {
        let (finding, place) = self.told_finding(id)?;
        let notice = self.notices_seen(finding)?;
        if notice.is_none() {
            return Err(
                Mistake::NotNow("尚无通知可签收", "no notice was served yet; there is nothing to sign for").into()
            );
        }
        let channel = if signed { Channel::Written } else { Channel::Phone };
        let body = Body::FindingAcknowledge(Acknowledge { channel, notice });
        self.say_as_contact(&place, finding, Saying::new(finding, body).with_text(needed(name)?))
    }

    /// The unit refuses the notice, with a reason.
    pub fn finding_decline(&mut self, id: &str, text: &str) -> Result<Staged, MingchaError> {
        let (finding, place) = self.told_finding(id)?;
        let saying = Saying::new(finding, Body::FindingDecline(Decline { notice: self.notices_seen(finding)? }))
            .with_text(needed(text)?);
        self.say_as_contact(&place, finding, saying)
    }

    /// It was fixed on the spot 立行立改; it is rechecked all the same.
    pub fn finding_fixed(&mut self, id: &str, photos: &[PathBuf]) -> Result<Staged, MingchaError> {
        let (case, place) = self.case_for_writing(id)?;
        self.may_say(&place, &Body::FindingFixed(FindingFixed { photos: Vec::new() }))?;
        let (ids, mut sayings, files) = self.add_photos(case.finding.into(), photos, None)?;
        sayings.push(Saying::new(case.finding, Body::FindingFixed(FindingFixed { photos: ids })));
        self.say_with_files(&place, sayings, &files)?;
        self.staged(case.finding)
    }

    /// Serves a rectification notice 整改通知; without a day the deadline follows from severity and service.
    pub fn finding_notice(&mut self, id: &str, deadline: Option<&str>) -> Result<Staged, MingchaError> {
        let deadline = deadline.map(day).transpose()?;
        self.serve(id, NoticeKind::Rectification, deadline)
    }

    /// Serves a supervision notice 督办通知.
    pub fn finding_supervise(&mut self, id: &str) -> Result<Staged, MingchaError> {
        self.serve(id, NoticeKind::Supervision, None)
    }

    fn serve(&mut self, id: &str, notice: NoticeKind, deadline: Option<Day>) -> Result<Staged, MingchaError> {
        let (case, place) = self.case_for_writing(id)?;
        if case.stage == Stage::Closed {
            return Err(Mistake::NotNow("已销号", "it is closed; reopen it first").into());
        }
        let today = self.today()?;
        if deadline.is_some_and(|deadline| deadline < today) {
            return Err(Mistake::NotNow("期限已过", "the deadline lies in the past; name today or later").into());
        }
        let saying = Saying::new(
            case.finding,
            Body::FindingNotice(FindingNotice { notice, deadline, instead_of: case.extension_granted }),
        );
        self.say_of(&place, &case, saying)
    }

    /// A unit submits what it put right, with after-photos.
    pub fn finding_rectify(&mut self, id: &str, text: &str, photos: &[PathBuf]) -> Result<Submitted, MingchaError> {
        let (finding, place) = self.told_finding(id)?;
        let text = needed(text)?;
        self.may_say(&place, &Body::SubmissionAdd(SubmissionAdd { finding, photos: Vec::new() }))?;
        if self.finding_row(finding)?.stage == Stage::Void {
            return Err(Mistake::NotNow("问题已作废，无需整改", "it is void: nothing is to be put right").into());
        }
        let (ids, mut sayings, files) = self.add_photos(finding.into(), photos, None)?;
        let submission = SubmissionId::from_random(sixteen(&*self.chance));
        let add = SubmissionAdd { finding, photos: ids };
        sayings.push(Saying::new(submission, Body::SubmissionAdd(add)).with_text(text));
        self.say_with_files(&place, sayings, &files)?;
        Ok(Submitted { submission, stage: self.staged(finding)?.stage })
    }

    /// A supervisor approves or returns exactly one submission.
    pub fn finding_review(
        &mut self,
        submission: &str,
        verdict: &str,
        text: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Reviewed, MingchaError> {
        let submission = self.submission_id(submission)?;
        let verdict = match verdict {
            "approve" => ReviewVerdict::Approve,
            "return" => ReviewVerdict::Return,
            _ => return Err(Mistake::Malformed("审核结论", "the verdict is approve or return").into()),
        };
        if verdict == ReviewVerdict::Return {
            needed(text.unwrap_or(""))?;
        }
        let finding =
            self.store.finding_of_submission(submission.into())?.ok_or(Mistake::Unknown("整改反馈", "submission"))?;
        let (case, place) = self.case_for_writing(&finding.to_string())?;
        let over = self.over(submission, &Field::Verdict, basis, &basis_of_case(&case))?;
        let body = Body::Review(Review { finding, verdict });
        let saying = Saying::new(submission, body).with_text(text.unwrap_or("")).with_over(over);
        let ops = self.say(&place, vec![saying])?;
        let review = *ops.first().ok_or(MingchaError::KeyLost)?;
        Ok(Reviewed { review, stage: self.staged(finding)?.stage })
    }

    /// Records what a recheck found: `pass`, `fail` or `partly`.
    pub fn finding_recheck(
        &mut self,
        id: &str,
        outcome: &str,
        visit: Option<&str>,
        text: Option<&str>,
        photos: &[PathBuf],
        basis: Option<&str>,
    ) -> Result<Rechecked, MingchaError> {
        let outcome = match outcome {
            "pass" => Outcome::Pass,
            "partly" => Outcome::Partly,
            "fail" => Outcome::Fail,
            _ => return Err(Mistake::Malformed("复查结果", "the result is pass, fail or partly").into()),
        };
        let visit = match visit {
            Some(typed) => Some(self.visit_case(self.visit_id(typed)?)?),
            None => None,
        };
        // What was seen under cover is recorded without saying so.
        let visit = visit.filter(|visit| visit.mode != Mode::Undercover).map(|visit| visit.visit);
        let (case, place) = self.case_for_writing(id)?;
        self.may_say(&place, &Body::Result(ResultSay { outcome, visit, photos: Vec::new() }))?;
        let (ids, mut sayings, files) = self.add_photos(case.finding.into(), photos, None)?;
        let over = self.over(case.finding, &Field::Result, basis, &basis_of_case(&case))?;
        let body = Body::Result(ResultSay { outcome, visit, photos: ids });
        sayings.push(Saying::new(case.finding, body).with_text(text.unwrap_or("")).with_over(over));
        self.say_with_files(&place, sayings, &files)?;
        self.rechecked(case.finding)
    }

    /// Opens a closed finding again, with a reason.
    pub fn finding_reopen(&mut self, id: &str, text: &str, basis: Option<&str>) -> Result<Rechecked, MingchaError> {
        let (case, place) = self.case_for_writing(id)?;
        if case.outcome().is_none() {
            return Err(Mistake::NotNow("尚未复查", "there is no result to reopen").into());
        }
        let over = self.over(case.finding, &Field::Result, basis, &basis_of_case(&case))?;
        let body = Body::Result(ResultSay { outcome: Outcome::Reopen, visit: None, photos: Vec::new() });
        let saying = Saying::new(case.finding, body).with_text(needed(text)?).with_over(over);
        self.say(&place, vec![saying])?;
        self.rechecked(case.finding)
    }

    /// The unit asks for a later deadline.
    pub fn finding_extension_ask(&mut self, id: &str, until: &str, text: &str) -> Result<Staged, MingchaError> {
        let (finding, place) = self.told_finding(id)?;
        let until = day(until)?;
        let served = match self.store.card(finding)? {
            Some(card) => card.card.deadline,
            None => None,
        };
        if served.is_some_and(|served| until < served) {
            return Err(Mistake::NotNow(
                "所请日期早于现有期限",
                "the day asked for is before the deadline; name a later one",
            )
            .into());
        }
        if until < self.today()? {
            return Err(
                Mistake::NotNow("所请日期已过", "the day asked for lies in the past; name today or later").into()
            );
        }
        let body = Body::ExtensionAsk(ExtensionAsk { until });
        self.say_as_contact(&place, finding, Saying::new(finding, body).with_text(needed(text)?))
    }

    /// Grants a later deadline: the day named, else the day asked for.
    pub fn finding_extension_grant(
        &mut self,
        id: &str,
        until: Option<&str>,
        text: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Staged, MingchaError> {
        let (case, _) = self.case_for_writing(id)?;
        let until = match until {
            Some(until) => day(until)?,
            None => {
                case.extension_asked.ok_or(Mistake::NotNow("没有延期申请", "nobody asked; name a day with --until"))?
            }
        };
        let almanac = self.almanac()?;
        let served = almanac.rules.dates(&case).deadline;
        if served.is_some_and(|served| until < served) {
            return Err(Mistake::NotNow(
                "期限只能推迟",
                "an extension moves a deadline later; earlier needs a new notice",
            )
            .into());
        }
        self.decide(id, &Field::Extension, Body::ExtensionDecide(ExtensionDecide { until: Some(until) }), text, basis)
    }

    /// Refuses a later deadline, with a reason.
    pub fn finding_extension_refuse(
        &mut self,
        id: &str,
        text: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Staged, MingchaError> {
        needed(text.unwrap_or(""))?;
        self.decide(id, &Field::Extension, Body::ExtensionDecide(ExtensionDecide { until: None }), text, basis)
    }

    /// Suspends a finding 挂账: works that cannot be done now.
    pub fn finding_suspend(
        &mut self,
        id: &str,
        until: Option<&str>,
        text: &str,
        basis: Option<&str>,
    ) -> Result<Staged, MingchaError> {
        needed(text)?;
        if matches!(self.case_for_writing(id)?.0.stage, Stage::Closed | Stage::Void) {
            return Err(Mistake::NotNow("已销号或作废", "it is closed or void; there is nothing to suspend").into());
        }
        let until = until.map(day).transpose()?;
        let today = self.today()?;
        if until.is_some_and(|until| until < today) {
            return Err(Mistake::NotNow("挂账止日已过", "the last day lies in the past; name today or later").into());
        }
        let body = Body::Suspend(Suspend { suspended: true, until });
        self.decide(id, &Field::Suspended, body, Some(text), basis)
    }

    /// Resumes a suspended finding.
    pub fn finding_resume(
        &mut self,
        id: &str,
        text: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Staged, MingchaError> {
        if !self.case_for_writing(id)?.0.suspended {
            return Err(Mistake::NotNow("没有挂账", "it is not suspended").into());
        }
        self.decide(id, &Field::Suspended, Body::Suspend(Suspend { suspended: false, until: None }), text, basis)
    }

    /// The unit appeals, with a reason.
    pub fn finding_appeal(&mut self, id: &str, text: &str) -> Result<Staged, MingchaError> {
        let (finding, place) = self.told_finding(id)?;
        self.say_as_contact(&place, finding, Saying::new(finding, Body::Appeal(Nothing {})).with_text(needed(text)?))
    }

    /// Decides an appeal: the finding stands 维持.
    pub fn finding_uphold(
        &mut self,
        id: &str,
        text: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Staged, MingchaError> {
        self.decide_appeal(id, true, text, basis)
    }

    /// Decides an appeal: the finding is withdrawn 撤销, with a reason.
    pub fn finding_withdraw(
        &mut self,
        id: &str,
        text: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Staged, MingchaError> {
        needed(text.unwrap_or(""))?;
        self.decide_appeal(id, false, text, basis)
    }

    fn decide_appeal(
        &mut self,
        id: &str,
        upheld: bool,
        text: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Staged, MingchaError> {
        if !self.case_for_writing(id)?.0.appealed {
            return Err(Mistake::NotNow("没有申诉", "there is no appeal to decide").into());
        }
        self.decide(id, &Field::Appeal, Body::AppealDecide(AppealDecide { upheld }), text, basis)
    }

    /// Voids a finding 作废, with a reason.
    pub fn finding_void(&mut self, id: &str, text: &str, basis: Option<&str>) -> Result<Staged, MingchaError> {
        needed(text)?;
        self.decide(id, &Field::FindingVoid, Body::FindingVoid(FindingVoid { void: true }), Some(text), basis)
    }

    /// Takes the voiding of a finding back, with a reason.
    pub fn finding_restore(&mut self, id: &str, text: &str, basis: Option<&str>) -> Result<Staged, MingchaError> {
        needed(text)?;
        if self.case_for_writing(id)?.0.stage != Stage::Void {
            return Err(Mistake::NotNow("问题未作废", "it is not void; there is nothing to take back").into());
        }
        self.decide(id, &Field::FindingVoid, Body::FindingVoid(FindingVoid { void: false }), Some(text), basis)
    }

    /// Says that a finding is the same fact as another, or with `none` that it is not; both stay, one counts.
    pub fn finding_duplicate(
        &mut self,
        id: &str,
        other: &str,
        text: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Staged, MingchaError> {
        let finding = self.acted_on(self.finding_id(id)?)?;
        let of = if other == "none" { None } else { Some(self.acted_on(self.finding_id(other)?)?) };
        if let Some(of) = of {
            let case = self.store.case(of)?.ok_or(Mistake::Unknown("另一个问题", "finding"))?;
            if finding == of || case.duplicate_of == Some(finding) {
                return Err(
                    Mistake::NotNow("互为同一事", "the other one already counts as this one's duplicate").into()
                );
            }
        }
        let body = Body::FindingDuplicate(FindingDuplicate { of });
        self.decide(id, &Field::Duplicate, body, text, basis)
    }

    /// Corrects the wording of a finding; both wordings are shown.
    pub fn finding_correct(&mut self, id: &str, text: &str) -> Result<Staged, MingchaError> {
        let (case, place) = self.case_recorded(id)?;
        let saying = Saying::new(case.finding, Body::FindingCorrect(Nothing {})).with_text(needed(text)?);
        self.say_of(&place, &case, saying)
    }

    /// Writes one value of a register of a finding.
    fn decide(
        &mut self,
        id: &str,
        field: &Field,
        body: Body,
        text: Option<&str>,
        basis: Option<&str>,
    ) -> Result<Staged, MingchaError> {
        let (case, place) = self.case_for_writing(id)?;
        let over = self.over(case.finding, field, basis, &basis_of_case(&case))?;
        let saying = Saying::new(case.finding, body).with_text(text.unwrap_or("")).with_over(over);
        self.say_of(&place, &case, saying)
    }

    fn say_of(&mut self, place: &Place, case: &Case, saying: Saying) -> Result<Staged, MingchaError> {
        self.say(place, vec![saying])?;
        self.staged(case.finding)
    }

    fn say_as_contact(&mut self, place: &Place, finding: FindingId, saying: Saying) -> Result<Staged, MingchaError> {
        self.say(place, vec![saying])?;
        self.staged(finding)
    }

    /// A finding as staff act on it, and where it belongs: of an undercover one the published copy, where one exists.
    pub(crate) fn case_for_writing(&self, typed: &str) -> Result<(Case, Place), MingchaError> {
        self.case_and_place(self.acted_on(self.finding_id(typed)?)?)
    }

    /// A finding as it was recorded, and where it belongs: what is added to it stays where it was.
    pub(crate) fn case_recorded(&self, typed: &str) -> Result<(Case, Place), MingchaError> {
        self.case_and_place(self.finding_id(typed)?)
    }

    fn case_and_place(&self, finding: FindingId) -> Result<(Case, Place), MingchaError> {
        match self.store.case(finding)? {
            Some(case) => Ok((case, self.place_of(finding.into())?)),
            None if self.store.card(finding)?.is_some() => {
                Err(Mistake::NotPermitted(mingcha_model::Refusal::Role).into())
            }
            None => Err(Mistake::Unknown("问题", "finding").into()),
        }
    }

    /// A finding that its unit was told of, and where it belongs.
    fn told_finding(&self, typed: &str) -> Result<(FindingId, Place), MingchaError> {
        let finding = self.finding_id(typed)?;
        let Some(card) = self.store.card(finding)? else {
            // Staff know it by its case; permission then says that it is not theirs to say.
            return if self.store.case(finding)?.is_some() {
                Ok((finding, self.place_of(finding.into())?))
            } else {
                Err(Mistake::Unknown("问题", "finding").into())
            };
        };
        let site = self.store.site(card.card.site)?.ok_or(Mistake::Unknown("点位", "site"))?;
        Ok((finding, Place { area: site.area, unit: site.unit, covert: false, self_check: false }))
    }

    /// How many notices of a finding this phone shows; `None` while there is none.
    fn notices_seen(&self, finding: FindingId) -> Result<Option<u32>, MingchaError> {
        let seen = match self.store.card(finding)? {
            Some(card) => card.card.notices,
            None => self.store.case(finding)?.map_or(0, |case| u32::try_from(case.notices.len()).unwrap_or(u32::MAX)),
        };
        Ok(Some(seen).filter(|seen| *seen > 0))
    }

    pub(crate) fn place_of(&self, entity: EntityId) -> Result<Place, MingchaError> {
        self.store.place(entity)?.ok_or_else(|| Mistake::Unknown("点位", "site").into())
    }

    pub(crate) fn staged(&self, finding: FindingId) -> Result<Staged, MingchaError> {
        Ok(Staged { finding, stage: self.finding_row(finding)?.stage })
    }

    fn rechecked(&self, finding: FindingId) -> Result<Rechecked, MingchaError> {
        let row = self.finding_row(finding)?;
        Ok(Rechecked { stage: row.stage, recheck_due: row.recheck_due })
    }
}

/// The provisional number of a finding: the first six characters of its id, never anything of a device.
pub(crate) fn provisional_number(finding: FindingId) -> String {
    finding.to_string().chars().take(6).collect()
}

/// What a finding's row showed: each of its registers, and the verdict of each submission.
pub(crate) fn basis_of_case(case: &Case) -> Basis {
    let mut shown: Vec<Shown> = case
        .heads
        .iter()
        .map(|(entity, field, heads)| Shown { entity: *entity, field: field.clone(), heads: heads.clone() })
        .collect();
    for submission in &case.submissions {
        let entity = EntityId::from(submission.submission);
        if !shown.iter().any(|shown| shown.entity == entity) {
            shown.push(Shown { entity, field: Field::Verdict, heads: Vec::new() });
        }
    }
    Basis { shown }
}

/// What a contact's row showed: which finding it was, and no word of anybody's. A contact replaces nothing.
pub(crate) fn basis_of_card(finding: FindingId) -> Basis {
    Basis { shown: vec![Shown { entity: finding.into(), field: Field::Result, heads: Vec::new() }] }
}

fn needed(text: &str) -> Result<&str, MingchaError> {
    if text.trim().is_empty() { Err(Mistake::NoText.into()) } else { Ok(text) }
}

fn day(typed: &str) -> Result<Day, MingchaError> {
    typed.parse().map_err(|_| Mistake::Malformed("日期", "a day is written YYYY-MM-DD").into())
}
