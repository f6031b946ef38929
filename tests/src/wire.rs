//! A wire between phones and a city: it records every byte that goes to a phone, and it can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Where the wire is cut, once.
#[derive(Clone, Debug)]
pub struct Cut {
    /// The beginning of the request line, `PUT /v1/logs`.
    pub request: String,
    /// How many bytes of the reply still arrive.
    pub after: usize,
}

/// A wire: a TCP proxy on a port of its own.
pub struct Wire {
    /// The address that phones use instead of the city's.
    pub url: String,
    recorded: Arc<Mutex<Vec<u8>>>,
    cut: Arc<Mutex<Option<Cut>>>,
}

impl Wire {
    /// Lays a wire to the city at this address.
    ///
    /// # Panics
    /// When no port is free.
    pub fn to(city: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("no port is free: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        let wire = Self { url: format!("http://127.0.0.1:{port}"), recorded: Arc::default(), cut: Arc::default() };
        let city = city.trim_start_matches("http://").to_owned();
        let (recorded, cut) = (Arc::clone(&wire.recorded), Arc::clone(&wire.cut));
        thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                let Ok(there) = TcpStream::connect(&city) else { continue };
                let (recorded, cut) = (Arc::clone(&recorded), Arc::clone(&cut));
                thread::spawn(move || carry(&phone, &there, &recorded, &cut));
            }
        });
        wire
    }

    /// Cuts the wire at the next such request: the city does what it is asked, the phone does not hear of it.
    pub fn cut(&self, request: &str, after: usize) {
        if let Ok(mut cut) = self.cut.lock() {
            *cut = Some(Cut { request: request.to_owned(), after });
        }
    }

    /// True once the wire was cut as asked.
    pub fn was_cut(&self) -> bool {
        self.cut.lock().is_ok_and(|cut| cut.is_none())
    }

    /// Every byte that went to phones so far.
    pub fn recorded(&self) -> Vec<u8> {
        self.recorded.lock().map(|recorded| recorded.clone()).unwrap_or_default()
    }
}

/// Carries both ways until either side hangs up or the wire is cut.
fn carry(phone: &TcpStream, city: &TcpStream, recorded: &Arc<Mutex<Vec<u8>>>, cut: &Arc<Mutex<Option<Cut>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (Ok(from_phone), Ok(to_city)) = (phone.try_clone(), city.try_clone()) else { return };
    let heard = Arc::clone(&asked);
    let up = thread::spawn(move || {
        let (mut from, mut to) = (from_phone, to_city);
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let bytes = buffer.get(..count).unwrap_or_default();
            if let Ok(mut asked) = heard.lock() {
                asked.extend_from_slice(bytes);
            }
            if to.write_all(bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (city, phone);
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let bytes = buffer.get(..count).unwrap_or_default();
        let here = cut.lock().ok().and_then(|mut cut| {
            let asked = asked.lock().ok()?;
            let last = cut.as_ref().filter(|cut| find(&asked, cut.request.as_bytes()))?.after;
            cut.take();
            Some(last)
        });
        if let Some(after) = here {
            let _ = to.write_all(bytes.get(..after.min(count)).unwrap_or_default());
            let _ = phone.shutdown(Shutdown::Both);
            let _ = city.shutdown(Shutdown::Both);
            break;
        }
        if let Ok(mut recorded) = recorded.lock() {
            recorded.extend_from_slice(bytes);
        }
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = phone.shutdown(Shutdown::Both);
    let _ = up.join();
}

fn find(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
