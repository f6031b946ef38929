//! How the city answers: CBOR, files, or a problem. Nothing personal stands in a problem.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use mingcha_sync::Problem;

use crate::CityError;

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
                if error.is_full_disk() {
                    let detail = "平台存储空间不足，内容请保留，稍后再传 / the city's disk is full: keep everything and come again later";
                    return problem(&Problem::new(507, "city_full", detail));
                }
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

/// A message.
pub(crate) fn cbor(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/cbor")], bytes).into_response()
}
