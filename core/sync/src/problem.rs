//! What the city answers when it cannot do what it was asked: RFC 9457 problems with a stable code.

use std::fmt;

/// A problem, as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// A stable code in snake case, `code_used`.
    pub code: String,
    /// What happened and what to do; never a person's name, place or note.
    pub detail: String,
}

impl Problem {
    /// A problem of this status, code and advice.
    pub fn new(status: u16, code: &str, detail: &str) -> Self {
        Self { status, code: code.to_owned(), detail: detail.to_owned() }
    }

    /// The JSON body.
    pub fn to_json(&self) -> String {
        serde_json::json!({
            "type": format!("urn:mingcha:problem:{}", self.code),
            "title": self.code.replace('_', " "),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        })
        .to_string()
    }

    /// Reads a problem; a body that is none still gives the status.
    pub fn from_json(status: u16, body: &[u8]) -> Self {
        let value: Option<serde_json::Value> =
            body.len().le(&65_536).then(|| serde_json::from_slice(body).ok()).flatten();
        let field = |name: &str| {
            value.as_ref().and_then(|value| value.get(name)).and_then(serde_json::Value::as_str).map(str::to_owned)
        };
        Self {
            status,
            code: field("code").unwrap_or_else(|| "unexpected_reply".to_owned()),
            detail: field("detail")
                .unwrap_or_else(|| "the city answered in a way that this app does not know".to_owned()),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.code)
    }
}

impl std::error::Error for Problem {}
