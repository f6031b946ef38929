//! A stock tus client, as its authors published it (`tuspy`, from the Python index), uploads a photo to the city with a token.
//!
//! Python's own package tool fetches it once into the build's folder; where that cannot be, the story says so and is
//! skipped, but not where nobody watches.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mingcha_model::Digest;

use crate::photos::inspector;
use crate::support::*;
use crate::uploads::{file, promised};

/// Uploads a file: the first half, or what is left at an address; prints the address.
const CLIENT: &str = r#"
import sys
from tusclient import client
city, token, photo, path, chunk, part, url = sys.argv[1:8]
stock = client.TusClient(city + "/v1/photos", headers={"Authorization": "Bearer " + token})
uploader = stock.uploader(
    path,
    chunk_size=int(chunk),
    metadata={"photo": photo, "copy": "standard"},
    url=url or None,
    upload_checksum=True,
)
if part == "half":
    uploader.upload(stop_at=uploader.get_file_size() // 2)
else:
    uploader.upload()
print(uploader.url)
"#;

/// The folder that the client was installed to; none where this machine cannot.
fn installed() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stock-tus-client");
    if folder.join("tusclient").is_dir() {
        return Some(folder);
    }
    // Beside its place first, so that a broken install is not taken for a whole one.
    let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "tuspy==1.1.0", "--target"])
        .arg(fresh.path())
        .stdin(Stdio::null())
        .status();
    if !done.is_ok_and(|status| status.success()) {
        assert!(
            std::env::var_os("CI").is_none(),
            "the stock tus client cannot be installed: python3 with pip is missing"
        );
        println!("skipped: no stock tus client here, because python3 with pip cannot install it");
        return None;
    }
    let _ = std::fs::rename(fresh.keep(), &folder);
    Some(folder)
}

#[test]
fn a_stock_client_uploads_with_a_token_and_goes_on_where_it_stopped() {
    let Some(client) = installed() else { return };
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(founded(dir.path()));
    let mut phone = inspector(&serving);
    for (number, chunk, length) in [(1, "5000000", 300_000), (2, "70000", 1_000_001)] {
        let bytes = file(number, length);
        let photo = promised(&mut phone, &bytes);
        let path = dir.path().join(format!("photo-{number}.jpg"));
        std::fs::write(&path, &bytes).unwrap();
        let run = |part: &str, url: &str| {
            let output = Command::new("python3")
                .args(["-c", CLIENT, &format!("http://{}", serving.at), &phone.said.token, &photo.to_string()])
                .arg(&path)
                .args([chunk, part, url])
                .env("PYTHONPATH", &client)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{said}");
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        let url = if number == 2 { run("half", "") } else { String::new() };
        let place = format!("/v1/photos/{photo}/standard");
        assert!(run("rest", &url).ends_with(&place));
        let kept = phone.send("GET", &place, &[]).body;
        assert_eq!(Digest::of(&kept), Digest::of(&bytes));
    }
}
