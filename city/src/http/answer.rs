//! How the city answers: CBOR, files, or a problem; padded for those who must learn nothing from a length.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use mingcha_sync::Problem;

use crate::CityError;
use crate::ledger::Person;
use mingcha_model::Role;

/// Lengths of answers to contacts are whole multiples of this many bytes.
const PADDED_TO: usize = 1024;
/// Carries the padding: the body must decode whole, so it stands beside it.
const PADDING: HeaderName = HeaderName::from_static("x-padding");

/// Why a request is not answered as it was asked.
pub(crate) enum Refused {
    /// With a problem for the phone.
    Problem(Problem),
    /// With bytes that are no problem: a log conflict.
    Other(StatusCode, Vec<u8>),
    /// The city itself failed.
    City(CityError),
}

impl From<CityError> for Refused {
    fn from(error: CityError) -> Self {
        Self::City(error)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem_said) => problem(&problem_said),
            Self::Other(status, bytes) => (status, [(header::CONTENT_TYPE, "application/cbor")], bytes).into_response(),
            Self::City(error) => {
                tracing::error!(code = error.code(), %error, "the city failed");
                let detail = "平台暂时无法处理，请稍后再试 / the city cannot do this now: try again later";
                problem(&Problem::new(500, "city_failed", detail))
            }
        }
    }
}

/// A problem as RFC 9457 has it.
pub(crate) fn problem(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_json()).into_response()
}

/// A message. To a contact, body and padding together are a multiple of 1 KiB long.
pub(crate) fn cbor(to: Option<&Person>, bytes: Vec<u8>) -> Response {
    let padding = to.filter(|person| person.grants.role == Role::Contact).map(|_| padding(bytes.len()));
    let mut response = ([(header::CONTENT_TYPE, "application/cbor")], bytes).into_response();
    if let Some(padding) = padding {
        response.headers_mut().insert(PADDING, padding);
    }
    response
}

fn padding(length: usize) -> HeaderValue {
    // Never empty, so that the header itself always stands there.
    let missing = PADDED_TO.saturating_sub(length.checked_rem(PADDED_TO).unwrap_or(0));
    HeaderValue::from_str(&"0".repeat(missing)).unwrap_or(HeaderValue::from_static("0"))
}

/// The bytes of a photo.
pub(crate) fn file(media_type: &'static str, body: Body) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "private, no-store")];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_and_padding_together_are_whole_kibibytes() {
        for length in [0, 1, 1023, 1024, 1025, 70_000] {
            assert_eq!((length + padding(length).len()) % PADDED_TO, 0, "{length}");
            assert!(!padding(length).is_empty());
        }
    }
}
