//! Which sets a new visit asks, the cut of its form, and what the form leaves out.
//!
//! The phone that opens a visit cuts its form once, from what the area's feed says of earlier visits, and the opening
//! records it: everybody who opens the visit later sees the same items in the same order, whatever came in between.

use std::collections::BTreeSet;

use mingcha_model::{
    Asked, CampaignId, CriteriaSet, Day, ItemCode, LeftOut, Mode, VisitCase, VisitStatus, asked, form, left_out,
};
use mingcha_store::{SiteRow, VisitFilter};

use crate::criteria::both;
use crate::{FormRow, LeftOutRow, MingchaError, Mistake, Phone, WaitingRow};

/// The sets that a visit asks, and the campaign that asks them.
pub(crate) struct Chosen {
    pub sets: Vec<CriteriaSet>,
    pub campaign: Option<CampaignId>,
}

impl Phone {
    /// The sets of these codes; where none is named, those of the campaign that runs today and asks something in such a
    /// visit, else the everyday ones.
    pub(crate) fn chosen_sets(&self, codes: &[String], site: &SiteRow, mode: Mode) -> Result<Chosen, MingchaError> {
        let catalogue = self.catalogue()?;
        if !codes.is_empty() {
            let offered = catalogue.offered();
            let mut sets: Vec<CriteriaSet> = Vec::new();
            for code in codes {
                let set = offered
                    .iter()
                    .find(|set| set.code.as_str().eq_ignore_ascii_case(code))
                    .map_or_else(|| Err(self.not_offered(code)), Ok)?;
                if !set.is_askable() {
                    return Err(Mistake::NothingToAsk.into());
                }
                if !sets.iter().any(|known| known.code == set.code) {
                    sets.push((*set).clone());
                }
            }
            return Ok(Chosen { sets, campaign: None });
        }
        let campaigns = self.store.campaigns()?;
        let (kind, today) = (self.kinds()?.lineage(&site.kind), self.today()?);
        let (sets, named_by) = catalogue.of_the_day(campaigns.iter().map(|one| &one.set), today, &kind, mode);
        let campaign = named_by.and_then(|place| campaigns.get(place)).map(|one| one.campaign);
        Ok(Chosen { sets: sets.into_iter().cloned().collect(), campaign })
    }

    /// Why no visit can ask a set of this code.
    pub(crate) fn not_offered(&self, code: &str) -> MingchaError {
        let known =
            self.criteria().map(|sets| sets.into_iter().find(|set| set.code.as_str().eq_ignore_ascii_case(code)));
        match known {
            Ok(Some(set)) => Mistake::RetiredSet(set.code).into(),
            Ok(None) => Mistake::Unknown("标准", "set").into(),
            Err(error) => error,
        }
    }

    /// What a visit asks that is opened now, worst first, and what it leaves out.
    pub(crate) fn asked(&self, site: &SiteRow, mode: Mode, sets: &[CriteriaSet]) -> Result<Asked, MingchaError> {
        let (kind, today) = (self.kinds()?.lineage(&site.kind), self.today()?);
        let whole = form(sets, &kind, mode, month(today));
        let history = self.store.history_of_site(site, mode, sets, &whole, today)?;
        Ok(asked(sets, &kind, mode, month(today), &history))
    }

    /// One part of a visit's form, from 1, as a screen shows it: a form at a window has one, of at most 40 items.
    pub fn visit_form_part(&self, visit: &str, part: u64) -> Result<Vec<FormRow>, MingchaError> {
        let mut rows = self.visit_form(visit)?;
        let parts = rows.last().map_or(1, |row| row.of_parts);
        if !(1..=parts).contains(&part) {
            return Err(Mistake::Malformed(
                "检查表没有这一部分，见 visit form 末行",
                "the form has no such part: its last line says how many there are",
            )
            .into());
        }
        rows.retain(|row| row.part == part);
        Ok(rows)
    }

    /// What a visit's sets have for its site that its form does not ask, each with the reason.
    pub fn visit_form_rest(&self, visit: &str) -> Result<Vec<LeftOutRow>, MingchaError> {
        let visit = self.visit_case(self.visit_id(visit)?)?;
        let rest = self.left_out_of(&visit)?.into_iter();
        Ok(rest
            .map(|(item, why)| LeftOutRow {
                item: item.code.to_string(),
                text: both(&item.text),
                help: both(&item.help),
                set: item.set.to_string(),
                ask: item.ask.iter().map(|ask| ask.name().to_owned()).collect(),
                answer: item.answer.code().to_owned(),
                why: why.name(),
                advice: advice(&item, why),
            })
            .collect())
    }

    fn left_out_of(&self, visit: &VisitCase) -> Result<Vec<(mingcha_model::Item, LeftOut)>, MingchaError> {
        let on_form: BTreeSet<ItemCode> = self.items_of_visit(visit)?.into_iter().map(|item| item.code).collect();
        let (sets, kind) = (self.sets_of(&visit.sets)?, self.lineage_of_visit(visit)?);
        Ok(left_out(&sets, &kind, visit.mode, month(visit.day), &on_form))
    }

    /// What an undercover visit could not find out without showing who asks.
    pub(crate) fn waits_for_an_open_visit(&self, visit: &VisitCase) -> Result<Vec<WaitingRow>, MingchaError> {
        if visit.mode != Mode::Undercover {
            return Ok(Vec::new());
        }
        let rest = self.left_out_of(visit)?.into_iter().filter(|(_, why)| *why == LeftOut::Mode);
        Ok(rest
            .filter(|(item, _)| item.answerable(Mode::Open))
            .map(|(item, _)| WaitingRow { item: item.code.to_string(), text: both(&item.text), on_form: false })
            .collect())
    }

    /// What the last undercover visit to this site left for an open one that nobody answered since, as far as this phone
    /// knows of such a visit: its own inspector's, and a supervisor's of the area.
    ///
    /// Only the person who looks at this screen is told. Neither the cut of the form nor what is recorded follows from
    /// it, so that no open visit tells of an undercover one.
    pub(crate) fn waiting_here(
        &self,
        site: &SiteRow,
        mode: Mode,
        asked: &[ItemCode],
    ) -> Result<Vec<WaitingRow>, MingchaError> {
        if matches!(mode, Mode::Undercover | Mode::SelfCheck) {
            return Ok(Vec::new());
        }
        let of_site = VisitFilter { site: Some(site.site), ..VisitFilter::default() };
        let visits = self.store.visits(&of_site)?;
        let covert =
            |visit: &&mingcha_store::VisitRow| visit.mode == Mode::Undercover && visit.status == VisitStatus::Submitted;
        let Some(last) = visits.iter().filter(covert).max_by_key(|visit| (visit.opened, visit.opened_at)) else {
            return Ok(Vec::new());
        };
        let mut answered: BTreeSet<String> = BTreeSet::new();
        let open = |visit: &&mingcha_store::VisitRow| {
            !matches!(visit.mode, Mode::Undercover | Mode::SelfCheck) && visit.status != VisitStatus::Void
        };
        for visit in visits.iter().filter(open).filter(|visit| visit.opened_at >= last.opened_at) {
            answered.extend(self.store.answers(visit.visit)?.into_iter().map(|(item, _)| item.to_string()));
        }
        let mut waiting = self.waits_for_an_open_visit(&self.visit_case(last.visit)?)?;
        waiting.retain(|row| !answered.contains(&row.item));
        for row in &mut waiting {
            row.on_form = asked.iter().any(|code| code.as_str() == row.item);
        }
        Ok(waiting)
    }
}

/// Why a form does not ask an item, and where it is asked instead.
fn advice(item: &mingcha_model::Item, why: LeftOut) -> String {
    match why {
        LeftOut::Cut => {
            "为便于现场填答未列入，可按编码填答 / left out to keep the form short: answer it by its code".to_owned()
        }
        LeftOut::Mode if item.answerable(Mode::Open) => {
            "此种检查方式不能查，留待明察 / a visit of this mode cannot find it out: it waits for an open one"
                .to_owned()
        }
        LeftOut::Mode => {
            let modes: Vec<Mode> = Mode::ALL.into_iter().filter(|mode| item.answerable(*mode)).collect();
            let zh: Vec<&str> = modes.iter().map(|one| crate::wording::mode(*one)).collect();
            let en: Vec<&str> = modes.iter().map(|one| one.name()).collect();
            format!("只在{}时检查 / asked in visits of another mode alone: {}", zh.join("、"), en.join(", "))
        }
    }
}

/// The month of a day, 1 to 12.
pub(crate) fn month(day: Day) -> u8 {
    u8::try_from(day.month()).unwrap_or(1)
}
