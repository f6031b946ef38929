//! One photo's file on its way to the city, as a state machine without I/O: tus 1.0, resumed at the byte.
//!
//! An upload is known by its photo and copy alone, so a phone remembers nothing of it: a killed phone, a killed city
//! or a city at another address costs one question. It refuses to say "kept" before the city named the hash of the
//! whole file, and it never goes round in circles: what brings no byte further is asked again a few times and left.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingcha_model::{Digest, PhotoCopy, PhotoId};
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// The version of tus that both sides speak (tus.io, protocol 1.0.0).
pub const TUS_VERSION: &str = "1.0.0";
/// The media type of a piece of a file (tus 1.0, "PATCH").
pub const TUS_PIECE: &str = "application/offset+octet-stream";
/// The header in which the city names the SHA-256 of a file that it has whole.
pub const PHOTO_SHA256: &str = "photo-sha256";
/// Where uploads are created.
pub const UPLOADS: &str = "/v1/photos";

/// The smallest chunk of an upload that goes well, in bytes; less than this is ever sent twice after a cut.
pub const SMALLEST_CHUNK: u64 = 256 * 1024;
/// The largest chunk, in bytes.
pub const LARGEST_CHUNK: u64 = 4 * 1024 * 1024;
/// The first chunk after a cut, in bytes. What was under way when the line broke may reach the city after the question
/// where the file stands, and then this chunk was sent in vain.
const CHUNK_AFTER_A_CUT: u64 = SMALLEST_CHUNK / 2;
/// A file of at most so many bytes goes in one letter, without asking first.
const ONE_LETTER: u64 = 32 * 1024;
/// A chunk that took less, in milliseconds, is followed by one of twice the size.
const QUICK_MILLIS: u64 = 1_000;
/// A chunk that took more, in milliseconds, is followed by one of half the size.
const SLOW_MILLIS: u64 = 4_000;
/// So many letters in a row may bring the file no further.
const MOST_STALLS: u8 = 4;

/// The address of one copy of a photo: where it is uploaded to and fetched from.
pub fn photo_path(photo: PhotoId, copy: PhotoCopy) -> String {
    format!("{UPLOADS}/{photo}/{}", copy.name())
}

/// How large the next chunk may be; carried from file to file, because it belongs to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    chunk: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { chunk: SMALLEST_CHUNK }
    }
}

impl Pace {
    /// Bytes of the next chunk, from [`SMALLEST_CHUNK`] to [`LARGEST_CHUNK`]; half the smallest right after a cut.
    pub fn chunk(self) -> u64 {
        self.chunk
    }

    /// Learns from a chunk that arrived. Only a full one says anything about the network.
    fn arrived(&mut self, bytes: u64, took_millis: u64) {
        if bytes < self.chunk {
            return; // the end of a file, or a creation without bytes
        }
        let next = match took_millis {
            ..QUICK_MILLIS => self.chunk.saturating_mul(2),
            QUICK_MILLIS..=SLOW_MILLIS => self.chunk,
            _ => self.chunk.div_euclid(2),
        };
        self.chunk = next.clamp(SMALLEST_CHUNK, LARGEST_CHUNK);
    }

    fn halve(&mut self) {
        self.chunk = self.chunk.div_euclid(2).max(SMALLEST_CHUNK);
    }

    fn lost(&mut self) {
        self.chunk = CHUNK_AFTER_A_CUT;
    }
}

/// A letter of an upload: what one HTTP request carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadLetter {
    /// `HEAD`, `POST` or `PATCH`.
    pub method: &'static str,
    /// The path.
    pub path: String,
    /// Headers beside the token.
    pub headers: Vec<(&'static str, String)>,
    /// The piece of the file; empty for a question.
    pub body: Vec<u8>,
}

/// What came back for an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadReply {
    /// The HTTP status.
    pub status: u16,
    /// The header `Upload-Offset`: how many bytes the city has.
    pub offset: Option<u64>,
    /// The header [`PHOTO_SHA256`].
    pub sha256: Option<Digest>,
    /// The body: a problem, where there is one.
    pub body: Vec<u8>,
}

/// What a reply said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadHeard {
    /// The city has so many bytes; there is another letter to write.
    Going(u64),
    /// The city has the whole file and named its hash.
    Kept,
    /// The city does not take the file.
    Refused(Problem),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Ask,
    Begin,
    Send(u64),
    Nothing,
}

/// One file on its way.
///
/// ```
/// use mingcha_model::{Digest, PhotoCopy, PhotoId};
/// use mingcha_sync::{Pace, Upload, UploadHeard, UploadReply};
///
/// let file = b"a thumbnail".as_slice();
/// let mut pace = Pace::default();
/// let mut upload = Upload::new(PhotoId::from_random([7; 16]), PhotoCopy::Thumbnail, Digest::of(file), 11);
/// let letter = upload.next_letter(pace, &mut |_| Ok::<_, ()>(file.to_vec())).unwrap().unwrap();
/// assert_eq!((letter.method, letter.body.len()), ("POST", 11));
///
/// let reply = UploadReply { status: 201, offset: Some(11), sha256: Some(Digest::of(file)), body: Vec::new() };
/// assert_eq!(upload.read(&mut pace, &reply, 30), UploadHeard::Kept);
/// ```
#[derive(Debug)]
pub struct Upload {
    photo: PhotoId,
    copy: PhotoCopy,
    sha256: Digest,
    length: u64,
    next: Next,
    /// The piece of the letter that waits for its reply.
    sent: Range<u64>,
    /// The most bytes that the city was known to have.
    reached: u64,
    stalls: u8,
}

impl Upload {
    /// Begins or resumes the upload of a file of `length` bytes: which of the two, the city says.
    pub fn new(photo: PhotoId, copy: PhotoCopy, sha256: Digest, length: u64) -> Self {
        let next = if length <= ONE_LETTER { Next::Begin } else { Next::Ask };
        Self { photo, copy, sha256, length, next, sent: 0..0, reached: 0, stalls: 0 }
    }

    /// The next letter, or none when there is nothing left to say. `piece` reads these bytes of the file.
    pub fn next_letter<E>(
        &mut self,
        pace: Pace,
        piece: &mut dyn FnMut(Range<u64>) -> Result<Vec<u8>, E>,
    ) -> Result<Option<UploadLetter>, E> {
        let version = ("tus-resumable", TUS_VERSION.to_owned());
        let path = photo_path(self.photo, self.copy);
        Ok(match self.next {
            Next::Nothing => None,
            Next::Ask => {
                self.sent = 0..0;
                Some(UploadLetter { method: "HEAD", path, headers: vec![version], body: Vec::new() })
            }
            Next::Begin => {
                let named = |name: &str, value: &str| format!("{name} {}", STANDARD.encode(value));
                let metadata = [named("photo", &self.photo.to_string()), named("copy", self.copy.name())].join(",");
                let first = vec![version, ("upload-length", self.length.to_string()), ("upload-metadata", metadata)];
                if self.length > ONE_LETTER {
                    // A refusal comes before the bytes.
                    self.sent = 0..0;
                    let path = UPLOADS.to_owned();
                    return Ok(Some(UploadLetter { method: "POST", path, headers: first, body: Vec::new() }));
                }
                Some(self.carrying("POST", UPLOADS.to_owned(), first, 0, pace, piece)?)
            }
            Next::Send(offset) => {
                let first = vec![version, ("upload-offset", offset.to_string())];
                Some(self.carrying("PATCH", path, first, offset, pace, piece)?)
            }
        })
    }

    fn carrying<E>(
        &mut self,
        method: &'static str,
        path: String,
        mut headers: Vec<(&'static str, String)>,
        offset: u64,
        pace: Pace,
        piece: &mut dyn FnMut(Range<u64>) -> Result<Vec<u8>, E>,
    ) -> Result<UploadLetter, E> {
        self.sent = offset..offset.saturating_add(pace.chunk()).min(self.length);
        let body = piece(self.sent.clone())?;
        headers.push(("content-type", TUS_PIECE.to_owned()));
        headers.push(("upload-checksum", format!("sha256 {}", STANDARD.encode(Sha256::digest(&body)))));
        Ok(UploadLetter { method, path, headers, body })
    }

    /// Reads the reply to the last letter, which took so many milliseconds.
    pub fn read(&mut self, pace: &mut Pace, reply: &UploadReply, took_millis: u64) -> UploadHeard {
        let was = std::mem::replace(&mut self.next, Next::Nothing);
        let length = self.sent.end.saturating_sub(self.sent.start);
        match (was, reply.status) {
            (Next::Nothing, _) => refused(reply),
            // Whether the photo is unknown there or merely not begun, beginning it tells.
            (Next::Ask, 200) => self.stands_at(reply),
            (Next::Ask, _) => self.go_on(Next::Begin, 0),
            (Next::Begin, 201) | (Next::Send(_), 204) => {
                pace.arrived(length, took_millis);
                self.stands_at(reply)
            }
            // Somebody between phone and city takes no piece of this size.
            (Next::Begin | Next::Send(_), 413) if pace.chunk() > SMALLEST_CHUNK => {
                pace.halve();
                self.go_on(Next::Ask, self.sent.start)
            }
            // Another offset, a piece that was changed on the way, an upload that expired: where does it stand?
            (Next::Send(_), 404 | 409 | 410 | 460) | (Next::Begin, 409 | 460) => {
                self.stalled().unwrap_or_else(|| self.go_on(Next::Ask, self.sent.start))
            }
            (Next::Begin | Next::Send(_), _) => refused(reply),
        }
    }

    /// Hears that no reply came to the last letter. True when it is worth asking where the file stands.
    pub fn lost(&mut self, pace: &mut Pace) -> bool {
        pace.lost();
        let asked = matches!(self.next, Next::Ask | Next::Nothing);
        self.next = Next::Ask;
        // A question that gets no answer says that there is no signal.
        !asked && self.stalled().is_none()
    }

    fn go_on(&mut self, next: Next, offset: u64) -> UploadHeard {
        self.next = next;
        UploadHeard::Going(offset)
    }

    /// The city says how much it has.
    fn stands_at(&mut self, reply: &UploadReply) -> UploadHeard {
        let offset = reply.offset.unwrap_or(0);
        if offset == self.length {
            return if reply.sha256 == Some(self.sha256) { UploadHeard::Kept } else { refused(reply) };
        }
        if offset > self.length {
            return refused(reply);
        }
        if offset > self.reached {
            self.stalls = 0;
        } else if let Some(refused) = self.stalled() {
            return refused;
        }
        // Where the city has less than before, it lost the file and begins again.
        self.reached = offset;
        self.go_on(Next::Send(offset), offset)
    }

    fn stalled(&mut self) -> Option<UploadHeard> {
        self.stalls = self.stalls.saturating_add(1);
        let advice = "照片上传没有进展，下次同步再试 / the upload comes no further: the next sync tries again";
        (self.stalls > MOST_STALLS).then(|| UploadHeard::Refused(Problem::new(409, "upload_stalled", advice)))
    }
}

fn refused(reply: &UploadReply) -> UploadHeard {
    UploadHeard::Refused(Problem::from_json(reply.status, &reply.body))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEGABYTE: u64 = 1024 * 1024;

    fn upload(length: u64) -> Upload {
        Upload::new(PhotoId::from_random([7; 16]), PhotoCopy::Standard, Digest([1; 32]), length)
    }

    fn reply(status: u16, offset: u64) -> UploadReply {
        UploadReply { status, offset: Some(offset), ..UploadReply::default() }
    }

    fn letter(upload: &mut Upload, pace: Pace) -> UploadLetter {
        let piece = |range: Range<u64>| Ok::<_, ()>(vec![1; usize::try_from(range.end - range.start).unwrap()]);
        upload.next_letter(pace, &mut { piece }).unwrap().unwrap()
    }

    #[test]
    fn a_killed_phone_asks_and_goes_on_at_the_byte() {
        let (mut upload, mut pace) = (upload(MEGABYTE), Pace::default());
        assert_eq!(letter(&mut upload, pace).method, "HEAD");
        assert_eq!(upload.read(&mut pace, &reply(200, 300_001), 1), UploadHeard::Going(300_001));
        let next = letter(&mut upload, pace);
        assert_eq!((next.method, next.body.len()), ("PATCH", 256 * 1024));
        assert!(next.headers.contains(&("upload-offset", "300001".to_owned())));
    }

    #[test]
    fn chunks_grow_on_a_quick_network_and_shrink_on_a_slow_one_within_their_limits() {
        let (mut upload, mut pace) = (upload(60 * MEGABYTE), Pace::default());
        let (mut offset, mut sizes) = (0, Vec::new());
        letter(&mut upload, pace);
        upload.read(&mut pace, &reply(404, 0), 1);
        assert!(letter(&mut upload, pace).body.is_empty());
        upload.read(&mut pace, &reply(201, 0), 1);
        for took in [1, 1, 1, 1, 1, 1, 2_000, 9_000, 9_000, 9_000, 9_000, 9_000] {
            sizes.push(letter(&mut upload, pace).body.len() / (256 * 1024));
            offset += upload.sent.end - upload.sent.start;
            assert_eq!(upload.read(&mut pace, &reply(204, offset), took), UploadHeard::Going(offset));
        }
        assert_eq!(sizes, [1, 2, 4, 8, 16, 16, 16, 16, 8, 4, 2, 1]);
        assert!(upload.lost(&mut pace));
        assert_eq!(pace.chunk(), 128 * 1024);
    }

    #[test]
    fn what_reaches_the_city_after_the_question_costs_less_than_the_smallest_chunk() {
        let (mut upload, mut pace) = (upload(MEGABYTE), Pace::default());
        letter(&mut upload, pace);
        upload.read(&mut pace, &reply(200, 0), 1);
        letter(&mut upload, pace);
        assert!(upload.lost(&mut pace));
        letter(&mut upload, pace);
        upload.read(&mut pace, &reply(200, 0), 1);
        let in_vain = letter(&mut upload, pace).body.len();
        upload.read(&mut pace, &reply(409, 256 * 1024), 1);
        letter(&mut upload, pace);
        upload.read(&mut pace, &reply(200, 256 * 1024), 1);
        assert_eq!(letter(&mut upload, pace).headers[1], ("upload-offset", (256 * 1024).to_string()));
        assert!(in_vain < 256 * 1024, "{in_vain}");
        upload.read(&mut pace, &reply(204, 384 * 1024), 2_000);
        assert_eq!(letter(&mut upload, pace).body.len(), 256 * 1024);
    }

    #[test]
    fn a_cut_is_asked_about_and_a_question_without_answer_ends_it() {
        let (mut upload, mut pace) = (upload(MEGABYTE), Pace::default());
        letter(&mut upload, pace);
        upload.read(&mut pace, &reply(200, 10), 1);
        letter(&mut upload, pace);
        assert!(upload.lost(&mut pace));
        assert_eq!(letter(&mut upload, pace).method, "HEAD");
        assert!(!upload.lost(&mut pace), "no signal");
    }

    #[test]
    fn nothing_is_kept_before_the_city_named_the_hash() {
        for (sha256, kept) in [(None, false), (Some(Digest([2; 32])), false), (Some(Digest([1; 32])), true)] {
            let (mut upload, mut pace) = (upload(MEGABYTE), Pace::default());
            letter(&mut upload, pace);
            let heard = upload.read(&mut pace, &UploadReply { sha256, ..reply(200, MEGABYTE) }, 1);
            assert_eq!(heard == UploadHeard::Kept, kept, "{heard:?}");
            assert!(upload.next_letter(pace, &mut |_| Ok::<_, ()>(Vec::new())).unwrap().is_none());
        }
    }

    #[test]
    fn a_city_that_always_says_another_offset_does_not_hold_the_queue() {
        let (mut upload, mut pace) = (upload(MEGABYTE), Pace::default());
        for _ in 0..20 {
            if upload.next_letter(pace, &mut |_| Ok::<_, ()>(vec![0; 9])).unwrap().is_none() {
                return;
            }
            let status = if upload.next == Next::Ask { 200 } else { 409 };
            upload.read(&mut pace, &reply(status, 0), 1);
        }
        panic!("it never ends");
    }

    #[test]
    fn a_spool_that_expired_on_the_way_is_begun_again() {
        let (mut upload, mut pace) = (upload(MEGABYTE), Pace::default());
        letter(&mut upload, pace);
        upload.read(&mut pace, &reply(200, 600_000), 1);
        letter(&mut upload, pace);
        upload.read(&mut pace, &reply(404, 0), 1);
        assert_eq!(letter(&mut upload, pace).method, "HEAD");
        upload.read(&mut pace, &reply(404, 0), 1);
        let begun = letter(&mut upload, pace);
        assert_eq!((begun.method, begun.path.as_str()), ("POST", "/v1/photos"));
        upload.read(&mut pace, &reply(201, 0), 1);
        let mut offset = 0;
        while offset < MEGABYTE - SMALLEST_CHUNK {
            letter(&mut upload, pace);
            offset = upload.sent.end;
            assert_eq!(upload.read(&mut pace, &reply(204, offset), 2_000), UploadHeard::Going(offset));
        }
    }

    #[test]
    fn a_proxy_that_takes_no_large_pieces_gets_smaller_ones() {
        let (mut upload, mut pace) = (upload(60 * MEGABYTE), Pace { chunk: 2 * MEGABYTE });
        letter(&mut upload, pace);
        upload.read(&mut pace, &reply(200, 5), 1);
        letter(&mut upload, pace);
        assert_eq!(upload.read(&mut pace, &reply(413, 0), 1), UploadHeard::Going(5));
        assert_eq!(pace.chunk(), MEGABYTE);
        assert_eq!(letter(&mut upload, pace).method, "HEAD");
        pace = Pace::default();
        upload.read(&mut pace, &reply(200, 5), 1);
        letter(&mut upload, pace);
        assert!(matches!(upload.read(&mut pace, &reply(413, 0), 1), UploadHeard::Refused(_)));
    }
}
