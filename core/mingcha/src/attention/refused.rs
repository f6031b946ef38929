//! Own ops that the city refused: proposed again, written out for somebody who may, or let go.
//!
//! A refused op never vanishes by itself, and its photos wait with it. Its segment stays as evidence whatever is decided.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use mingcha_evidence::Format;
use mingcha_model::body::Body;
use mingcha_model::{OpId, PhotoCopy, PhotoId, Verdict, permit, print_seconds};
use mingcha_store::{Attention, NewOp, PhotoFile};
use serde_json::json;

use super::{code, op_id, row};
use crate::photos::{is_here, write_new};
use crate::{AttentionRow, MingchaError, Mistake, Phone};

impl Phone {
    /// Own ops that the city refused, the oldest first, then photos that it does not take.
    pub fn refused(&self) -> Result<Vec<AttentionRow>, MingchaError> {
        let refused = self.store.attention()?.into_iter().filter(|one| one.verdict == Verdict::Refused);
        let mut rows: Vec<AttentionRow> = refused.map(|one| row(one.id, one.op.kind, one.reason, one.since)).collect();
        rows.extend(self.photo_problems()?.into_iter().map(|problem| AttentionRow {
            op: problem.op,
            what: "photo_file",
            advice: advice_on_file(&problem.code).to_owned(),
            reason: problem.code,
            since: print_seconds(problem.since),
        }));
        Ok(rows)
    }

    /// Proposes a refused op again, word for word; its photos go along. The old one is let go once the new one stands.
    pub fn refused_retry(&mut self, op: &str) -> Result<AttentionRow, MingchaError> {
        let old = self.refused_op(op)?;
        let body = body(&old)?;
        let place = self.place_of_said(old.op.entity, &body)?;
        permit(&self.grants()?, &body, Some(&place)).map_err(Mistake::NotPermitted)?;
        // What stood in the log of one visit stays there, unless that log was given up.
        let logs = self.store.logs()?;
        let before = logs.iter().find(|log| log.log == old.id.log);
        let log = match before.and_then(|log| log.covert_visit) {
            _ if before.is_some_and(|log| !log.closed) => old.id.log,
            Some(visit) => self.log_of_visit(visit)?,
            None => self.me()?.log,
        };
        let new = NewOp {
            entity: old.op.entity,
            at: self.reading_for_op()?,
            over: old.op.over.clone(),
            origin: Some(old.id),
            body,
            texts: old.op.texts.clone(),
        };
        let ids = self.store.append(log, &[new], &[])?;
        // Killed here, both stand: the city folds the second proposal of one origin to nothing.
        self.store.discard_refused(old.id)?;
        let id = ids.first().copied().unwrap_or(old.id);
        Ok(row(id, old.op.kind, old.reason, old.since))
    }

    /// Lets a refused op go. A photo that nobody ever accepted goes with its files; export it first to keep them.
    pub fn refused_discard(&mut self, op: &str) -> Result<AttentionRow, MingchaError> {
        let old = self.refused_op(op)?;
        let photo = matches!(body(&old), Ok(Body::PhotoAdd(_))).then_some(PhotoId(old.op.entity));
        self.store.discard_refused(old.id)?;
        if let Some(photo) = photo {
            self.forget_photo(photo)?;
        }
        Ok(row(old.id, old.op.kind, old.reason, old.since))
    }

    /// Writes a refused op to a new JSON file, and the photos that it names beside it. Without a path the file is named
    /// after the op and lies in the current folder.
    pub fn refused_export(&self, op: &str, out: Option<&Path>) -> Result<AttentionRow, MingchaError> {
        let old = self.refused_op(op)?;
        let out = out.map_or_else(|| PathBuf::from(format!("refused-{}.json", old.id)), Path::to_owned);
        let mut photos = Vec::new();
        let mut written = Vec::new();
        for (place, file) in (1_u32..).zip(self.best_files(&old)?) {
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
        let text = described(&old, &photos);
        // Photos first: a description of files that are not there would mislead.
        for (path, bytes) in &written {
            write_new(path, bytes)?;
        }
        write_new(&out, text.as_bytes())?;
        Ok(row(old.id, old.op.kind, old.reason, old.since))
    }

    fn refused_op(&self, typed: &str) -> Result<Attention, MingchaError> {
        self.me()?;
        let id = op_id(typed)?;
        let found = self.store.attention()?.into_iter().find(|one| one.id == id && one.verdict == Verdict::Refused);
        found.ok_or_else(|| Mistake::Unknown("被拒收的该语句", "op").into())
    }

    /// For each photo that the op adds or names, the best of its copies that is here.
    fn best_files(&self, old: &Attention) -> Result<Vec<PhotoFile>, MingchaError> {
        let photos = match body(old).ok() {
            Some(Body::PhotoAdd(_)) => vec![PhotoId(old.op.entity)],
            Some(Body::Answer(answer)) => answer.photos,
            Some(Body::FindingRaise(raise)) => raise.photos,
            Some(Body::FindingFixed(fixed)) => fixed.photos,
            Some(Body::SubmissionAdd(add)) => add.photos,
            Some(Body::Result(result)) => result.photos,
            _ => Vec::new(),
        };
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
            if self.store.photo_files_of(file.sha256)?.iter().all(|other| other.key.is_none()) {
                self.vault.erase(&file.sha256).map_err(MingchaError::file)?;
            }
        }
        Ok(())
    }
}

/// What to do about a photo's file that did not go.
fn advice_on_file(code: &str) -> &'static str {
    match code {
        "city_full" | "spool_full" => {
            "平台存储空间不足，照片保留在本机，稍后同步再试 / the city has no room now; the photo stays here, sync again later"
        }
        "photo_file" => {
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

fn described(old: &Attention, photos: &[serde_json::Value]) -> String {
    let body: String = old.op.body.iter().fold(String::new(), |mut digits, byte| {
        // Writing into a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    let description = json!({
        "op": id_text(old.id),
        "what": old.op.kind.name(),
        "kind": old.op.kind.0,
        "kind_version": old.op.kind_version,
        "entity": old.op.entity,
        "at": print_seconds(old.op.at),
        "texts": old.op.texts,
        "body": body,
        "reason": old.reason.map(code),
        "advice": old.reason.map(mingcha_model::Refusal::sentence),
        "since": print_seconds(old.since),
        "photos": photos,
    });
    format!("{description:#}\n")
}

fn id_text(op: OpId) -> String {
    op.to_string()
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
