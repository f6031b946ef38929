//! The recheck record 复查记录: what each recheck found, who went, and where the finding stands now.
//!
//! It is the office's own paper and says so: it has the finding's own words and names who rechecked, as far as this
//! phone may know. No unit gets it.

use maud::{Markup, html};
use mingcha_model::{Case, Dates, FindingId, ResultSaid, Stage, is_suspended};

use super::Draft;
use super::album::{Album, Pictures};
use super::page::{Shape, Typed, blank, day, day_or, facts, standing};
use super::told::{item_text, marks, number, unit_name};
use crate::wording::paper as words;
use crate::{MingchaError, Mistake, Phone, wording};

/// One recheck with who made it and what it photographed.
struct Went {
    result: ResultSaid,
    by: String,
    same_inspector: bool,
    photos: Pictures,
}

impl Phone {
    pub(super) fn recheck_record(&self, finding: FindingId, album: &mut Album<'_>) -> Result<Draft, MingchaError> {
        let case = self.store.case(finding)?.ok_or(Mistake::Unknown("问题", "finding"))?;
        if case.results.is_empty() {
            return Err(Mistake::NotNow(
                "尚未复查，请先 finding recheck",
                "it was not rechecked yet; use `finding recheck`",
            )
            .into());
        }
        let almanac = self.almanac()?;
        let dates = almanac.rules.dates(&case);
        let before =
            if case.is_copy() { album.published(&case.published_photos)? } else { album.photos(&case.raise.photos)? };
        let last = case.submissions.last();
        let after = album.photos(last.map_or(&case.fixed_photos, |last| &last.photos))?;
        let mut went = Vec::new();
        for result in &case.results {
            went.push(Went {
                by: self.by(result.op.log)?.unwrap_or_default(),
                same_inspector: self.are_of_one(result.op.log, case.raised_by.log)?,
                photos: album.photos(&result.photos)?,
                result: result.clone(),
            });
        }
        let overdue = dates.is_overdue(&case, almanac.today);
        let suspended = is_suspended(case.suspended, case.suspended_until, almanac.today);
        let body = html! {
            h1 { (words::RECHECK) }
            (standing(case.stage, &marks(case.stage, overdue, suspended, case.appealed)))
            (self.about(&case, &dates)?)
            h2 { (words::RECHECK_SEEN) }
            (rechecks(&went))
            (before.figures(words::BEFORE_PHOTOS))
            (after.figures(words::AFTER_PHOTOS))
            @for one in &went { (one.photos.figures(&format!("{} {}", words::RECHECK_PHOTOS, one.result.day))) }
            div class="sign" {
                p { (blank(words::RECHECKERS)) "　" (words::DATE_BLANK) }
            }
            p class="small" { (words::INTERNAL) (words::printed(&almanac.today.to_string())) }
        };
        Ok(Draft { title: words::RECHECK, shape: Shape::Form, body, findings: 1, not_fed_back: 0 })
    }

    fn about(&self, case: &Case, dates: &Dates) -> Result<Markup, MingchaError> {
        let site = self.store.site(case.site)?;
        let unit = unit_name(self, site.as_ref().map(|site| site.unit))?;
        let name = site.map(|site| site.name).unwrap_or_default();
        let last = case.submissions.last();
        let reason = last.and_then(|last| last.reviews.iter().find(|review| last.verdict_op == Some(review.op)));
        let opinion =
            wording::opinion(last.and_then(|one| one.verdict), reason.map_or("", |review| review.text.as_str()));
        let demand = self.demand_told(case)?;
        let item = item_text(self.item_of_case(case)?);
        let text = case.corrections.last().unwrap_or(&case.text);
        let closed = case.outcome().filter(|_| case.stage == Stage::Closed).map(|result| result.day);
        Ok(facts(&[
            (words::NUMBER, html! { (number(case.number.as_deref(), case.finding)) }),
            (words::UNIT, html! { (Typed(&unit)) }),
            (words::SITE, html! { (Typed(&name)) }),
            (words::ITEM, html! { (case.raise.item) " " (Typed(&item)) }),
            (words::SEVERITY, html! { (case.raise.severity.in_chinese()) }),
            (words::FOUND_DAY, html! { (day(case.raised_day)) }),
            (words::FOUND_TEXT, html! { (Typed(text)) }),
            (words::DEMAND, html! { @if !demand.is_empty() { (Typed(&demand)) } }),
            (words::FEEDBACK_DAY, html! { @if let Some(feedback) = &case.feedback { (day(feedback.day)) } }),
            (words::MEASURE, html! { @if let Some(last) = last { (Typed(&last.text)) "（" (day(last.day)) "）" } }),
            (words::OPINION, html! { @if !opinion.is_empty() { (Typed(&opinion)) } }),
            (words::CLOSED_DAY, html! { @if let Some(closed) = closed { (day(closed)) } }),
            (
                words::NEXT_RECHECK,
                html! {
                    @if let Some(recheck) = dates.recheck {
                        (day_or(Some(recheck.due), "")) @if dates.provisional { (wording::PROVISIONAL) }
                    }
                },
            ),
        ]))
    }
}

fn rechecks(went: &[Went]) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th class="whole" style="width:7%" { (words::SEQ) }
                    th style="width:20%" { (words::RECHECK_DAY) }
                    th style="width:13%" { (words::RECHECK_RESULT) }
                    th { (words::SEEN) }
                    th style="width:14%" { (words::RECHECKER) }
                    th style="width:16%" { (words::NOTE) }
                }
            }
            tbody {
                @for (seq, one) in (1_u32..).zip(went) {
                    tr {
                        td class="centre" { (seq) }
                        td class="centre" { (day(one.result.day)) }
                        td class="centre" { (wording::outcome(one.result.outcome)) }
                        td { (Typed(&one.result.text)) }
                        td class="centre" { (Typed(&one.by)) }
                        td {
                            @if one.same_inspector { (words::SAME_INSPECTOR) }
                            @if !one.result.counts { " " (words::NOT_COUNTED) }
                        }
                    }
                }
            }
        }
    }
}
