//! For tests: a city's shelf of photo files, which takes uploads and gives files as the real one does, and may misbehave.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingcha_model::Digest;

use crate::attention::rehearsal::{Answered, Request, Visitors, open_door};

/// Files by their place, `/v1/photos/PHOTO/COPY`, and the copies in the order in which they were whole.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    came: Arc<Mutex<Vec<String>>>,
}

impl Shelf {
    pub fn open() -> (Self, String, Visitors) {
        Self::open_unless(|_| None)
    }

    /// Answers as a city does, unless the test has an answer of its own.
    pub fn open_unless(other: impl Fn(&Request) -> Option<Answered> + Send + 'static) -> (Self, String, Visitors) {
        Self::open_with(move |request, _| other(request))
    }

    pub fn open_with(
        other: impl Fn(&Request, &BTreeMap<String, Vec<u8>>) -> Option<Answered> + Send + 'static,
    ) -> (Self, String, Visitors) {
        Self::default().open_again(other)
    }

    /// Opens another door to the same shelf.
    pub fn open_again(
        &self,
        other: impl Fn(&Request, &BTreeMap<String, Vec<u8>>) -> Option<Answered> + Send + 'static,
    ) -> (Self, String, Visitors) {
        let (same, at_door) = (self.clone(), self.clone());
        let (url, visitors) = open_door(move |request| {
            let mut files = at_door.files.lock().unwrap();
            other(request, &files).unwrap_or_else(|| at_door.answer(request, &mut files))
        });
        (same, url, visitors)
    }

    /// The copies that came whole, in order.
    pub fn came(&self) -> Vec<String> {
        self.came.lock().unwrap().clone()
    }

    /// The place that a request is about.
    pub fn names(request: &Request) -> Option<String> {
        if request.method != "POST" {
            return Some(request.path.clone());
        }
        let said = request.header("upload-metadata")?;
        let value = |name: &str| {
            let pair = said.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix(' '))?;
            String::from_utf8(STANDARD.decode(pair).ok()?).ok()
        };
        Some(format!("/v1/photos/{}/{}", value("photo")?, value("copy")?))
    }

    fn answer(&self, request: &Request, files: &mut BTreeMap<String, Vec<u8>>) -> Answered {
        let Some(place) = Self::names(request) else { return Answered { status: 404, ..Answered::default() } };
        if request.method == "GET" {
            return give(request, files.get(&place));
        }
        let status = match request.method.as_str() {
            "POST" => {
                files.insert(place.clone(), Vec::new());
                201
            }
            "PATCH" => 204,
            _ => 200,
        };
        let Some(file) = files.get_mut(&place) else { return Answered { status: 404, ..Answered::default() } };
        file.extend_from_slice(&request.body);
        if status == 201 {
            self.came.lock().unwrap().extend(place.rsplit('/').next().map(str::to_owned));
        }
        let headers = vec![("upload-offset", file.len().to_string()), ("photo-sha256", Digest::of(file).to_string())];
        Answered { status, headers, ..Answered::default() }
    }
}

fn give(request: &Request, file: Option<&Vec<u8>>) -> Answered {
    let Some(file) = file else { return Answered { status: 404, ..Answered::default() } };
    let from = request.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    match from {
        None => Answered { status: 200, body: file.clone(), ..Answered::default() },
        Some(from) if from >= file.len() => Answered { status: 416, ..Answered::default() },
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
            let body = file[from..].to_vec();
            Answered { status: 206, headers: vec![("content-range", range)], body, ..Answered::default() }
        }
    }
}
