//! The on-site feedback slip 现场反馈单: what a unit is handed when the visit ends, to sign or to refuse.
//!
//! It tells of what was fed back and of nothing else, so that paper and record never say different things. Nobody is
//! handed one after an undercover visit.

use maud::{Markup, html};
use mingcha_model::{Body, Case, Mode, Outcome, Said, Stage, VisitCase};
use mingcha_store::FindingFilter;

use super::Draft;
use super::album::Album;
use super::page::{Shape, Typed, blank, day, day_or, facts, long_blank};
use super::told::{Told, unit_name};
use crate::wording::paper as words;
use crate::{MingchaError, Mistake, Phone, wording};

impl Phone {
    pub(super) fn slip(&self, visit: &str) -> Result<Draft, MingchaError> {
        let visit = self.visit_case(self.visit_id(visit)?)?;
        if visit.void {
            return Err(Mistake::Void.into());
        }
        match visit.mode {
            Mode::Undercover => {
                return Err(Mistake::NotNow(
                    "暗访不当场反馈，由文明办或督查员事后反馈",
                    "nobody is handed a slip after an undercover visit; it is fed back later, with a notice",
                )
                .into());
            }
            Mode::SelfCheck => {
                return Err(Mistake::NotNow("自查不产生问题", "a self-check raises no findings").into());
            }
            _ => {}
        }
        let mut told = Vec::new();
        let mut not_fed_back = 0_u64;
        let found = self.store.findings(&FindingFilter { visit: Some(visit.visit), ..FindingFilter::default() })?;
        // A slip has no photos, so none are read.
        let mut none = Album::without_photos(self);
        for row in found.iter().rev() {
            let Some(case) = self.store.case(row.finding)?.filter(|case| case.stage != Stage::Void) else { continue };
            if self.store.counts_under(&case)?.is_some() {
                continue;
            }
            if is_told(&case) {
                told.push(Told::of_case(self, &case, &mut none)?);
            } else {
                not_fed_back = not_fed_back.saturating_add(1);
            }
        }
        let rechecked = self.rechecked_by(&visit, &mut none)?;
        if told.is_empty() && rechecked.is_empty() && not_fed_back > 0 {
            return Err(Mistake::NotNow(
                "问题尚未反馈，请先 finding feedback",
                "nothing of this visit was fed back yet; use `finding feedback` first",
            )
            .into());
        }
        let site = self.store.site(visit.site)?;
        let unit = unit_name(self, site.as_ref().map(|site| site.unit))?;
        let (name, address) = site.map(|site| (site.name, site.address)).unwrap_or_default();
        let body = html! {
            h1 { (words::SLIP) }
            (facts(&[
                (words::UNIT, html! { (Typed(&unit)) }),
                (words::SITE, html! { (Typed(&name)) }),
                (words::ADDRESS, html! { @if !address.is_empty() { (Typed(&address)) } }),
                (words::VISIT_DAY, html! { (day(visit.day)) }),
                (words::MODE, html! { (wording::mode(visit.mode)) }),
            ]))
            @if told.is_empty() && rechecked.is_empty() { p { (words::NOTHING_FOUND) } }
            @if !told.is_empty() { h2 { (words::found(told.len())) } (findings(&told)) }
            @if told.iter().any(|one| one.fixed) { p class="small" { (words::FIXED_STILL_RECHECKED) } }
            @if !rechecked.is_empty() { h2 { (words::rechecked(rechecked.len())) } (results(&rechecked)) }
            (signed())
        };
        let findings = told.len().saturating_add(rechecked.len());
        Ok(Draft {
            title: words::SLIP,
            shape: Shape::Form,
            body,
            findings: u64::try_from(findings).unwrap_or(u64::MAX),
            not_fed_back,
        })
    }

    /// The findings that this visit went back to, with what it saw.
    fn rechecked_by(&self, visit: &VisitCase, none: &mut Album<'_>) -> Result<Vec<(Told, Outcome)>, MingchaError> {
        let mut rechecked = Vec::new();
        let of_site = FindingFilter { site: Some(visit.site), ..FindingFilter::default() };
        for row in self.store.findings(&of_site)?.iter().rev() {
            let Some(case) = self.store.case(row.finding)? else { continue };
            let is_nothing = case.stage == Stage::Void || !is_told(&case) || case.results.is_empty();
            if is_nothing || self.store.counts_under(&case)?.is_some() {
                continue;
            }
            let said = self.store.said(row.finding.into())?;
            let of_visit = |one: &Said| matches!(&one.body, Body::Result(said) if said.visit == Some(visit.visit));
            let seen = case
                .results
                .iter()
                .rfind(|result| result.live && said.iter().any(|one| one.id == result.op && of_visit(one)));
            if let Some(result) = seen {
                rechecked.push((Told::of_case(self, &case, none)?, result.outcome));
            }
        }
        Ok(rechecked)
    }
}

/// Its unit was told of it.
fn is_told(case: &Case) -> bool {
    case.feedback.is_some() || case.fixed_day.is_some() || !case.notices.is_empty()
}

fn findings(told: &[Told]) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th class="whole" style="width:7%" { (words::SEQ) }
                    th style="width:18%" { (words::NUMBER) }
                    th style="width:26%" { (words::ITEM) }
                    th { (words::DEMAND) }
                    th style="width:20%" { (words::DEADLINE) }
                }
            }
            tbody {
                @for (seq, one) in (1_u32..).zip(told) {
                    tr {
                        td class="centre" { (seq) }
                        td class="centre whole" { (one.number) }
                        td { (one.item) " " (Typed(&one.item_text)) }
                        td { (Typed(&one.demand)) }
                        td class="centre" {
                            @if one.fixed { (words::FIXED) }
                            @else { (day_or(one.deadline, words::BY_NOTICE)) @if one.deadline.is_some() && one.provisional { (wording::PROVISIONAL) } }
                        }
                    }
                }
            }
        }
    }
}

fn results(rechecked: &[(Told, Outcome)]) -> Markup {
    html! {
        table {
            thead { tr { th class="whole" style="width:7%" { (words::SEQ) } th style="width:18%" { (words::NUMBER) } th { (words::ITEM) } th { (words::DEMAND) } th style="width:14%" { (words::RECHECK_RESULT) } } }
            tbody {
                @for (seq, (one, outcome)) in (1_u32..).zip(rechecked) {
                    tr {
                        td class="centre" { (seq) }
                        td class="centre whole" { (one.number) }
                        td { (one.item) " " (Typed(&one.item_text)) }
                        td { (Typed(&one.demand)) }
                        td class="centre" { (wording::outcome(*outcome)) }
                    }
                }
            }
        }
    }
}

fn signed() -> Markup {
    html! {
        div class="sign" {
            p { (blank(words::HANDED_TO)) }
            p { (long_blank(words::UNIT_OPINION)) }
            p { (long_blank(words::RECEIVED_OR_REFUSED)) }
            p { (blank(words::SIGNATURE)) "　" (words::DATE_BLANK) }
            p class="small" { (words::TWO_COPIES) }
        }
    }
}
