//! Carries letters to the city and replies back, by HTTP with TLS where the address asks for it.
//!
//! It knows nothing of what is in a letter. It never follows a redirect: a token must not reach another host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use mingcha_sync::{Letter, PHOTO_SHA256, Problem, Reply, UploadLetter, UploadReply};
use reqwest::Method;
use reqwest::blocking::{Client, RequestBuilder, Response};

use crate::{MingchaError, Mistake};

/// How often whoever waits for an answer looks whether it is still wanted.
const LOOKS_UP: Duration = Duration::from_millis(50);

/// The largest reply that is read, in bytes.
const LARGEST_REPLY: u64 = 80 * 1024 * 1024;

/// Stops what goes by HTTP: nobody waits any more once it was said. What the city has by then, it has.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Errors once it was said.
    pub fn heeded(&self) -> Result<(), MingchaError> {
        if self.0.load(Ordering::Relaxed) { Err(MingchaError::Stopped) } else { Ok(()) }
    }
}

/// The way to one city.
pub(crate) struct Http {
    client: Client,
    url: String,
    token: Option<String>,
    stop: Stop,
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
        Ok(Self { client, url, token, stop: Stop::default() })
    }

    /// The same way, given up within a moment once this is said, in the middle of a request too.
    pub fn until(self, stop: &Stop) -> Self {
        Self { stop: stop.clone(), ..self }
    }

    /// Sends a letter.
    pub fn send(&self, letter: &Letter) -> Result<Reply, MingchaError> {
        let url = format!("{}{}", self.url, letter.path);
        let request = if letter.method == "PUT" { self.client.put(url) } else { self.client.post(url) };
        self.answer(request.header("content-type", "application/cbor").body(letter.body.clone()))
    }

    /// Carries one letter of an upload; gives the reply and how many milliseconds that took.
    pub fn upload(&self, letter: UploadLetter) -> Result<(UploadReply, u64), MingchaError> {
        let begun = stopwatch();
        let method = match letter.method {
            "HEAD" => Method::HEAD,
            "PATCH" => Method::PATCH,
            _ => Method::POST,
        };
        let mut request = self.client.request(method, format!("{}{}", self.url, letter.path));
        for (name, value) in letter.headers {
            request = request.header(name, value);
        }
        let response = self.welcome(request.body(letter.body))?;
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        let offset = header("upload-offset").and_then(|offset| offset.parse().ok());
        let sha256 = header(PHOTO_SHA256).and_then(|hash| hash.parse().ok());
        let status = response.status().as_u16();
        let body = self.read(response)?;
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok((UploadReply { status, offset, sha256, body }, took))
    }

    /// Asks for a file from a byte on.
    pub fn file(&self, path: &str, from: u64) -> Result<Download, MingchaError> {
        let mut request = self.client.get(format!("{}{path}", self.url));
        if from > 0 {
            request = request.header("range", format!("bytes={from}-"));
        }
        let response = self.welcome(request)?;
        let start = response.headers().get("content-range").and_then(|range| {
            let (start, _) = range.to_str().ok()?.strip_prefix("bytes ")?.split_once('-')?;
            start.parse().ok()
        });
        let status = response.status().as_u16();
        Ok(Download { status, start: start.unwrap_or(0), body: Some(response), stop: self.stop.clone() })
    }

    fn answer(&self, request: RequestBuilder) -> Result<Reply, MingchaError> {
        let response = self.welcome(request)?;
        let status = response.status().as_u16();
        Ok(Reply { status, body: self.read(response)? })
    }

    /// The answer of a city that lets this device in and has time for it.
    fn welcome(&self, request: RequestBuilder) -> Result<Response, MingchaError> {
        self.stop.heeded()?;
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let response = self.waited_for(|| request.send())?.map_err(|_| MingchaError::Unreachable)?;
        let status = response.status().as_u16();
        match status {
            401 => Err(MingchaError::NotWelcome(Problem::from_json(status, &self.read(response)?))),
            429 | 503 => Err(MingchaError::Later(Problem::from_json(status, &self.read(response)?))),
            _ => Ok(response),
        }
    }

    fn read(&self, response: Response) -> Result<Vec<u8>, MingchaError> {
        self.waited_for(|| read(response))?
    }

    fn waited_for<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, MingchaError> {
        waited_for(&self.stop, work)
    }
}

/// What comes of this, unless it is stopped first: a dead line keeps a thread of its own until its time-out, and nobody who
/// gave up.
fn waited_for<T: Send + 'static>(stop: &Stop, work: impl FnOnce() -> T + Send + 'static) -> Result<T, MingchaError> {
    let (gives, takes) = mpsc::channel();
    let carried = thread::Builder::new().spawn(move || {
        // Whoever gave up meanwhile takes nothing any more.
        let _ = gives.send(work());
    });
    carried.map_err(|_| MingchaError::Unreachable)?;
    loop {
        match takes.recv_timeout(LOOKS_UP) {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => stop.heeded()?,
            Err(RecvTimeoutError::Disconnected) => return Err(MingchaError::Unreachable),
        }
    }
}

/// A file on its way in.
pub(crate) struct Download {
    /// The HTTP status: 200 all of it, 206 from [`Self::start`] on, 416 nothing beyond what was asked.
    pub status: u16,
    /// The first byte that comes.
    pub start: u64,
    /// None once its reading was given up.
    body: Option<Response>,
    stop: Stop,
}

impl Download {
    /// Reads on until so many bytes are there or the file ends. True when it ended; an error when it was cut, with what
    /// came until then in `piece`.
    pub fn read_on(&mut self, piece: &mut Vec<u8>, most: usize) -> Result<bool, MingchaError> {
        use std::io::Read;
        let mut body = self.body.take().ok_or(MingchaError::Unreachable)?;
        let room = u64::try_from(most.saturating_sub(piece.len())).unwrap_or(u64::MAX);
        let (body, came, read) = waited_for(&self.stop, move || {
            let mut came = Vec::new();
            let read = body.by_ref().take(room).read_to_end(&mut came);
            (body, came, read)
        })?;
        self.body = Some(body);
        piece.extend_from_slice(&came);
        match read {
            Ok(count) => Ok(u64::try_from(count).unwrap_or(u64::MAX) < room),
            Err(_) => Err(MingchaError::Unreachable),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how quick the network is decides the size of a chunk, and nothing else")]
fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

fn read(response: Response) -> Result<Vec<u8>, MingchaError> {
    use std::io::Read;
    let mut body = Vec::new();
    response.take(LARGEST_REPLY).read_to_end(&mut body).map_err(|_| MingchaError::Unreachable)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_file_that_stops_coming_is_given_up_at_once_and_one_that_is_cut_leaves_what_came() {
        let city = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", city.local_addr().unwrap());
        let (ends, stays) = mpsc::channel::<()>();
        let line = thread::spawn(move || {
            for is_cut in [true, false] {
                let (mut phone, _) = city.accept().unwrap();
                let mut asked = [0; 1_024];
                assert!(phone.read(&mut asked).unwrap() > 0);
                phone
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n0123456789")
                    .unwrap();
                if !is_cut {
                    let _ = stays.recv();
                }
            }
        });
        let stop = Stop::default();
        let http = Http::to(&url, None).unwrap().until(&stop);
        let mut piece = Vec::new();
        let cut = http.file("/cut", 0).unwrap().read_on(&mut piece, 500);
        assert!(matches!(cut, Err(MingchaError::Unreachable)), "{cut:?}");
        assert_eq!(piece, b"0123456789");

        let mut silent = http.file("/silent", 0).unwrap();
        let ended = stop.clone();
        thread::spawn(move || ended.now());
        // Without the stop this waits for the line's two minutes.
        let given_up = silent.read_on(&mut piece, 500);
        assert!(matches!(given_up, Err(MingchaError::Stopped)), "{given_up:?}");
        drop(ends);
        line.join().unwrap();
    }
}
