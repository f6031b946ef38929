//! Carries letters to the city and replies back, by HTTP with TLS where the address asks for it.
//!
//! It knows nothing of what is in a letter. It never follows a redirect: a token must not reach another host.

use std::time::Duration;

use mingcha_sync::{Letter, Problem, Reply};
use reqwest::blocking::{Client, RequestBuilder, Response};

use crate::{MingchaError, Mistake};

/// The largest reply that is read, in bytes.
const LARGEST_REPLY: u64 = 80 * 1024 * 1024;

/// The way to one city.
pub(crate) struct Http {
    client: Client,
    url: String,
    token: Option<String>,
}

impl Http {
    /// The way to the city at this address, `https://city.example` or `http://127.0.0.1:8080`.
    pub fn to(url: &str, token: Option<String>) -> Result<Self, MingchaError> {
        let url = url.trim_end_matches('/').to_owned();
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Mistake::BadUrl.into());
        }
        // A second call finds the provider installed already: that is what was wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_mins(2))
            .no_proxy()
            .build()
            .map_err(|_| Mistake::BadUrl)?;
        Ok(Self { client, url, token })
    }

    /// Sends a letter.
    pub fn send(&self, letter: &Letter) -> Result<Reply, MingchaError> {
        let url = format!("{}{}", self.url, letter.path);
        let request = if letter.method == "PUT" { self.client.put(url) } else { self.client.post(url) };
        self.answer(request.header("content-type", "application/cbor").body(letter.body.clone()))
    }

    /// Fetches a file.
    pub fn get(&self, path: &str) -> Result<Reply, MingchaError> {
        self.answer(self.client.get(format!("{}{path}", self.url)))
    }

    /// Sends a file.
    pub fn put(&self, path: &str, body: Vec<u8>) -> Result<Reply, MingchaError> {
        self.answer(
            self.client
                .put(format!("{}{path}", self.url))
                .header("content-type", "application/octet-stream")
                .body(body),
        )
    }

    fn answer(&self, request: RequestBuilder) -> Result<Reply, MingchaError> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let response = request.send().map_err(|_| MingchaError::Unreachable)?;
        let status = response.status().as_u16();
        let body = read(response)?;
        match status {
            401 => Err(MingchaError::NotWelcome(Problem::from_json(status, &body))),
            429 | 503 => Err(MingchaError::Later(Problem::from_json(status, &body))),
            _ => Ok(Reply { status, body }),
        }
    }
}

fn read(response: Response) -> Result<Vec<u8>, MingchaError> {
    use std::io::Read;
    let mut body = Vec::new();
    response.take(LARGEST_REPLY).read_to_end(&mut body).map_err(|_| MingchaError::Unreachable)?;
    Ok(body)
}
