//! Files of photos: which copies lie on this device, under which key, and how far each has come.
//!
//! The files themselves lie beside the store, named by their SHA-256. A row never says that a file is safe before
//! the city did, and never names a file that is not there: files are sealed before their rows, and two processes may seal
//! and erase equal photos at the same moment, so both the row and the erasing look again while nobody else writes.

use mingcha_model::{Digest, PhotoCopy, PhotoId};
use minicbor::{Decode, Encode};
use rusqlite::{Connection, Row, TransactionBehavior, params};
use zeroize::Zeroizing;

use crate::open::AskForFile;
use crate::{Store, StoreError, pack};

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum FileState {
    /// Here, and not yet with the city.
    #[n(0)]
    Local,
    /// Here, and sent.
    #[n(1)]
    Sent,
    /// Here, and copied off the city's machine: an original may be freed after its time.
    #[n(2)]
    Safe,
    /// Not here; the city has it.
    #[n(3)]
    Remote,
    /// Ought to be here and is not.
    #[n(4)]
    Missing,
}

/// One file of one photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoFile {
    /// Of which photo.
    pub photo: PhotoId,
    /// Which copy.
    pub copy: PhotoCopy,
    /// SHA-256 of the content, which names the file.
    pub sha256: Digest,
    /// Bytes of the content.
    pub bytes: u64,
    /// The key that the file is sealed with; `None` when it is not here, or was erased.
    pub key: Option<Zeroizing<[u8; 32]>>,
    /// How far it has come.
    pub state: FileState,
    /// Since when, in Unix seconds.
    pub since: i64,
}

const COLUMNS: &str = "photo, copy, sha256, bytes, key, state, since";

impl Store {
    /// From now on a new row is written only where this says that its file lies there, under the key of the row.
    pub fn ask_for_files(&mut self, is_there: impl Fn(&PhotoFile) -> bool + Send + 'static) {
        self.files = Some(Box::new(is_there));
    }

    /// Writes the row of one file, in place of the one that is there.
    ///
    /// Errors with [`StoreError::FileGone`] when somebody erased the file since it was sealed.
    pub fn put_photo_file(&mut self, file: &PhotoFile) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        put_new(&transaction, self.files.as_ref(), std::slice::from_ref(file))?;
        Ok(transaction.commit()?)
    }

    /// Does this while no photo but `except` has a file of this content here, and no row can come meanwhile.
    ///
    /// False, and it was not done, when another one has.
    pub fn while_unnamed<E: From<StoreError>>(
        &mut self,
        sha256: Digest,
        except: Option<PhotoId>,
        work: impl FnOnce() -> Result<(), E>,
    ) -> Result<bool, E> {
        let alone =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let except = except.map(|photo| photo.as_bytes().to_vec());
        let named: i64 = alone
            .prepare_cached("SELECT count(*) FROM photo_file WHERE sha256 = ?1 AND key IS NOT NULL AND photo IS NOT ?2")
            .and_then(|mut statement| statement.query_row(params![sha256.0.as_slice(), except], |row| row.get(0)))
            .map_err(StoreError::from)?;
        if named > 0 {
            return Ok(false);
        }
        work().map(|()| true)
    }

    /// The row of one copy of one photo.
    pub fn photo_file(&self, photo: PhotoId, copy: PhotoCopy) -> Result<Option<PhotoFile>, StoreError> {
        let found = self.read_files("photo = ?1 AND copy = ?2", params![photo.as_bytes(), pack::code(&copy)])?;
        Ok(found.into_iter().next())
    }

    /// Every file whose content has this hash: files of one content are stored once.
    pub fn photo_files_of(&self, sha256: Digest) -> Result<Vec<PhotoFile>, StoreError> {
        self.read_files("sha256 = ?1 ORDER BY photo, copy", [sha256.0.as_slice()])
    }

    /// Files in this state: thumbnails first, then standard copies, then originals; at most `limit`.
    pub fn photo_files_in(&self, state: FileState, limit: u32) -> Result<Vec<PhotoFile>, StoreError> {
        let order =
            "state = ?1 ORDER BY CASE copy WHEN 2 THEN 0 WHEN 1 THEN 1 WHEN 0 THEN 2 ELSE 3 END, since, photo LIMIT ?2";
        self.read_files(order, params![pack::code(&state), limit])
    }

    /// Moves a file to a state; `now` is Unix seconds. False when there is no such row.
    pub fn set_file_state(
        &mut self,
        photo: PhotoId,
        copy: PhotoCopy,
        state: FileState,
        now: i64,
    ) -> Result<bool, StoreError> {
        let changed = self.connection.execute(
            "UPDATE photo_file SET state = ?3, since = ?4 WHERE photo = ?1 AND copy = ?2",
            params![photo.as_bytes(), pack::code(&copy), pack::code(&state), now],
        )?;
        Ok(changed > 0)
    }

    /// Erases the key of a file: what is sealed with it can never be read again.
    pub fn erase_file_key(&mut self, photo: PhotoId, copy: PhotoCopy, now: i64) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE photo_file SET key = NULL, state = ?3, since = ?4 WHERE photo = ?1 AND copy = ?2",
            params![photo.as_bytes(), pack::code(&copy), pack::code(&FileState::Missing), now],
        )?;
        Ok(())
    }

    fn read_files(&self, which: &str, parameters: impl rusqlite::Params) -> Result<Vec<PhotoFile>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM photo_file WHERE {which}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(parameters)?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            files.push(read(row)?);
        }
        Ok(files)
    }
}

/// Writes rows of files, unless one of the files is not there any more.
pub(crate) fn put_new(
    connection: &Connection,
    ask: Option<&AskForFile>,
    files: &[PhotoFile],
) -> Result<(), StoreError> {
    for file in files {
        if file.key.is_some() && ask.is_some_and(|is_there| !is_there(file)) {
            return Err(StoreError::FileGone);
        }
        put(connection, file)?;
    }
    Ok(())
}

fn put(connection: &Connection, file: &PhotoFile) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO photo_file (photo, copy, sha256, bytes, key, state, since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            file.photo.as_bytes(),
            pack::code(&file.copy),
            file.sha256.0.as_slice(),
            pack::whole(file.bytes)?,
            file.key.as_ref().map(|key| key.as_slice()),
            pack::code(&file.state),
            file.since,
        ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<PhotoFile, StoreError> {
    let key = match row.get_ref(4)?.as_blob() {
        Ok(bytes) => Some(bytes.try_into().map(Zeroizing::new).map_err(|_| StoreError::BadRow("a key of 32 bytes"))?),
        Err(_) => None,
    };
    Ok(PhotoFile {
        photo: pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?.into(),
        copy: pack::from_code(row.get(1)?, "which copy of a photo")?,
        sha256: pack::digest(row.get_ref(2)?.as_blob().unwrap_or_default())?,
        bytes: pack::natural(row.get(3)?)?,
        key,
        state: pack::from_code(row.get(5)?, "the state of a file")?,
        since: row.get(6)?,
    })
}
