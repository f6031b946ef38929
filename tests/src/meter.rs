//! A wire that counts: how many bytes of photos went up and came down, and which is cut at any one of them.
//!
//! It understands just enough HTTP to tell a photo's bytes from everything else. Cut, it stays cut until it is mended,
//! as a phone that lost its signal does.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes that are carried in one go.
const PIECE: usize = 16 * 1024;

#[derive(Default)]
struct State {
    up: u64,
    down: u64,
    /// Cuts the wire when so many bytes of photos went up in all.
    cut_up: Option<u64>,
    /// Cuts the wire when so many bytes of photos came down in all.
    cut_down: Option<u64>,
    /// After a cut nothing gets through until the wire is mended.
    stays_cut: bool,
    broken: bool,
    /// How long each piece takes.
    slow: Duration,
}

/// The wire.
pub struct Meter {
    /// The address that phones use instead of the city's.
    pub url: String,
    state: Arc<Mutex<State>>,
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Meter {
    /// Lays a wire to the city at this address.
    ///
    /// # Panics
    /// When no port is free.
    pub fn to(city: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("no port is free: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        let meter = Self { url: format!("http://127.0.0.1:{port}"), state: Arc::default() };
        let (city, state) = (city.trim_start_matches("http://").to_owned(), Arc::clone(&meter.state));
        thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                if locked(&state).broken {
                    continue;
                }
                let Ok(there) = TcpStream::connect(&city) else { continue };
                let state = Arc::clone(&state);
                thread::spawn(move || carry(&phone, &there, &state));
            }
        });
        meter
    }

    /// Bytes of photos that went up since the beginning.
    pub fn up(&self) -> u64 {
        locked(&self.state).up
    }

    /// Bytes of photos that came down since the beginning.
    pub fn down(&self) -> u64 {
        locked(&self.state).down
    }

    /// Cuts the wire when so many more bytes of photos went up; it stays cut until [`Self::mend`].
    pub fn cut_up_after(&self, bytes: u64) {
        let mut state = locked(&self.state);
        state.cut_up = Some(state.up.saturating_add(bytes));
        state.stays_cut = true;
    }

    /// Cuts the connection when so many more bytes of photos went up; the next one gets through.
    pub fn interrupt_up_after(&self, bytes: u64) {
        let mut state = locked(&self.state);
        state.cut_up = Some(state.up.saturating_add(bytes));
        state.stays_cut = false;
    }

    /// Cuts the wire when so many more bytes of photos came down; it stays cut until [`Self::mend`].
    pub fn cut_down_after(&self, bytes: u64) {
        let mut state = locked(&self.state);
        state.cut_down = Some(state.down.saturating_add(bytes));
        state.stays_cut = true;
    }

    /// True while a cut that was asked for did not happen yet.
    pub fn waits_to_cut(&self) -> bool {
        let state = locked(&self.state);
        state.cut_up.is_some() || state.cut_down.is_some()
    }

    /// Lets everything through again.
    pub fn mend(&self) {
        let mut state = locked(&self.state);
        (state.broken, state.cut_up, state.cut_down) = (false, None, None);
    }

    /// Makes every 16 KiB take so long.
    pub fn slow(&self, each: Duration) {
        locked(&self.state).slow = each;
    }
}

/// What a request carries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carries {
    PhotoUp,
    PhotoDown,
    Other,
}

fn carry(phone: &TcpStream, city: &TcpStream, state: &Arc<Mutex<State>>) {
    let asked = Arc::new(Mutex::new(Carries::Other));
    let (Ok(from_phone), Ok(to_city)) = (phone.try_clone(), city.try_clone()) else { return };
    let (up_state, up_asked) = (Arc::clone(state), Arc::clone(&asked));
    let up = thread::spawn(move || {
        let _ = requests(&from_phone, &to_city, &up_state, &up_asked);
        let _ = to_city.shutdown(Shutdown::Write);
    });
    let _ = replies(city, phone, state, &asked);
    let _ = phone.shutdown(Shutdown::Both);
    let _ = city.shutdown(Shutdown::Both);
    let _ = up.join();
}

/// Carries requests up, one after another, until the phone hangs up or the wire is cut.
fn requests(phone: &TcpStream, mut city: &TcpStream, state: &Mutex<State>, asked: &Mutex<Carries>) -> io::Result<()> {
    let mut phone = BufReader::with_capacity(PIECE, phone);
    loop {
        let (mut head, mut length) = (String::new(), 0_usize);
        loop {
            let mut line = String::new();
            if phone.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
            head.push_str(&line);
            if line == "\r\n" {
                break;
            }
        }
        let carries = match head.split(' ').next() {
            Some("POST" | "PATCH") if head.contains(" /v1/photos") => Carries::PhotoUp,
            Some("GET") if head.contains(" /v1/photos") => Carries::PhotoDown,
            _ => Carries::Other,
        };
        *asked.lock().unwrap_or_else(PoisonError::into_inner) = carries;
        city.write_all(head.as_bytes())?;
        let mut piece = [0; PIECE];
        while length > 0 {
            let most = length.min(PIECE);
            let mut count = phone.read(piece.get_mut(..most).unwrap_or_default())?;
            if count == 0 {
                return Ok(());
            }
            let (cut, slow) = {
                let mut state = locked(state);
                if carries == Carries::PhotoUp {
                    counted(&mut state, &mut count, true)
                } else {
                    (false, Duration::ZERO)
                }
            };
            city.write_all(piece.get(..count).unwrap_or_default())?;
            length = length.saturating_sub(count);
            if cut {
                // What went through arrives; then both sides find the line dead.
                let _ = phone.get_ref().shutdown(Shutdown::Both);
                city.shutdown(Shutdown::Both)?;
                return Ok(());
            }
            thread::sleep(slow);
        }
    }
}

/// Counts a piece, and shortens it where the wire is to be cut.
fn counted(state: &mut State, count: &mut usize, up: bool) -> (bool, Duration) {
    let (so_far, cut) = if up { (state.up, &mut state.cut_up) } else { (state.down, &mut state.cut_down) };
    let length = u64::try_from(*count).unwrap_or(u64::MAX);
    let mut now = so_far.saturating_add(length);
    let here = cut.filter(|cut| *cut <= now);
    if let Some(at) = here {
        *cut = None;
        now = at.max(so_far);
        *count = usize::try_from(now.saturating_sub(so_far)).unwrap_or(0);
        state.broken = state.stays_cut;
    }
    if up {
        state.up = now;
    } else {
        state.down = now;
    }
    (here.is_some(), state.slow)
}

/// Carries replies down; of a photo's the head counts too, which is some hundred bytes.
fn replies(
    mut city: &TcpStream,
    mut phone: &TcpStream,
    state: &Mutex<State>,
    asked: &Mutex<Carries>,
) -> io::Result<()> {
    let mut piece = [0; PIECE];
    loop {
        let mut count = city.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        let photo = *asked.lock().unwrap_or_else(PoisonError::into_inner) == Carries::PhotoDown;
        let (cut, slow) = if photo { counted(&mut locked(state), &mut count, false) } else { (false, Duration::ZERO) };
        phone.write_all(piece.get(..count).unwrap_or_default())?;
        if cut {
            return Ok(());
        }
        thread::sleep(slow);
    }
}
