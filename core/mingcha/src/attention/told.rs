//! What an op that waits for a person says, and of what: nobody releases, repeats or lets go of a mere number.
//!
//! It refuses to name more than this phone's other screens do: who wrote it is asked where they ask.

use mingcha_model::body::Body;
use mingcha_model::{EntityId, FindingId, Kind, Mode, OpId, Place, Refusal, SiteId, Verdict, VisitId, print_seconds};
use mingcha_store::Attention;

use super::code;
use crate::explain::registers::value;
use crate::{AttentionRow, MingchaError, Phone};

/// An op that waits for a person.
pub(super) struct Told {
    pub op: OpId,
    pub kind: Kind,
    pub entity: EntityId,
    pub body: Option<Body>,
    pub texts: Vec<String>,
    /// Its author's clock, in Unix seconds.
    pub at: i64,
    pub verdict: Verdict,
    pub reason: Option<Refusal>,
    /// Unix seconds.
    pub since: i64,
}

/// What an op is about, as far as it is known here.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    pub visit: Option<VisitId>,
    pub finding: Option<FindingId>,
    pub site: Option<SiteId>,
    pub item: Option<String>,
}

/// From a photo over a submission and a finding to the visit.
const MOST_STEPS: u8 = 4;

const PARKED: &str = "平台还没有它所属的记录，记录到后自动处理，最多等 35 天；可导出或放弃 / the city does not know what it belongs to: it is taken when that arrives and refused after 35 days; export it or let it go";
const PARKED_BELOW: &str = "所属检查被拒：重新提交或放弃该检查时一并处理 / its visit was refused: it goes along when that visit is proposed again or let go";

impl From<&Attention> for Told {
    fn from(own: &Attention) -> Self {
        Self {
            op: own.id,
            kind: own.op.kind,
            entity: own.op.entity,
            body: Body::from_bytes(own.op.kind, own.op.kind_version, &own.op.body).ok(),
            texts: own.op.texts.clone(),
            at: own.op.at,
            verdict: own.verdict,
            reason: own.reason,
            since: own.since,
        }
    }
}

impl Told {
    /// True for what made the thing that it speaks of.
    pub fn makes_it(&self) -> bool {
        makes(self.kind)
    }
}

/// True for kinds that make the thing that they speak of.
pub(super) fn makes(kind: Kind) -> bool {
    matches!(kind, Kind::VISIT_OPEN | Kind::FINDING_RAISE | Kind::SUBMISSION_ADD | Kind::PHOTO_ADD)
}

impl Phone {
    /// The row of an op; `beside` are others that wait, one of which may have made what this one speaks of.
    pub(super) fn told_row(&self, told: &Told, beside: &[Told]) -> Result<AttentionRow, MingchaError> {
        let subject = self.subject(told.entity, told.body.as_ref(), beside, MOST_STEPS)?;
        let (reason, advice) = match (told.verdict, told.reason) {
            (Verdict::Parked, _) if self.store.refused_visit(told.entity)?.is_some() => ("parked", PARKED_BELOW),
            (Verdict::Parked, _) => ("parked", PARKED),
            (_, reason) => (reason.map_or("", code), reason.map_or("", Refusal::sentence)),
        };
        let texts = told.texts.iter().map(String::as_str).filter(|text| !text.is_empty());
        Ok(AttentionRow {
            op: told.op,
            what: told.kind.name(),
            entity: told.entity,
            visit: subject.visit,
            finding: subject.finding,
            site_name: subject.site.map(|site| self.site_name(site)).transpose()?.unwrap_or_default(),
            site: subject.site,
            item: subject.item,
            value: told.body.as_ref().and_then(in_words),
            text: texts.collect::<Vec<_>>().join("；"),
            by: self.by(told.op.log)?,
            at: print_seconds(told.at),
            reason: reason.to_owned(),
            advice: advice.to_owned(),
            since: print_seconds(told.since),
        })
    }

    /// The visit, finding, site and item that something is said of.
    pub(super) fn subject(
        &self,
        entity: EntityId,
        body: Option<&Body>,
        beside: &[Told],
        steps: u8,
    ) -> Result<Subject, MingchaError> {
        let (above, item) = match body {
            Some(Body::VisitOpen(open)) => {
                let visit = Some(VisitId(entity));
                return Ok(Subject { visit, site: Some(open.site), ..Subject::default() });
            }
            Some(Body::FindingRaise(raise)) => {
                return Ok(Subject {
                    visit: Some(raise.visit),
                    finding: Some(FindingId(entity)),
                    site: Some(raise.site),
                    item: Some(raise.item.to_string()),
                });
            }
            Some(Body::Assign(assign)) => return Ok(Subject { site: Some(assign.site), ..Subject::default() }),
            Some(Body::SubmissionAdd(add)) => (add.finding.into(), None),
            Some(Body::Review(review)) => (review.finding.into(), None),
            Some(Body::PhotoAdd(add)) => (add.owner, add.item.as_ref()),
            Some(Body::Answer(answer)) => (entity, Some(&answer.item)),
            Some(Body::PhotoItem(put)) => (entity, put.item.as_ref()),
            _ => (entity, None),
        };
        let subject = self.subject_known(above, beside, steps)?;
        Ok(Subject { item: item.map(ToString::to_string).or(subject.item), ..subject })
    }

    fn subject_known(&self, at: EntityId, beside: &[Told], steps: u8) -> Result<Subject, MingchaError> {
        if let Some(case) = self.store.case(FindingId(at))? {
            return Ok(Subject {
                visit: Some(case.raise.visit).filter(|_| !case.is_copy()),
                finding: Some(case.finding),
                site: Some(case.site),
                item: Some(case.raise.item.to_string()),
            });
        }
        if let Some(card) = self.store.card(FindingId(at))? {
            let (finding, site) = (Some(card.finding), Some(card.card.site));
            return Ok(Subject { finding, site, item: Some(card.card.item.to_string()), visit: None });
        }
        if let Some(visit) = self.store.visit(VisitId(at))? {
            return Ok(Subject { visit: Some(visit.visit), site: Some(visit.site), ..Subject::default() });
        }
        let Some(steps) = steps.checked_sub(1) else { return Ok(Subject::default()) };
        if let Some(finding) = self.store.finding_of_submission(at)? {
            return self.subject_known(finding.into(), beside, steps);
        }
        if let Some(photo) = self.store.photo(at.into())? {
            let subject = self.subject_known(photo.add.owner, beside, steps)?;
            return Ok(Subject { item: photo.item.map(|item| item.to_string()).or(subject.item), ..subject });
        }
        if let Some(task) = self.store.task(at.into())? {
            return Ok(Subject { site: Some(task.site), ..Subject::default() });
        }
        match beside.iter().find(|other| other.entity == at && other.makes_it()) {
            Some(made) => self.subject(at, made.body.as_ref(), beside, steps),
            None => Ok(Subject::default()),
        }
    }

    /// Where something belongs whose site left this phone with its area.
    pub(super) fn place_left(&self, entity: EntityId, body: &Body) -> Result<Option<Place>, MingchaError> {
        let beside: Vec<Told> = self.store.attention()?.iter().map(Told::from).collect();
        let subject = self.subject(entity, Some(body), &beside, MOST_STEPS)?;
        let Some(site) = subject.site.map(|site| self.site_or_left(site)).transpose()?.flatten() else {
            return Ok(None);
        };
        let mode = subject.visit.map(|visit| self.store.visit(visit)).transpose()?.flatten().map(|visit| visit.mode);
        Ok(Some(Place {
            area: site.area,
            unit: site.unit,
            covert: mode == Some(Mode::Undercover),
            self_check: mode == Some(Mode::SelfCheck),
        }))
    }
}

/// What a body says, as lists print it; of an opened visit how it was made.
fn in_words(body: &Body) -> Option<String> {
    match body {
        Body::VisitOpen(open) => Some(open.mode.name().to_owned()),
        body => value(body),
    }
}
