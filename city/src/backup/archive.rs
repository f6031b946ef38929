//! The file of a backup: a tar archive of the ledger, the key and photo files, which begins by saying what it is and ends
//! by saying what must be in it.
//!
//! Whatever was cut off has no end, and whatever was changed does not hash to what the end says. It refuses to give out a
//! word of what it read before the end was reached and everything fitted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use mingcha_model::{Digest, PhotoId};
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::{CityError, private};

/// The entry that a backup begins with.
const BEGINS: &str = "mingcha-backup-1";
const KEY: &str = "city.key";
const LEDGER: &str = "city.db";
const PHOTOS: &str = "photos/";
/// Followed by the hash of what the entry holds: the list of everything else.
const ENDS: &str = "contents-";
/// The largest beginning, in bytes.
const LARGEST_HEADER: u64 = 64 * 1024;
/// The largest list: some four million files.
const LARGEST_CONTENTS: u64 = 256 * 1024 * 1024;
/// The most earlier backups that one leans on.
pub(super) const MOST_EARLIER: usize = 400;

/// What a backup says of itself first.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Header {
    /// Random: which backup it is.
    #[n(0)]
    pub(crate) id: Digest,
    /// When the ledger was copied, in Unix milliseconds of the city.
    #[n(1)]
    pub(crate) taken: i64,
    /// The public key of the city.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) city_key: Vec<u8>,
    /// Earlier backups in which the rest of the photos stands, oldest first.
    #[n(3)]
    pub(crate) earlier: Vec<Earlier>,
}

/// An earlier backup.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Earlier {
    /// Its file's name, in the same folder.
    #[n(0)]
    pub(crate) name: String,
    /// Which one it is.
    #[n(1)]
    pub(crate) id: Digest,
}

/// Where one photo file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Placed {
    /// Which file.
    #[n(0)]
    pub(crate) sha256: Digest,
    /// How long it is.
    #[n(1)]
    pub(crate) bytes: u64,
    /// In which of the earlier backups, counted from 0; none for this one.
    #[n(2)]
    pub(crate) earlier: Option<u32>,
}

/// What a backup says last: everything that must be in it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Contents {
    /// The hash of the header.
    #[n(0)]
    pub(crate) header: Digest,
    /// The hash of the secret key.
    #[n(1)]
    pub(crate) key: Digest,
    /// The hash of the ledger's copy.
    #[n(2)]
    pub(crate) ledger: Digest,
    /// Every photo file that the copy names and that was whole, by hash.
    #[n(3)]
    pub(crate) photos: Vec<Placed>,
    /// Photo files that were lost or damaged already.
    #[n(4)]
    pub(crate) lost: Vec<Digest>,
    /// Photos that were erased by the time the backup ended.
    #[n(5)]
    pub(crate) erased: Vec<PhotoId>,
}

/// A backup that is being written.
pub(crate) struct Writing {
    tar: tar::Builder<BufWriter<File>>,
    header: Digest,
}

impl Writing {
    /// Begins a file, its owner's alone. One that a killed run left under this name is written over.
    pub(crate) fn begin(path: &Path, header: &Header) -> Result<Self, CityError> {
        let mut tar = tar::Builder::new(BufWriter::with_capacity(1024 * 1024, private::create(path, false)?));
        let bytes = encode(header)?;
        append(&mut tar, BEGINS, length(&bytes), &mut bytes.as_slice())?;
        Ok(Self { tar, header: Digest::of(&bytes) })
    }

    /// Adds the key.
    pub(crate) fn add_key(&mut self, path: &Path) -> Result<Digest, CityError> {
        self.add(KEY, path)
    }

    /// Adds the copy of the ledger.
    pub(crate) fn add_ledger(&mut self, path: &Path) -> Result<Digest, CityError> {
        self.add(LEDGER, path)
    }

    /// Adds a photo file; what its bytes hash to, as they were read.
    pub(crate) fn add_photo(&mut self, sha256: Digest, path: &Path) -> Result<Digest, CityError> {
        self.add(&format!("{PHOTOS}{sha256}"), path)
    }

    fn add(&mut self, name: &str, path: &Path) -> Result<Digest, CityError> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut hashing = Hashing::of(file.take(bytes));
        append(&mut self.tar, name, bytes, &mut hashing)?;
        if hashing.bytes != bytes {
            // The archive would be out of step from here on.
            return Err(CityError::Io(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(hashing.digest())
    }

    /// Ends the file with what must be in it, and makes it durable.
    pub(crate) fn end(mut self, mut contents: Contents) -> Result<(), CityError> {
        contents.header = self.header;
        let bytes = encode(&contents)?;
        append(&mut self.tar, &format!("{ENDS}{}", Digest::of(&bytes)), length(&bytes), &mut bytes.as_slice())?;
        let mut buffered = self.tar.into_inner()?;
        buffered.flush()?;
        let file = buffered.into_inner().map_err(|error| CityError::Io(error.into_error()))?;
        file.sync_all()?;
        // What is read back comes from the medium, as far as the system lets go of what it remembers.
        #[cfg(target_os = "linux")]
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        Ok(())
    }
}

fn append(
    tar: &mut tar::Builder<BufWriter<File>>,
    name: &str,
    bytes: u64,
    from: &mut dyn Read,
) -> Result<(), CityError> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    Ok(tar.append_data(&mut header, name, from)?)
}

/// A part of a backup as it is read, not proven yet.
pub(crate) enum Part<'a> {
    /// The city's secret key.
    Key(&'a mut dyn Read),
    /// The copy of the ledger.
    Ledger(&'a mut dyn Read),
    /// A photo file under this name.
    Photo(Digest, &'a mut dyn Read),
}

/// Reads a backup from end to end, hands each part on, and proves at the end that everything is what it should be.
///
/// `keep` may read as much of a part as it wants. What it was handed counts for nothing unless this returns well; photo
/// files that the list at the end does not name count for nothing at all.
pub(crate) fn read(
    path: &Path,
    keep: &mut dyn FnMut(Part<'_>) -> Result<(), CityError>,
    told: &mut dyn FnMut(u64),
) -> Result<(Header, Contents), CityError> {
    let mut archive = tar::Archive::new(BufReader::with_capacity(1024 * 1024, File::open(path)?));
    let (mut header, mut key, mut ledger, mut contents) = (None, None, None, None);
    let mut photos: BTreeMap<Digest, (u64, Digest)> = BTreeMap::new();
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        let name = plain_name(&entry)?;
        let bytes = entry.size();
        let first = header.is_none();
        match name.as_str() {
            BEGINS if first => header = Some(small::<Header>(&mut entry, bytes, LARGEST_HEADER)?),
            // Something else altogether, or what comes after the end.
            _ if first || contents.is_some() => return Err(CityError::BadBackup),
            KEY if key.is_none() => key = Some(part(&mut entry, |reader| keep(Part::Key(reader)))?.1),
            LEDGER if ledger.is_none() => ledger = Some(part(&mut entry, |reader| keep(Part::Ledger(reader)))?.1),
            name => {
                if let Some(sha256) = name.strip_prefix(PHOTOS) {
                    let sha256: Digest = sha256.parse().map_err(|_| CityError::BadBackup)?;
                    photos.insert(sha256, part(&mut entry, |reader| keep(Part::Photo(sha256, reader)))?);
                } else {
                    let hash = name.strip_prefix(ENDS).and_then(|hash| hash.parse::<Digest>().ok());
                    let (read, found) = small::<Contents>(&mut entry, bytes, LARGEST_CONTENTS)?;
                    if hash != Some(found) {
                        return Err(CityError::BadBackup);
                    }
                    contents = Some(read);
                }
            }
        }
        told(bytes);
    }
    let (Some((header, header_hash)), Some(contents)) = (header, contents) else { return Err(CityError::BadBackup) };
    let fits = |placed: &Placed| match placed.earlier {
        None => photos.get(&placed.sha256) == Some(&(placed.bytes, placed.sha256)),
        Some(earlier) => usize::try_from(earlier).is_ok_and(|earlier| earlier < header.earlier.len()),
    };
    let whole = (contents.header, Some(contents.key), Some(contents.ledger)) == (header_hash, key, ledger);
    if whole && contents.photos.iter().all(fits) && header.earlier.len() <= MOST_EARLIER {
        Ok((header, contents))
    } else {
        Err(CityError::BadBackup)
    }
}

/// The name of an entry that is a plain file, which all of a backup's are. What else a tar archive may have, long names and
/// holes for example, would take as much memory or disk as its header says.
fn plain_name<R: Read>(entry: &tar::Entry<'_, R>) -> Result<String, CityError> {
    if !entry.header().entry_type().is_file() {
        return Err(CityError::BadBackup);
    }
    String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| CityError::BadBackup)
}

/// Hands on one part; how long it is and what it hashes to.
fn part(
    entry: &mut dyn Read,
    keep: impl FnOnce(&mut dyn Read) -> Result<(), CityError>,
) -> Result<(u64, Digest), CityError> {
    let mut hashing = Hashing::of(entry);
    keep(&mut hashing)?;
    io::copy(&mut hashing, &mut io::sink()).map_err(broken)?;
    Ok((hashing.bytes, hashing.digest()))
}

/// A part that is read into memory, and its hash.
fn small<T: for<'b> Decode<'b, ()>>(entry: &mut dyn Read, bytes: u64, most: u64) -> Result<(T, Digest), CityError> {
    if bytes > most {
        return Err(CityError::BadBackup);
    }
    let mut read = Vec::new();
    entry.take(most).read_to_end(&mut read).map_err(broken)?;
    let value = minicbor::decode(&read).map_err(|_| CityError::BadBackup)?;
    Ok((value, Digest::of(&read)))
}

/// An archive that ends in the middle, or is none; a disk that does not read is something else.
fn broken(error: io::Error) -> CityError {
    match error.kind() {
        io::ErrorKind::Other
        | io::ErrorKind::InvalidData
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::UnexpectedEof => CityError::BadBackup,
        _ => CityError::Io(error),
    }
}

fn encode<T: Encode<()>>(value: &T) -> Result<Vec<u8>, CityError> {
    minicbor::to_vec(value).map_err(|_| CityError::Inconsistent("what a backup says"))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Hashes what is read through it.
struct Hashing<R> {
    from: R,
    hasher: Sha256,
    bytes: u64,
}

impl<R: Read> Hashing<R> {
    fn of(from: R) -> Self {
        Self { from, hasher: Sha256::new(), bytes: 0 }
    }

    fn digest(self) -> Digest {
        Digest(self.hasher.finalize().into())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.hasher.update(into.get(..count).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(length(into.get(..count).unwrap_or_default()));
        Ok(count)
    }
}

/// Looks at a backup without reading its photos: the beginning, the end, and that everything between has its length.
pub(crate) fn outline(path: &Path) -> Result<(Header, Contents), CityError> {
    let mut archive = tar::Archive::new(BufReader::new(File::open(path)?));
    let (mut header, mut contents) = (None, None);
    let mut photos: BTreeMap<String, u64> = BTreeMap::new();
    for entry in archive.entries_with_seek().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        let name = plain_name(&entry)?;
        let bytes = entry.size();
        match (name.strip_prefix(ENDS), &header) {
            (None, None) if name == BEGINS => header = Some(small::<Header>(&mut entry, bytes, LARGEST_HEADER)?),
            (_, None) => return Err(CityError::BadBackup),
            (Some(hash), Some(_)) => {
                let (read, found) = small::<Contents>(&mut entry, bytes, LARGEST_CONTENTS)?;
                contents = Some(read).filter(|_| hash.parse() == Ok(found));
            }
            (None, Some(_)) => {
                photos.insert(name, bytes);
            }
        }
    }
    let (Some((header, hash)), Some(contents)) = (header, contents) else { return Err(CityError::BadBackup) };
    let here = |placed: &Placed| {
        placed.earlier.is_some() || photos.get(&format!("{PHOTOS}{}", placed.sha256)) == Some(&placed.bytes)
    };
    if contents.header == hash && contents.photos.iter().all(here) {
        Ok((header, contents))
    } else {
        Err(CityError::BadBackup)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_with_anything_but_plain_files_is_no_backup() {
        let folder = tempfile::tempdir().unwrap();
        let (path, part) = (folder.path().join("1.tar"), folder.path().join("part"));
        std::fs::write(&part, [7; 900]).unwrap();
        let header = Header { id: Digest::ZERO, taken: 0, city_key: vec![1; 33], earlier: Vec::new() };
        let mut writing = Writing::begin(&path, &header).unwrap();
        let (key, ledger) = (writing.add_key(&part).unwrap(), writing.add_ledger(&part).unwrap());
        let contents =
            Contents { header: Digest::ZERO, key, ledger, photos: Vec::new(), lost: Vec::new(), erased: Vec::new() };
        writing.end(contents).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let found = || (read(&path, &mut |_| Ok(()), &mut |_| {}).is_ok(), outline(&path).is_ok());
        assert_eq!(found(), (true, true));
        for kind in [tar::EntryType::XHeader, tar::EntryType::XGlobalHeader, tar::EntryType::Symlink] {
            let mut odd = tar::Header::new_ustar();
            odd.set_entry_type(kind);
            odd.set_size(512);
            odd.set_cksum();
            let said = format!("{:\0<512}", "19 comment=nothing\n");
            std::fs::write(&path, [odd.as_bytes(), said.as_bytes(), &whole].concat()).unwrap();
            assert_eq!(found(), (false, false), "{kind:?}");
        }
    }
}
