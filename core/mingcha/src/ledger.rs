//! The ledger of findings 问题台账 as a file that offices open.
//!
//! Its columns are those that found ledgers have (`domain/practice.md`, C4.5). What nobody recorded stays empty, to be filled in
//! by hand; a contact's ledger knows what cards say and names nobody.

#[cfg(test)]
mod stories;
mod table;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use mingcha_model::body::{CardExtension, Mode};
use mingcha_model::{Case, Dates, Day, Outcome, ReviewVerdict, Role, Severity, Stage};
use mingcha_store::{CardRow, FindingFilter};
use serde::Serialize;

use crate::agenda::Almanac;
use crate::{FindingRow, MingchaError, Mistake, Phone};
use table::Line;

/// A ledger that was written.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerWritten {
    /// How many findings it has.
    pub rows: u64,
    /// The file.
    pub file: String,
    /// `csv` or `json`.
    pub format: String,
}

impl Phone {
    /// Writes the ledger of all findings known here, the oldest first, in place of a file of that name.
    ///
    /// `csv` is UTF-8 with a byte order mark, as spreadsheets want it; `json` is an array of objects.
    pub fn ledger(&self, format: &str, out: &Path) -> Result<LedgerWritten, MingchaError> {
        self.me()?;
        let write: fn(&[Line]) -> Vec<u8> = match format {
            "csv" => table::csv,
            "json" => table::json,
            "xlsx" => return Err(Mistake::NotYet("导出 XLSX", "the ledger as XLSX; use csv").into()),
            _ => return Err(Mistake::Malformed("台账格式", "the format is csv or json").into()),
        };
        let lines = self.ledger_lines()?;
        replace(out, &write(&lines))?;
        Ok(LedgerWritten {
            rows: u64::try_from(lines.len()).unwrap_or(u64::MAX),
            file: out.display().to_string(),
            format: format.to_owned(),
        })
    }

    fn ledger_lines(&self) -> Result<Vec<Line>, MingchaError> {
        let mut rows = self.finding_rows(&FindingFilter::default())?;
        rows.reverse();
        let almanac = self.almanac()?;
        let mut lines = Vec::with_capacity(rows.len());
        for (seq, row) in (1_u64..).zip(rows) {
            lines.push(self.ledger_line(seq, &row, &almanac)?);
        }
        Ok(lines)
    }

    fn ledger_line(&self, seq: u64, row: &FindingRow, almanac: &Almanac) -> Result<Line, MingchaError> {
        let mut line = Line {
            seq,
            finding: row.finding.to_string(),
            number: row.number.clone(),
            stage: row.stage.name(),
            site: row.site_name.clone(),
            item: row.item.clone(),
            text: row.text.clone(),
            severity: row.severity.parse().map_or("", Severity::in_chinese).to_owned(),
            before_photos: row.photos.clone(),
            unit: self.unit_of(row)?,
            deadline: row.deadline,
            remark: remark(row),
            ..Line::default()
        };
        if let Some(last) = row.submissions.last() {
            line.measure.clone_from(&last.text);
            line.after_photos = last.photos.iter().map(ToString::to_string).collect();
            line.opinion = opinion(last.verdict, last.reason.as_deref());
        }
        match self.store.case(row.finding)? {
            Some(case) => self.fill_from_case(&mut line, row, &case, almanac)?,
            None => {
                if let Some(card) = self.store.card(row.finding)? {
                    fill_from_card(&mut line, &card);
                }
            }
        }
        Ok(line)
    }

    fn unit_of(&self, row: &FindingRow) -> Result<String, MingchaError> {
        let Some(site) = self.store.site(row.site)? else { return Ok(String::new()) };
        Ok(self.store.unit(site.unit)?.map(|unit| unit.name).unwrap_or_default())
    }

    fn fill_from_case(
        &self,
        line: &mut Line,
        row: &FindingRow,
        case: &Case,
        almanac: &Almanac,
    ) -> Result<(), MingchaError> {
        line.found = Some(case.raised_day);
        line.deadline = deadline(case, almanac);
        // A published copy of an undercover finding names no visit that anybody here could know, and no way of finding it.
        line.source = self.store.visit(case.raise.visit)?.map_or("检查", |visit| mode(visit.mode));
        line.extension = match (case.extension_granted, case.extension_asked) {
            (_, Some(until)) => format!("申请延至 {until}，待批"),
            (Some(until), None) => format!("延至 {until}"),
            (None, None) if case.extension_refused => "未批准".to_owned(),
            (None, None) => String::new(),
        };
        let approved = case.submissions.iter().rfind(|one| one.verdict == Some(ReviewVerdict::Approve));
        line.rectified = approved.or(case.submissions.last()).map(|one| one.day).or(case.fixed_day);
        if line.after_photos.is_empty() {
            line.after_photos = case.fixed_photos.iter().map(ToString::to_string).collect();
        }
        if let Some(result) = case.outcome().or(case.results.last()) {
            line.recheck_day = Some(result.day);
            line.recheck_result = outcome(result.outcome);
            line.closed = (row.stage == Stage::Closed).then_some(result.day);
            if self.grants()?.role != Role::Contact {
                line.rechecker = self.by(result.op.log)?.unwrap_or_default();
            }
        }
        Ok(())
    }
}

/// The deadline as it was served. Screens show none once a finding is settled; a ledger still tells by when it was due.
fn deadline(case: &Case, almanac: &Almanac) -> Option<Day> {
    let unsettled = Case { stage: Stage::Noticed, ..case.clone() };
    Dates::of(&unsettled, &almanac.calendar, &almanac.policy).deadline
}

fn fill_from_card(line: &mut Line, card: &CardRow) {
    line.found = card.card.feedback_day;
    line.source = "检查";
    let extension = match card.card.extension {
        Some(CardExtension::Asked) => "已申请，待批",
        Some(CardExtension::Granted) => "已延期",
        Some(CardExtension::Refused) => "未批准",
        None => "",
    };
    extension.clone_into(&mut line.extension);
    line.rectified = card
        .said
        .iter()
        .rfind(|said| matches!(said.body, mingcha_model::Body::SubmissionAdd(_)))
        .map(mingcha_model::Said::day);
    if let Some(result) = card.card.results.last() {
        line.recheck_day = Some(result.day);
        line.recheck_result = outcome(result.outcome);
        line.closed = (card.card.stage == Stage::Closed).then_some(result.day);
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Open => "明察",
        Mode::Undercover => "暗访",
        Mode::Recheck => "复查",
        Mode::SelfCheck => "自查",
        Mode::Special => "专项",
        Mode::Joint => "联合",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "合格",
        Outcome::Partly => "部分合格",
        Outcome::Fail => "不合格",
        Outcome::Reopen => "重新打开",
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Recorded => "已记录",
        Stage::FedBack => "已反馈",
        Stage::FixedOnSpot => "立行立改",
        Stage::Noticed => "已交办",
        Stage::Submitted => "已报整改",
        Stage::Returned => "退回重改",
        Stage::AwaitingRecheck => "待复查",
        Stage::Supervised => "已督办",
        Stage::Closed => "已销号",
        Stage::Void => "作废",
    }
}

fn opinion(verdict: Option<ReviewVerdict>, reason: Option<&str>) -> String {
    let word = match verdict {
        Some(ReviewVerdict::Approve) => "审核通过",
        Some(ReviewVerdict::Return) => "退回重改",
        None => return String::new(),
    };
    match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{word}：{reason}"),
        None => word.to_owned(),
    }
}

/// The stage, and whatever stands beside it.
fn remark(row: &FindingRow) -> String {
    let marks = [
        (row.overdue, "逾期"),
        (row.repeat, "重复问题"),
        (row.suspended, "挂账"),
        (row.appealed, "申诉中"),
        (row.contested, "意见不一"),
        (row.provisional, "日期待定"),
    ];
    let mut words = vec![stage(row.stage)];
    words.extend(marks.into_iter().filter_map(|(holds, word)| holds.then_some(word)));
    words.join("；")
}

/// Writes a file whole or not at all: under another name first, durable, then in place of what was there.
fn replace(out: &Path, bytes: &[u8]) -> Result<(), MingchaError> {
    let name = out.file_name().ok_or(Mistake::BadFolder)?.to_string_lossy().into_owned();
    let unfinished = out.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&unfinished)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&unfinished, out));
    written.map_err(|error| {
        // What cannot be removed either is a hidden file of ours; the error says why.
        let _ = fs::remove_file(&unfinished);
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::IsADirectory => {
                Mistake::BadFolder.into()
            }
            _ => MingchaError::from_io(&error),
        }
    })
}

/// A day as a cell shows it.
fn cell(day: Option<Day>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_takes_the_place_of_an_older_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("台账.csv");
        replace(&out, b"old").unwrap();
        replace(&out, b"new").unwrap();
        assert_eq!(fs::read(&out).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_the_callers_mistake() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(replace(&folder.path().join("none/a.csv"), b"x").unwrap_err().code(), "bad_folder");
        assert_eq!(replace(folder.path(), b"x").unwrap_err().code(), "bad_folder");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_opinion_carries_its_reason_only_where_there_is_one() {
        assert_eq!(opinion(None, Some("reason")), "");
        assert_eq!(opinion(Some(ReviewVerdict::Approve), Some("")), "审核通过");
        assert_eq!(opinion(Some(ReviewVerdict::Return), Some("照片不清")), "退回重改：照片不清");
    }
}
