//! Own ops that the city refused, and those that wait there for what they belong to: proposed again, written out for
//! somebody who may, or let go.
//!
//! None vanishes by itself, and its photos wait with it. What makes a thing takes along whatever was said of the thing:
//! a visit is proposed, written out and let go whole. Segments stay as evidence whatever is decided.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mingcha_evidence::Format;
use mingcha_model::body::Body;
use mingcha_model::{EntityId, Kind, PhotoCopy, PhotoId, Verdict, permit};
use mingcha_store::{Attention, NewOp, PhotoFile};
use serde_json::json;

use super::op_id;
use super::told::{Told, makes};
use crate::photos::{is_here, write_new};
use crate::{AttentionRow, MingchaError, Mistake, Phone};

mod described;

/// Proposed again, or let go, with what it belongs to.
const WITH_ITS_VISIT: Mistake = Mistake::NotNow(
    "请先处理所属检查，其中内容一并处理",
    "propose its visit again first (`refused retry`): everything in it goes along",
);

impl Phone {
    /// Own ops that the city refused, the oldest first, then those that wait there for what they belong to, then photos
    /// whose files it does not take.
    pub fn refused(&self) -> Result<Vec<AttentionRow>, MingchaError> {
        if !self.is_enrolled() {
            return Ok(Vec::new());
        }
        let mut aside: Vec<Told> =
            self.store.attention()?.iter().filter(|one| one.verdict != Verdict::Held).map(Told::from).collect();
        aside.sort_by_key(|one| one.verdict != Verdict::Refused);
        let mut rows = aside.iter().map(|one| self.told_row(one, &aside)).collect::<Result<Vec<_>, _>>()?;
        for problem in self.photo_problems()? {
            // A photo that was itself refused waits with its op; a damaged file is worth a row of its own.
            if problem.code != DAMAGED && aside.iter().any(|one| one.op == problem.op) {
                continue;
            }
            let told = Told {
                op: problem.op,
                kind: Kind::PHOTO_ADD,
                entity: problem.photo.into(),
                body: None,
                texts: Vec::new(),
                at: problem.since,
                verdict: Verdict::Refused,
                reason: None,
                since: problem.since,
            };
            rows.push(AttentionRow {
                what: "photo_file",
                advice: advice_on_file(&problem.code).to_owned(),
                reason: problem.code,
                ..self.told_row(&told, &aside)?
            });
        }
        Ok(rows)
    }

    /// Proposes a refused op again, word for word, with its photos and whatever else of it was refused. The old ones are
    /// let go once the new ones stand.
    pub fn refused_retry(&mut self, op: &str) -> Result<AttentionRow, MingchaError> {
        let old = self.set_aside(op)?;
        let visit = self.store.refused_visit(old.op.entity)?;
        if old.verdict == Verdict::Parked || visit.is_some_and(|visit| old.op.entity != visit.into() || !is_made(&old))
        {
            return Err(WITH_ITS_VISIT.into());
        }
        let body = body(&old)?;
        let place = match (self.place_of_said(old.op.entity, &body), old.reason) {
            // Of a place that this phone does not know any more the city's own word is all there is.
            (Err(MingchaError::Mistake(Mistake::Unknown(..))), Some(reason)) => {
                return Err(Mistake::NotPermitted(reason).into());
            }
            (place, _) => place?,
        };
        let grants = self.grants()?;
        permit(&grants, &body, Some(&place)).map_err(Mistake::NotPermitted)?;
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        for one in self.with_it(&old)?.into_iter().filter(|one| one.verdict == Verdict::Refused) {
            let Ok(body) = self::body(&one) else { continue };
            if one.id != old.id && permit(&grants, &body, Some(&place)).is_err() {
                continue;
            }
            news.push(NewOp {
                entity: one.op.entity,
                at: self.reading_for_op()?,
                over: one.op.over.clone(),
                origin: Some(one.id),
                body,
                texts: one.op.texts.clone(),
            });
            olds.push(one.id);
        }
        // What stood in the log of one visit stays there, unless that log was given up.
        let logs = self.store.logs()?;
        let before = logs.iter().find(|log| log.log == old.id.log);
        let log = match before.and_then(|log| log.covert_visit) {
            _ if before.is_some_and(|log| !log.closed) => old.id.log,
            Some(visit) => self.log_of_visit(visit)?,
            None => self.me()?.log,
        };
        let row = self.row_of(&old)?;
        let ids = self.store.append(log, &news, &[])?;
        // Killed here, both stand: the city folds the second proposal of one origin to nothing.
        self.store.discard_refused(&olds)?;
        let again = olds.iter().position(|one| *one == old.id).and_then(|place| ids.get(place));
        Ok(AttentionRow { op: again.copied().unwrap_or(old.id), ..row })
    }

    /// Lets a refused or parked op go, and with what made a thing all that was said of the thing. A photo that nobody
    /// ever accepted goes with its files; export it first to keep them.
    pub fn refused_discard(&mut self, op: &str) -> Result<AttentionRow, MingchaError> {
        let old = self.set_aside(op)?;
        let row = self.row_of(&old)?;
        let all = self.with_it(&old)?;
        self.store.discard_refused(&all.iter().map(|one| one.id).collect::<Vec<_>>())?;
        for one in all.iter().filter(|one| one.op.kind == Kind::PHOTO_ADD) {
            self.forget_photo(PhotoId(one.op.entity))?;
        }
        Ok(row)
    }

    /// Writes a refused or parked op to a new JSON file, in words and as it was said, with all that was said of the thing
    /// that it made; and the photos that any of it names beside the file. Without a path the file is named after the op
    /// and lies in the current folder.
    pub fn refused_export(&self, op: &str, out: Option<&Path>) -> Result<AttentionRow, MingchaError> {
        let old = self.set_aside(op)?;
        let out = out.map_or_else(|| PathBuf::from(format!("refused-{}.json", old.id)), Path::to_owned);
        let all = self.with_it(&old)?;
        let mut photos = Vec::new();
        let mut written = Vec::new();
        for (place, file) in (1_u32..).zip(self.best_files(&all)?) {
            let bytes = self.unseal(&file).map_err(MingchaError::file)?;
            let path = beside(&out, place, &bytes);
            photos.push(json!({
                "photo": file.photo,
                "copy": file.copy.name(),
                "sha256": file.sha256,
                "file": path.file_name().map(|name| name.to_string_lossy().into_owned()),
            }));
            written.push((path, bytes));
        }
        let text = self.described(&old, &all, &photos)?;
        // Photos first: a description of files that are not there would mislead.
        for (path, bytes) in &written {
            write_new(path, bytes)?;
        }
        write_new(&out, text.as_bytes())?;
        self.row_of(&old)
    }

    fn set_aside(&self, typed: &str) -> Result<Attention, MingchaError> {
        self.me()?;
        let id = op_id(typed)?;
        let found = self.store.attention()?.into_iter().find(|one| one.id == id && one.verdict != Verdict::Held);
        found.ok_or_else(|| Mistake::Unknown("被拒收的该语句", "op").into())
    }

    fn row_of(&self, one: &Attention) -> Result<AttentionRow, MingchaError> {
        let beside: Vec<Told> = self.store.attention()?.iter().map(Told::from).collect();
        self.told_row(&Told::from(one), &beside)
    }

    /// An op and, where it made a thing, every refused or parked one said of the thing and of what belongs to it, as they
    /// were said.
    fn with_it(&self, old: &Attention) -> Result<Vec<Attention>, MingchaError> {
        let mut all: Vec<Attention> =
            self.store.attention()?.into_iter().filter(|one| one.verdict != Verdict::Held).collect();
        all.sort_by_key(|one| one.id);
        if !is_made(old) {
            all.retain(|one| one.id == old.id);
            return Ok(all);
        }
        let mut whole = BTreeSet::from([old.op.entity]);
        loop {
            let below = all.iter().filter(|one| owner(one).is_some_and(|owner| whole.contains(&owner)));
            let more: BTreeSet<EntityId> = below.map(|one| one.op.entity).filter(|id| !whole.contains(id)).collect();
            if more.is_empty() {
                break;
            }
            whole.extend(more);
        }
        all.retain(|one| whole.contains(&one.op.entity));
        Ok(all)
    }

    /// For each photo that the ops add or name, the best of its copies that is here.
    fn best_files(&self, ops: &[Attention]) -> Result<Vec<PhotoFile>, MingchaError> {
        let mut photos: Vec<PhotoId> = Vec::new();
        for one in ops {
            let named = match body(one).ok() {
                Some(Body::PhotoAdd(_)) => vec![PhotoId(one.op.entity)],
                Some(Body::Answer(answer)) => answer.photos,
                Some(Body::FindingRaise(raise)) => raise.photos,
                Some(Body::FindingFixed(fixed)) => fixed.photos,
                Some(Body::SubmissionAdd(add)) => add.photos,
                Some(Body::Result(result)) => result.photos,
                _ => Vec::new(),
            };
            photos.extend(named);
        }
        let mut seen = BTreeSet::new();
        photos.retain(|photo| seen.insert(*photo));
        let mut files = Vec::new();
        for photo in photos {
            for copy in [PhotoCopy::Original, PhotoCopy::Standard, PhotoCopy::Thumbnail] {
                if let Some(file) = self.store.photo_file(photo, copy)?.filter(is_here) {
                    files.push(file);
                    break;
                }
            }
        }
        Ok(files)
    }

    /// Erases the files of a photo that was let go, apart from those that another photo shares.
    fn forget_photo(&mut self, photo: PhotoId) -> Result<(), MingchaError> {
        let now = self.now_seconds();
        for copy in [PhotoCopy::Original, PhotoCopy::Standard, PhotoCopy::Thumbnail] {
            let Some(file) = self.store.photo_file(photo, copy)? else { continue };
            self.store.erase_file_key(photo, copy, now)?;
            self.erase_unnamed(file.sha256, None)?;
        }
        Ok(())
    }
}

/// The code of a file that does not open here.
const DAMAGED: &str = "photo_file";

/// What to do about a photo's file that did not go.
fn advice_on_file(code: &str) -> &'static str {
    match code {
        "city_full" | "spool_full" => {
            "平台存储空间不足，照片保留在本机，稍后同步再试 / the city has no room now; the photo stays here, sync again later"
        }
        DAMAGED => {
            "本机照片文件损坏，如还有原图请重新收入 / the file here is damaged: take the same picture in again if you have it"
        }
        _ => {
            "平台未接收此照片的文件，下次同步再试 / the city did not take this photo's file; the next sync tries again"
        }
    }
}

fn body(old: &Attention) -> Result<Body, MingchaError> {
    match Body::from_bytes(old.op.kind, old.op.kind_version, &old.op.body) {
        Ok(Body::Unknown(_)) | Err(_) => Err(Mistake::ReadOnly.into()),
        Ok(body) => Ok(body),
    }
}

/// `refused.json` and its third photo: `refused-3.jpg`.
fn beside(out: &Path, place: u32, bytes: &[u8]) -> PathBuf {
    let extension = match Format::recognise(bytes) {
        Ok(Format::Png) => "png",
        Ok(Format::Webp) => "webp",
        _ => "jpg",
    };
    let stem = out.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    out.with_file_name(format!("{stem}-{place}.{extension}"))
}

fn is_made(one: &Attention) -> bool {
    makes(one.op.kind)
}

/// What a thing that an op makes, or speaks of through another, belongs to.
fn owner(one: &Attention) -> Option<EntityId> {
    match body(one).ok()? {
        Body::PhotoAdd(add) => Some(add.owner),
        Body::FindingRaise(raise) => Some(raise.visit.into()),
        Body::SubmissionAdd(add) => Some(add.finding.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_lie_beside_the_description_under_its_name() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(beside(Path::new("/out/refused.json"), 3, png), Path::new("/out/refused-3.png"));
        assert_eq!(beside(Path::new("refused"), 1, b"?"), Path::new("refused-1.jpg"));
    }
}
