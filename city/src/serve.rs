//! Serving: one runtime around the city, started on a listener and ended by a signal or a word.
//!
//! Ends gracefully: no new letters, open ones answered, then the writer has nothing left to do. It refuses to
//! decide anything; every route is one call of another module.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::files::Files;
use crate::uploads::Spools;
use crate::{City, CityError, http, parcels};

/// How often a serving city looks for what other processes changed and what time has done.
const ROUND: Duration = Duration::from_millis(500);
/// So many rounds lie between two looks for uploads that expired: an hour.
const ROUNDS_BETWEEN_LOOKS: u32 = 7200;
/// How long open requests may take after the word to stop.
const LAST_LETTERS: Duration = Duration::from_secs(10);

/// Ends a serving city, from any thread.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

impl Stop {
    /// Nothing is stopped yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Stop serving, as soon as open requests are answered.
    pub fn now(&self) {
        self.0.send_replace(true);
    }

    async fn told(&self) {
        let mut seen = self.0.subscribe();
        // The sender lives in `self`, so waiting ends with the word alone.
        let _ = seen.wait_for(|stopped| *stopped).await;
    }
}

/// Serves until told to stop, or until a signal if `heed_signals`.
pub(crate) fn serve(city: &City, listener: TcpListener, stop: &Stop, heed_signals: bool) -> Result<(), CityError> {
    listener.set_nonblocking(true)?;
    Files::of(city.dir()).sweep()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("city").build()?;
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        if heed_signals {
            stop_on_signal(stop)?;
        }
        let rounds = tokio::spawn(rounds(city.clone(), stop.clone()));
        let told = stop.clone();
        let serving =
            axum::serve(listener, http::router(city)).with_graceful_shutdown(async move { told.told().await });
        tokio::select! {
            served = serving.into_future() => served?,
            () = late(stop) => {}
        }
        stop.now();
        let _ = rounds.await;
        Ok(())
    });
    runtime.shutdown_timeout(LAST_LETTERS);
    served
}

async fn late(stop: &Stop) {
    stop.told().await;
    tokio::time::sleep(LAST_LETTERS).await;
}

fn stop_on_signal(stop: &Stop) -> Result<(), CityError> {
    let stop = stop.clone();
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        stop.now();
    });
    Ok(())
}

/// What a serving city does without being asked: it catches up cards, and ends waiting that was too long.
async fn rounds(city: City, stop: Stop) {
    let mut until_look = 0_u32;
    loop {
        let at_work = city.clone();
        let look = until_look == 0;
        until_look = if look { ROUNDS_BETWEEN_LOOKS } else { until_look.saturating_sub(1) };
        let done = tokio::task::spawn_blocking(move || {
            if look {
                Spools::of(at_work.dir()).expire()?;
                parcels::expire(at_work.dir())?;
            }
            at_work.round()
        });
        let done = done.await;
        if let Ok(Err(error)) = done {
            tracing::error!(code = error.code(), %error, "a round failed; it is tried again");
        }
        tokio::select! {
            () = stop.told() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}
