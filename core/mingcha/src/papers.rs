//! Papers that people print, sign and file: feedback slip, notices, rectification report, recheck record.
//!
//! Each is one HTML file in Chinese that needs no network: A4, photos inside, whatever was typed escaped. A paper that a
//! unit gets is made of [`Told`] alone, which has no room for an inspector, a minute or a finding's own words.

mod album;
mod notice;
mod page;
mod recheck;
mod report;
mod slip;
#[cfg(test)]
mod stories;
mod told;

use std::io::Write;
use std::path::Path;

use maud::Markup;
use mingcha_model::{EntityId, NoticeKind, Refusal, Role};
use serde::Serialize;

use crate::out_file::{OutFile, no_file};
use crate::{MingchaError, Mistake, Phone};
use album::Album;
use page::Shape;
use told::Told;

/// Which paper about one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperKind {
    /// 整改通知书, for the unit.
    Notice,
    /// 督办通知书, for the unit.
    Supervision,
    /// 整改情况报告, in the unit's name.
    Report,
    /// 复查记录, for the office; names who rechecked.
    Recheck,
}

impl PaperKind {
    /// The name in commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Supervision => "supervision",
            Self::Report => "report",
            Self::Recheck => "recheck",
        }
    }
}

/// A paper that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaperWritten {
    /// `slip`, `notice`, `supervision`, `report` or `recheck`.
    pub paper: &'static str,
    /// The file.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// How many findings it tells of.
    pub findings: u64,
    /// Findings of the visit that it does not tell of: they were not fed back yet.
    pub not_fed_back: u64,
    /// How many photos are in it.
    pub photos: u64,
    /// Photos that belong in it and are not here, may not be shown, or found no room.
    pub photos_left_out: u64,
}

/// A paper before it is a file.
struct Draft {
    title: &'static str,
    shape: Shape,
    body: Markup,
    findings: u64,
    not_fed_back: u64,
}

impl Phone {
    /// Writes the on-site feedback slip 现场反馈单 of a visit, to be handed over and signed.
    ///
    /// It tells of the findings that were fed back, and of what the visit rechecked. An undercover visit has none.
    pub fn paper_slip(&self, visit: &str, out: &Path, replace: bool) -> Result<PaperWritten, MingchaError> {
        if self.grants()?.role == Role::Contact {
            return Err(Mistake::NotPermitted(Refusal::Role).into());
        }
        self.may_go_out(self.visit_id(visit)?.into())?;
        let file = OutFile::begin(out, replace)?;
        let draft = self.slip(visit)?;
        write("slip", &draft, &Album::of(self), file, out)
    }

    /// Writes one paper about a finding.
    pub fn paper(
        &self,
        kind: PaperKind,
        finding: &str,
        out: &Path,
        replace: bool,
    ) -> Result<PaperWritten, MingchaError> {
        let role = self.grants()?.role;
        if kind == PaperKind::Recheck && role == Role::Contact {
            return Err(Mistake::NotPermitted(Refusal::Role).into());
        }
        let finding = self.finding_id(finding)?;
        self.may_go_out(finding.into())?;
        let file = OutFile::begin(out, replace)?;
        let mut album = Album::of(self);
        let draft = match kind {
            PaperKind::Notice => {
                notice::draft(NoticeKind::Rectification, &Told::of(self, finding, &mut album)?, self.today()?)?
            }
            PaperKind::Supervision => {
                notice::draft(NoticeKind::Supervision, &Told::of(self, finding, &mut album)?, self.today()?)?
            }
            PaperKind::Report => {
                let told = Told::of(self, finding, &mut album)?;
                report::draft(&told, &mut album, self.today()?)?
            }
            PaperKind::Recheck => self.recheck_record(finding, &mut album)?,
        };
        write(kind.name(), &draft, &album, file, out)
    }

    /// What the city refused stands on this phone alone: nobody else is handed a paper of it.
    fn may_go_out(&self, entity: EntityId) -> Result<(), MingchaError> {
        if self.store.refused_visit(entity)?.is_some() {
            return Err(Mistake::NotNow(
                "该检查被拒，不能出单；见 mingcha refused",
                "the city refused this visit, no paper of it goes out; see `mingcha refused`",
            )
            .into());
        }
        Ok(())
    }
}

fn write(
    paper: &'static str,
    draft: &Draft,
    album: &Album<'_>,
    mut file: OutFile,
    out: &Path,
) -> Result<PaperWritten, MingchaError> {
    let whole = page::whole(draft.title, draft.shape, &draft.body).into_string();
    file.write_all(whole.as_bytes()).map_err(|error| no_file(&error))?;
    Ok(PaperWritten {
        paper,
        file: out.display().to_string(),
        bytes: file.finish()?,
        findings: draft.findings,
        not_fed_back: draft.not_fed_back,
        photos: album.shown(),
        photos_left_out: album.left_out(),
    })
}
