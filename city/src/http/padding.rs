//! Padding: whoever may be a unit's contact learns nothing from the length of an answer, be it pages, problems or photos.
//!
//! It refuses to look at what is answered: length and padding together are whole kibibytes, whatever it is.

use std::sync::{Arc, OnceLock};

use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use mingcha_model::Role;

/// Lengths of answers to contacts are whole multiples of this many bytes.
const PADDED_TO: u64 = 1024;
/// Carries the padding: the body must decode whole, so it stands beside it.
const PADDING: HeaderName = HeaderName::from_static("x-padding");

/// Who an answer goes to, as far as that came out while it was made.
#[derive(Clone, Default)]
pub(super) struct Hearer(Arc<OnceLock<Role>>);

impl Hearer {
    /// A person of this role asks.
    pub(super) fn is(&self, role: Role) {
        // A request has one caller: a second word would be the same.
        let _ = self.0.set(role);
    }

    /// True unless it is known to be somebody else: an enrolment too may be a contact's.
    fn may_be_contact(&self) -> bool {
        self.0.get().is_none_or(|role| *role == Role::Contact)
    }
}

/// Pads the answer to a contact.
pub(super) async fn padded(mut request: Request, next: Next) -> Response {
    let hearer = Hearer::default();
    request.extensions_mut().insert(hearer.clone());
    let mut response = next.run(request).await;
    if hearer.may_be_contact() {
        // A file that is streamed announces its length there.
        let announced = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let length = announced.or_else(|| response.body().size_hint().exact()).unwrap_or(0);
        response.headers_mut().insert(PADDING, padding(length));
    }
    response
}

fn padding(length: u64) -> HeaderValue {
    // Never empty, so that the header itself always stands there.
    let missing = PADDED_TO.saturating_sub(length.checked_rem(PADDED_TO).unwrap_or(0));
    let zeros = "0".repeat(usize::try_from(missing).unwrap_or(0));
    HeaderValue::from_str(&zeros).unwrap_or(HeaderValue::from_static("0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_and_padding_together_are_whole_kibibytes() {
        for length in [0, 1, 1023, 1024, 1025, 70_000] {
            let padding = padding(length).len();
            assert_eq!((length + u64::try_from(padding).unwrap()) % PADDED_TO, 0, "{length}");
            assert!(padding > 0);
        }
    }

    #[test]
    fn only_who_is_known_to_be_no_contact_is_answered_without_padding() {
        let hearer = Hearer::default();
        assert!(hearer.may_be_contact());
        hearer.is(Role::Inspector);
        assert!(!hearer.may_be_contact());
        let contact = Hearer::default();
        contact.is(Role::Contact);
        assert!(contact.may_be_contact());
    }
}
