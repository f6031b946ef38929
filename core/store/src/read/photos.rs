//! Photos of a visit or finding: what their adding bound, and the item each is put to now.

use mingcha_model::body::{Look, PhotoAdd};
use mingcha_model::{
    Body, Digest, EntityId, FeedName, Field, Flags, ItemCode, Kind, OpId, Order, PhotoId, Register, Said,
};
use rusqlite::params;

use crate::{Store, StoreError, gather, pack, shown};

/// A photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoRow {
    /// Which.
    pub photo: PhotoId,
    /// The feed that it is shown from; `None` while this device alone knows it.
    pub home: Option<FeedName>,
    /// The op that added it.
    pub op: OpId,
    /// Its order.
    pub ord: Order,
    /// When, by its author's clock, in Unix seconds.
    pub at: i64,
    /// The files and what belongs to them.
    pub add: PhotoAdd,
    /// Claimed time, position, camera, look; `None` where erased.
    pub texts: Vec<Option<String>>,
    /// What stands for the picture until it comes; `None` where erased, or where it cannot be read.
    pub look: Option<Look>,
    /// True when it was erased: of its files and texts nothing is left, or nothing is to be left.
    pub erased: bool,
    /// When it was taken in, by its author's clock, in Unix seconds.
    pub observed_at: i64,
    /// The item that it is put to now.
    pub item: Option<ItemCode>,
    /// When it was put to that item, by the clock of whoever did, in Unix seconds; `None` while it is put to none.
    pub recorded_at: Option<i64>,
    /// The live values of that register, for the basis.
    pub item_register: Register<Said>,
}

/// What a photo is found by when the same picture comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoLook {
    /// Its row's number: what came later has a larger one.
    pub key: i64,
    /// Which.
    pub photo: PhotoId,
    /// SHA-256 of the original.
    pub original: Digest,
    /// What it looks like; `None` where that was erased or cannot be read.
    pub look: Option<Look>,
}

impl Store {
    /// What the photos known here are found by, without those up to the row `after`. A photo that several feeds carry comes
    /// several times.
    pub fn photo_looks(&self, after: i64) -> Result<Vec<PhotoLook>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT e.key, e.id, s.version, s.body, s.texts
             FROM entity e LEFT JOIN statement s ON s.entity = e.key AND s.kind = ?1 AND (s.flags & 2) = 0
             WHERE e.kind = ?1 AND e.key > ?2 ORDER BY e.key",
        )?;
        let mut rows = statement.query(params![Kind::PHOTO_ADD.0, after])?;
        let mut looks = Vec::new();
        while let Some(row) = rows.next()? {
            let key = row.get(0)?;
            let photo: PhotoId = pack::id(row.get_ref(1)?.as_blob().unwrap_or_default())?.into();
            let Some(version) = row.get(2)? else {
                // What no feed brought back yet stands among this device's own ops.
                looks.extend(self.photo(photo)?.map(|own| PhotoLook {
                    key,
                    photo,
                    original: own.add.original,
                    look: own.look,
                }));
                continue;
            };
            let body = Body::from_bytes(Kind::PHOTO_ADD, version, row.get_ref(3)?.as_blob().unwrap_or_default());
            let Ok(Body::PhotoAdd(add)) = body else { continue };
            let texts = pack::texts(row.get_ref(4)?.as_blob().unwrap_or_default())?;
            let look = texts.get(PhotoAdd::LOOK).and_then(Option::as_deref).and_then(|text| Look::from_text(text).ok());
            looks.push(PhotoLook { key, photo, original: add.original, look });
        }
        Ok(looks)
    }

    /// How many rows of photos there are up to a row: another number than before says that some went.
    pub fn photo_rows(&self, through: i64) -> Result<u64, StoreError> {
        let mut count = self.connection.prepare_cached("SELECT count(*) FROM entity WHERE kind = ?1 AND key <= ?2")?;
        pack::natural(count.query_row(params![Kind::PHOTO_ADD.0, through], |row| row.get(0))?)
    }

    /// The photos whose evidence a visit or finding is, in order of their adding.
    pub fn photos_of(&self, owner: EntityId) -> Result<Vec<PhotoRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT id FROM entity WHERE parent = ?1 AND kind = ?2 AND shown = 1")?;
        let mut rows = statement.query(params![owner.0.as_slice(), Kind::PHOTO_ADD.0])?;
        let mut photos = Vec::new();
        while let Some(row) = rows.next()? {
            let id = pack::id(row.get_ref(0)?.as_blob().unwrap_or_default())?;
            photos.extend(self.photo(id.into())?);
        }
        photos.sort_by_key(|photo| (photo.ord, photo.op));
        Ok(photos)
    }

    /// One photo; `None` while its adding is not known.
    pub fn photo(&self, photo: PhotoId) -> Result<Option<PhotoRow>, StoreError> {
        let said = gather::said(&self.connection, photo.into())?;
        let added = said
            .into_iter()
            .filter(|one| !one.flags.contains(Flags::HELD))
            .filter_map(|one| match &one.body {
                Body::PhotoAdd(add) => Some((add.clone(), one)),
                _ => None,
            })
            .min_by_key(|(_, one)| one.sequence());
        let Some((add, one)) = added else { return Ok(None) };
        let item_register = self.register(photo.into(), &Field::PhotoItem)?.unwrap_or_default();
        let observed_at = add.observed_at.unwrap_or(one.at);
        let (item, put_at) = match item_register.latest().map(|(_, head)| (&head.value.body, head.value.at)) {
            Some((Body::PhotoItem(put), at)) => (put.item.clone(), at),
            // What was taken for an item was put to it at that moment.
            _ => (add.item.clone(), observed_at),
        };
        let recorded_at = item.is_some().then_some(put_at);
        let home = shown::home(&self.connection, photo.into())?.map(|home| home.name);
        let erased = self.is_photo_erased(photo)?;
        Ok(Some(PhotoRow {
            photo,
            home,
            op: one.id,
            ord: one.ord,
            at: one.at,
            add,
            look: Look::from_text(one.text(PhotoAdd::LOOK)).ok(),
            texts: one.texts,
            erased,
            observed_at,
            item,
            recorded_at,
            item_register,
        }))
    }
}
