//! Proof that this phone still holds what was said and what the city said, byte for byte.
//!
//! It reads everything again: own chains and signatures, receipts, kept pages and the hash of what was folded from them,
//! every photo's file. It repairs nothing, and names what does not fit without saying what is in it.

use std::collections::BTreeMap;

use mingcha_evidence::EvidenceError;
use mingcha_model::{Cursor, Digest, OpId, PhotoCopy, PhotoId};
use mingcha_store::{FeedState, OwnLog, PhotoFile};
use mingcha_sync::{Page, PublicKey, Receipt, Segment};

use crate::photos::is_here;
use crate::{MingchaError, Phone, Verified};

/// What was counted so far, and the first thing that does not fit.
#[derive(Default)]
struct Tally {
    logs: u64,
    segments: u64,
    ops: u64,
    pages: u64,
    photos: u64,
    first_bad: Option<String>,
}

impl Tally {
    /// Notes what does not fit; true when it fits.
    fn fits(&mut self, fits: bool, what: impl FnOnce() -> String) -> bool {
        if !fits && self.first_bad.is_none() {
            self.first_bad = Some(what());
        }
        fits
    }
}

impl Phone {
    /// Verifies everything that this phone holds.
    pub fn verify(&self) -> Result<Verified, MingchaError> {
        let mut tally = Tally::default();
        let (published, files) = self.store.at_one_moment(|store| {
            for log in store.logs()? {
                self.verify_log(&log, &mut tally)?;
            }
            for feed in store.feeds()? {
                self.verify_feed(&feed, &mut tally)?;
            }
            Ok::<_, MingchaError>((self.published_by()?, self.photo_files()?))
        })?;
        for file in files.into_iter().filter(is_here) {
            self.verify_photo(&file, &published, &mut tally)?;
        }
        Ok(Verified {
            logs: tally.logs,
            segments: tally.segments,
            ops: tally.ops,
            pages: tally.pages,
            photos: tally.photos,
            ok: tally.first_bad.is_none(),
            first_bad: tally.first_bad,
        })
    }

    fn verify_log(&self, log: &OwnLog, tally: &mut Tally) -> Result<(), MingchaError> {
        tally.logs = tally.logs.saturating_add(1);
        let keys = self.own_keys()?;
        let mut chain = Chain { next: 1, head: Digest::ZERO };
        for kept in self.store.segments(log.log)? {
            tally.segments = tally.segments.saturating_add(1);
            tally.ops = tally.ops.saturating_add(kept.count);
            let fault = chain.follow(&kept, &keys).err().or_else(|| self.receipt_fault(&kept));
            tally.fits(fault.is_none(), || {
                format!("log {} from {}: {}", log.log, kept.first_seq, fault.unwrap_or_default())
            });
        }
        let sealed = chain.next.saturating_sub(1);
        tally.fits((sealed, chain.head) == (log.sealed_through, log.head), || {
            format!("log {}: 封存的段落不完整 / its segments do not lead to its head", log.log)
        });
        let tail = self.store.tail(log.log)?;
        let dense = tail.iter().zip(log.sealed_through.saturating_add(1)..).all(|(op, seq)| op.seq == seq);
        tally.fits(dense, || format!("log {}: 未封存部分有缺口 / its open tail has a gap", log.log));
        tally.ops = tally.ops.saturating_add(u64::try_from(tail.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// What is wrong with a segment's receipt; nothing when it has none.
    fn receipt_fault(&self, kept: &mingcha_store::Segment) -> Option<&'static str> {
        let bytes = kept.receipt.as_ref()?;
        let Ok(me) = self.me() else {
            return Some("有回执而未登记 / it has a receipt, but this phone is not enrolled");
        };
        let Ok(receipt) = Receipt::from_bytes(bytes, &me.city_key) else {
            return Some("回执不是本平台签发 / its receipt is not signed by this city");
        };
        let payload =
            Segment::from_bytes(&kept.bytes).and_then(|segment| segment.open()).map(|opened| opened.payload_hash);
        let fits = (receipt.log, receipt.first_seq, receipt.count) == (kept.log, kept.first_seq, kept.count)
            && payload.is_ok_and(|payload| payload == receipt.payload_hash);
        (!fits).then_some("回执不属于这一段 / its receipt belongs to another segment")
    }

    fn verify_feed(&self, feed: &FeedState, tally: &mut Tally) -> Result<(), MingchaError> {
        let mut cursor = Cursor::start(feed.cursor.epoch);
        for kept in self.store.pages(&feed.name)?.into_iter().filter(|page| page.epoch == feed.cursor.epoch) {
            // Pages kept beyond the cursor belong to a feed that was begun again and was not folded so far yet.
            if kept.first > feed.cursor.position {
                break;
            }
            tally.pages = tally.pages.saturating_add(1);
            let bytes = self.store.page_bytes(&feed.name, kept.epoch, kept.first)?.unwrap_or_default();
            let end = Page::from_bytes(&bytes)
                .ok()
                .filter(|page| page.feed == feed.name && page.start() == cursor && page.entries().is_ok())
                .map(|page| page.end());
            let fits = tally.fits(end.is_some_and(|end| end.head == kept.head), || {
                format!("feed {} at {}: 页不接续 / a page does not continue the chain", feed.name, kept.first)
            });
            match end {
                Some(end) if fits => cursor = end,
                _ => return Ok(()),
            }
        }
        tally.fits(cursor == feed.cursor, || {
            format!("feed {}: 页不完整 / its pages do not lead to where it stands", feed.name)
        });
        let hash = self.store.recompute_hash(&feed.name)?;
        tally.fits(hash == feed.hash, || {
            format!("feed {}: 数据与摘要不符 / its rows do not give its state hash", feed.name)
        });
        Ok(())
    }

    fn verify_photo(
        &self,
        file: &PhotoFile,
        published: &BTreeMap<PhotoId, (Digest, OpId)>,
        tally: &mut Tally,
    ) -> Result<(), MingchaError> {
        tally.photos = tally.photos.saturating_add(1);
        let copy = file.copy.name();
        match self.unseal(file) {
            Ok(bytes) => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                tally.fits(length == file.bytes, || {
                    format!("photo {} {copy}: 长度不符 / its length differs", file.photo)
                });
            }
            Err(EvidenceError::Storage { kind }) => return Err(MingchaError::File(kind)),
            // Another process may have erased or freed it since its row was read.
            Err(_) if self.store.photo_file(file.photo, file.copy)?.as_ref() != Some(file) => return Ok(()),
            Err(error) => {
                tally.fits(false, || format!("photo {} {copy}: {error}", file.photo));
            }
        }
        let bound = match file.copy {
            PhotoCopy::Published => published.get(&file.photo).map(|(sha256, _)| *sha256),
            other => self.store.photo(file.photo)?.map(|row| match other {
                PhotoCopy::Original => row.add.original,
                PhotoCopy::Standard => row.add.standard,
                _ => row.add.thumbnail,
            }),
        };
        tally.fits(bound.is_none_or(|bound| bound == file.sha256), || {
            format!("photo {} {copy}: 不是记录所指的文件 / it is not the file that was spoken of", file.photo)
        });
        Ok(())
    }
}

/// How far a log's chain was followed.
struct Chain {
    next: u64,
    head: Digest,
}

impl Chain {
    /// Follows one more segment; the error says what is wrong with it. A broken one is passed as its row has it, so that
    /// what follows is judged for itself.
    fn follow(&mut self, kept: &mingcha_store::Segment, keys: &[PublicKey]) -> Result<(), &'static str> {
        let before = (self.next, self.head);
        self.next = kept.first_seq.saturating_add(kept.count);
        self.head = kept.head;
        let segment = Segment::from_bytes(&kept.bytes).map_err(|_| "段落无法读取 / the segment cannot be read")?;
        let opened = segment.open().map_err(|_| "段落无法打开 / the segment cannot be opened")?;
        if (segment.log, segment.first_seq, segment.count) != (kept.log, kept.first_seq, kept.count) {
            return Err("段落不在原位 / the segment is another one");
        }
        if (segment.first_seq, segment.previous) != before || opened.head != kept.head {
            return Err("段落不接续 / the segment does not continue the chain");
        }
        let dense = opened.ops.iter().zip(segment.first_seq..).all(|(op, seq)| op.seq == seq);
        if !dense {
            return Err("序号有缺口 / its sequences have a gap");
        }
        if !keys.iter().any(|key| segment.is_signed_by(key, &opened.head)) {
            return Err("签名不符 / the signature is not this device's");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingcha_model::{EntityId, Kind, LogId, Op};
    use mingcha_sync::{Seal, Signer, SoftwareKey};

    fn key(secret: u8) -> SoftwareKey {
        SoftwareKey::from_bytes(&[secret; 32]).unwrap()
    }

    fn sealed(first: u64, previous: Digest, signer: &SoftwareKey) -> mingcha_store::Segment {
        let op = |seq| Op {
            seq,
            kind: Kind::VISIT_REMARK,
            kind_version: 1,
            entity: EntityId([1; 16]),
            at: 5,
            over: Vec::new(),
            origin: None,
            body: vec![0x80],
            texts: vec!["说明".to_owned()],
        };
        let seal = Seal {
            log: LogId([2; 16]),
            previous,
            text_secret: [3; 32],
            app_build: "test".to_owned(),
            anchors: Vec::new(),
        };
        let segment = Segment::seal(&[op(first), op(first + 1)], seal, signer).unwrap();
        mingcha_store::Segment {
            log: LogId([2; 16]),
            first_seq: first,
            count: 2,
            head: segment.open().unwrap().head,
            bytes: segment.to_bytes(),
            receipt: None,
            forked: false,
        }
    }

    #[test]
    fn a_log_of_two_segments_fits_and_one_segment_alone_does_not() {
        let signer = key(7);
        let first = sealed(1, Digest::ZERO, &signer);
        let second = sealed(3, first.head, &signer);
        let mut chain = Chain { next: 1, head: Digest::ZERO };
        assert_eq!(chain.follow(&first, &[signer.public_key()]), Ok(()));
        assert_eq!(chain.follow(&second, &[signer.public_key()]), Ok(()));
        assert_eq!((chain.next, chain.head), (5, second.head));
        let mut without_first = Chain { next: 1, head: Digest::ZERO };
        assert!(without_first.follow(&second, &[signer.public_key()]).unwrap_err().contains("continue"));
    }

    #[test]
    fn a_changed_byte_a_foreign_signature_and_a_row_that_lies_are_each_found() {
        let signer = key(7);
        let good = sealed(1, Digest::ZERO, &signer);
        let follow = |kept: &mingcha_store::Segment| {
            Chain { next: 1, head: Digest::ZERO }.follow(kept, &[signer.public_key()]).is_err()
        };
        assert!(!follow(&good));
        for place in 0..good.bytes.len() {
            let mut bytes = good.bytes.clone();
            bytes[place] ^= 1;
            assert!(follow(&mingcha_store::Segment { bytes, ..good.clone() }), "byte {place}");
        }
        assert!(follow(&sealed(1, Digest::ZERO, &key(8))));
        assert!(follow(&mingcha_store::Segment { head: Digest::ZERO, ..good.clone() }));
        assert!(follow(&mingcha_store::Segment { count: 3, ..good }));
    }

    #[test]
    fn only_the_first_thing_that_does_not_fit_is_told() {
        let mut tally = Tally::default();
        assert!(tally.fits(true, || unreachable!()));
        assert!(!tally.fits(false, || "first".to_owned()));
        tally.fits(false, || "second".to_owned());
        assert_eq!(tally.first_bad.as_deref(), Some("first"));
    }
}
