//! Parcels on their way in through somebody's phone: a spool each, whose length is how far it has come.
//!
//! A whole one is taken in at once. Where something of it is waited for, the spool stays and is tried again whenever its
//! carrier asks; where nothing is, what the city did with it is remembered for a while, because a reply may have been lost.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use mingcha_model::PersonId;
use mingcha_sync::{LARGEST_PARCEL, ParcelError, ParcelPiece, ParcelSaid, ParcelTaken, Problem, decode, encode};

use crate::{City, CityError, clock, private};

/// A parcel of which nothing was heard for so long is thrown away; whoever carries it begins again. As long as an op
/// waits for what it belongs to.
const EXPIRES_AFTER: Duration = Duration::from_hours(35 * 24);
/// The most parcels that one person has on their way.
const MOST_PARCELS: usize = 16;
/// The end of the name of what is remembered of one that was taken.
const TAKEN: &str = "taken";

fn folder(city: &Path) -> PathBuf {
    city.join("photos").join("parcels")
}

/// Takes a piece of a parcel from whoever carries it; takes the parcel in once it is whole.
pub(crate) fn piece(
    city: &City,
    carrier: PersonId,
    piece: &ParcelPiece,
) -> Result<Result<ParcelSaid, Problem>, CityError> {
    let said = |has, taken| {
        let said = ParcelSaid::signed(piece.parcel, has, taken, &*city.inner.secret);
        said.map(Ok).map_err(|_| CityError::Inconsistent("a signature"))
    };
    if piece.length > LARGEST_PARCEL {
        return Ok(Err(too_large()));
    }
    let own = folder(city.dir()).join(carrier.to_string());
    let spool = own.join(piece.parcel.to_string());
    let remembered = spool.with_extension(TAKEN);
    if let Some(taken) = fs::read(&remembered).ok().and_then(|bytes| decode::<ParcelTaken>(&bytes)) {
        return said(piece.length, Some(taken));
    }
    if !spool.exists() && spools_in(&own)? >= MOST_PARCELS {
        return Ok(Err(too_many()));
    }
    private::folder(&own)?;
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&spool)?;
    // One at a time, whatever its carrier's sockets think.
    file.lock()?;
    let has = file.metadata()?.len();
    let fits = piece.offset == has && has.saturating_add(length_of(piece)) <= piece.length;
    if fits && !piece.bytes.is_empty() {
        file.write_all(&piece.bytes)?;
    }
    let has = file.metadata()?.len();
    if has < piece.length {
        return said(has, None);
    }
    match city.take_parcel(&spool, Some(piece.parcel), &mut |_| {}) {
        Ok(imported) if imported.taken.is_done() => {
            let mut kept = private::create(&remembered, false)?;
            kept.write_all(&encode(&imported.taken))?;
            kept.sync_all()?;
            fs::remove_file(&spool)?;
            said(piece.length, Some(imported.taken))
        }
        Ok(imported) => said(piece.length, Some(imported.taken)),
        Err(CityError::Parcel(ParcelError::Io(error))) => Err(error.into()),
        Err(CityError::Parcel(error)) => {
            fs::remove_file(&spool)?;
            Ok(Err(refused(&error)))
        }
        Err(CityError::ParcelOfStranger) => Ok(Err(Problem::new(
            422,
            "sender_unknown",
            "导出该文件的设备未在本平台登记，请联系文明办 / the device that wrote this parcel is not enrolled here: speak to the office",
        ))),
        Err(error) => Err(error),
    }
}

fn length_of(piece: &ParcelPiece) -> u64 {
    u64::try_from(piece.bytes.len()).unwrap_or(u64::MAX)
}

/// How many parcels of one person are on their way.
fn spools_in(own: &Path) -> Result<usize, CityError> {
    let entries = match fs::read_dir(own) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut count = 0_usize;
    for entry in entries {
        count = count.saturating_add(usize::from(entry?.path().extension().is_none()));
    }
    Ok(count)
}

/// Throws away every parcel whose time is over, what is remembered of it, and folders in which nothing is left.
pub(crate) fn expire(city: &Path) -> Result<(), CityError> {
    let (folder, now) = (folder(city), clock::machine_time());
    if !folder.exists() {
        return Ok(());
    }
    for person in fs::read_dir(&folder)? {
        let person = person?.path();
        for file in fs::read_dir(&person)? {
            let file = file?;
            let last = file.metadata()?.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if last.checked_add(EXPIRES_AFTER).is_none_or(|end| end <= now) {
                fs::remove_file(file.path())?;
            }
        }
        // Refused where something is in it.
        let _ = fs::remove_dir(person);
    }
    Ok(())
}

fn refused(error: &ParcelError) -> Problem {
    let code = match error {
        ParcelError::OtherCity => "parcel_other_city",
        ParcelError::Newer => "parcel_newer",
        _ => "parcel_damaged",
    };
    Problem::new(422, code, &error.to_string())
}

fn too_large() -> Problem {
    Problem::new(
        413,
        "parcel_too_large",
        "文件过大，请直接交给文明办导入 / this parcel is too large to be carried: hand the file to the office itself",
    )
}

fn too_many() -> Problem {
    Problem::new(
        429,
        "too_many_parcels",
        "待处理的文件过多，请稍后再试 / too many parcels are on their way: come again later",
    )
}
