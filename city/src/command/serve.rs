//! `serve`: lets phones in, and says on one line where.
//!
//! The signal to stop is listened for before that line is printed, so that whoever read it may stop the city at
//! once and still get a clean end. Nothing but that line goes to stdout; the log goes to stderr.

use std::io::{ErrorKind, Write as _};
use std::net::TcpListener;

use mingcha_city::{CityError, Stop};
use tracing_subscriber::EnvFilter;

use super::Data;
use super::failure::Failure;
use super::speech::Said;

#[derive(clap::Args)]
#[command(after_help = "示例 / Examples:
  mingcha-city serve --data ./city --listen 127.0.0.1:8080
  mingcha-city serve --data ./city --listen 127.0.0.1:0      # 自选端口 any free port
  mingcha-city serve --data ./city --listen 127.0.0.1:8080 --strip --font NotoSansCJK-Regular.ttc

就绪后在标准输出打印一行 listening on http://HOST:PORT，日志在标准错误；MINGCHA_LOG=debug 更详细。
When ready it prints the one line `listening on http://HOST:PORT`; the log goes to stderr, MINGCHA_LOG=debug says more.")]
pub(crate) struct Serve {
    #[command(flatten)]
    data: Data,
    /// 监听地址，端口 0 为自选 / the address to listen on; port 0 picks one
    #[arg(long, value_name = "ADDR")]
    listen: String,
    /// 本版本不支持，数据都在 --data / not in this build, which keeps everything in --data
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// 公布的照片下方加一条说明：点位、反馈日期、专项、检查方式 / a strip below published photos: site, day, campaign, mode
    #[arg(long)]
    strip: bool,
    /// 说明条的字体文件，没有则只写字母和数字 / the strip's font; without one it has Latin letters and digits alone
    #[arg(long, value_name = "FILE", requires = "strip")]
    font: Option<std::path::PathBuf>,
    /// 本版本不支持，照片都在 --data / not in this build, which keeps everything in --data
    #[arg(long, value_name = "URL")]
    photos_url: Option<String>,
}

impl Serve {
    pub(crate) fn run(&self, json: bool) -> Result<Option<Said>, Failure> {
        for (option, given) in [("--database-url", &self.database_url), ("--photos-url", &self.photos_url)] {
            if given.is_some() {
                return Err(Failure::mistake(
                    "not_in_this_build",
                    format!("本版本把所有内容存放在 --data 文件夹，请去掉 {option}"),
                    format!("this build keeps everything in --data: leave out {option}"),
                ));
            }
        }
        let city = self.data.open()?;
        if self.strip {
            city.strip_published_photos(self.font.as_deref())?;
        }
        let listener = TcpListener::bind(&self.listen).map_err(|error| cannot_listen(&error))?;
        let address = listener.local_addr().map_err(CityError::Io)?;
        log_to_stderr(json);
        let stop = Stop::new();
        stop_on_signal(&stop)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "listening on http://{address}").and_then(|()| out.flush()).map_err(CityError::Io)?;
        drop(out);
        city.serve(listener, &stop)?;
        Ok(None)
    }
}

fn cannot_listen(error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::InvalidInput => Failure::mistake(
            "listen_invalid",
            "监听地址有误，请写 HOST:PORT，如 127.0.0.1:8080",
            "not an address to listen on: write HOST:PORT, as in 127.0.0.1:8080",
        ),
        kind => Failure::trouble(
            "listen_failed",
            format!("无法监听该地址（{kind}），请换端口或地址"),
            format!("this address cannot be listened on ({kind}): choose another port or address"),
        ),
    }
}

/// Whoever runs several cities in one process has a log already; then that one is kept.
fn log_to_stderr(json: bool) {
    let filter = EnvFilter::try_from_env("MINGCHA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = if json { log.json().try_init() } else { log.try_init() };
}

/// From here on SIGTERM and Ctrl-C end the serving instead of the process.
fn stop_on_signal(stop: &Stop) -> Result<(), CityError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let inside = runtime.enter();
    #[cfg(unix)]
    let mut signals = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
    };
    drop(inside);
    let stop = stop.clone();
    let wait = move || {
        runtime.block_on(async {
            #[cfg(unix)]
            tokio::select! {
                _ = signals.0.recv() => {}
                _ = signals.1.recv() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
        });
        stop.now();
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait)?;
    Ok(())
}
