//! What stands for a photo until it comes: derived from its pixels, so personal as the picture is, and a text of the op.
//!
//! It stands in no body: a body can never be erased. It refuses to be more than a stand-in: what cannot be read is
//! no look, and the photo is evidence all the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// The most bytes of a placeholder (format); a `ThumbHash` has at most as many.
pub const LARGEST_PLACEHOLDER: usize = 25;
/// The most bytes of a fingerprint (format).
pub const LARGEST_FINGERPRINT: usize = 512;
/// Both fields at their limits, and room for what comes later.
const LONGEST_TEXT_READ: usize = 4 * (LARGEST_PLACEHOLDER + LARGEST_FINGERPRINT);

/// A picture in a few bytes, and what it is recognised by. The fourth text of [`super::PhotoAdd`]: base64 without
/// padding of a CBOR array.
///
/// ```
/// use mingcha_model::body::Look;
///
/// let look = Look::new(vec![1, 2, 3], None)?;
/// assert_eq!(Look::from_text(&look.to_text()), Ok(look));
/// # Ok::<(), mingcha_model::body::BadLook>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Look {
    /// A `ThumbHash` to draw before the photo arrives, at most [`LARGEST_PLACEHOLDER`] bytes.
    #[n(0)]
    placeholder: ByteVec,
    /// What likeness is searched by, at most [`LARGEST_FINGERPRINT`] bytes; `None` where nobody computed it.
    #[n(1)]
    fingerprint: Option<ByteVec>,
}

/// A text that is no look of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the look of a photo cannot be read: it was written by a damaged or newer app")]
pub struct BadLook;

impl Look {
    /// A look within its limits; beyond them it is none.
    pub fn new(placeholder: Vec<u8>, fingerprint: Option<Vec<u8>>) -> Result<Self, BadLook> {
        Self { placeholder: placeholder.into(), fingerprint: fingerprint.map(ByteVec::from) }.within_limits()
    }

    /// The placeholder, to be drawn.
    pub fn placeholder(&self) -> &[u8] {
        &self.placeholder
    }

    /// The fingerprint, where there is one.
    pub fn fingerprint(&self) -> Option<&[u8]> {
        self.fingerprint.as_deref().map(Vec::as_slice)
    }

    /// The placeholder in base64 with padding, as rows carry it.
    pub fn placeholder_base64(&self) -> String {
        base64::engine::general_purpose::STANDARD.encode(self.placeholder())
    }

    /// The text that stands in the op.
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::with_capacity(64);
        let written: Result<(), minicbor::encode::Error<_>> = minicbor::encode(self, &mut bytes);
        // Writing CBOR into memory cannot fail.
        debug_assert!(written.is_ok());
        STANDARD_NO_PAD.encode(bytes)
    }

    /// Reads the text of an op; further fields of a newer app are passed over.
    pub fn from_text(text: &str) -> Result<Self, BadLook> {
        if text.len() > LONGEST_TEXT_READ {
            return Err(BadLook);
        }
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| BadLook)?;
        let mut decoder = minicbor::Decoder::new(&bytes);
        let look: Self = decoder.decode().map_err(|_| BadLook)?;
        if decoder.position() == bytes.len() { look.within_limits() } else { Err(BadLook) }
    }

    fn within_limits(self) -> Result<Self, BadLook> {
        let fits = self.placeholder.len() <= LARGEST_PLACEHOLDER
            && self.fingerprint.as_ref().is_none_or(|fingerprint| fingerprint.len() <= LARGEST_FINGERPRINT);
        if fits { Ok(self) } else { Err(BadLook) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_look_within_its_limits_comes_back_from_its_text(
            placeholder in proptest::collection::vec(any::<u8>(), 0..=LARGEST_PLACEHOLDER),
            fingerprint in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..=LARGEST_FINGERPRINT)),
        ) {
            let look = Look::new(placeholder.clone(), fingerprint.clone()).unwrap();
            prop_assert_eq!(look.placeholder(), placeholder.as_slice());
            prop_assert_eq!(look.fingerprint(), fingerprint.as_deref());
            prop_assert_eq!(Look::from_text(&look.to_text()), Ok(look));
        }

        #[test]
        fn whatever_stands_in_the_text_is_a_look_or_none(text in "[A-Za-z0-9+/]{0,80}|.{0,40}") {
            if let Ok(look) = Look::from_text(&text) {
                prop_assert!(look.placeholder().len() <= LARGEST_PLACEHOLDER);
            }
        }
    }

    #[test]
    fn a_look_is_written_in_one_way() {
        let bare = Look::new(vec![1, 2, 3], None).unwrap();
        let whole = Look::new(vec![1, 2, 3], Some(vec![9])).unwrap();
        // 82 43 010203 f6, or 81 43 010203: whichever the encoder writes is the format, and stays.
        assert_eq!(bare.to_text(), "gUMBAgM");
        assert_eq!(whole.to_text(), "gkMBAgNBCQ");
    }

    #[test]
    fn what_is_too_large_empty_or_goes_on_is_no_look() {
        assert_eq!(Look::new(vec![0; LARGEST_PLACEHOLDER + 1], None), Err(BadLook));
        assert_eq!(Look::new(Vec::new(), Some(vec![0; LARGEST_FINGERPRINT + 1])), Err(BadLook));
        assert_eq!(Look::from_text(""), Err(BadLook));
        assert_eq!(Look::from_text("not base64!"), Err(BadLook));
        assert_eq!(Look::from_text(&"A".repeat(1 << 20)), Err(BadLook));
        let longer = [Look::new(vec![1, 2, 3], None).unwrap().to_text(), "AAAA".to_owned()].concat();
        assert_eq!(Look::from_text(&longer), Err(BadLook));
        // Three fields: a newer app knows more of it.
        assert_eq!(Look::from_text(&STANDARD_NO_PAD.encode([0x83, 0x41, 7, 0xf6, 0x05])).unwrap().placeholder(), [7]);
    }
}
