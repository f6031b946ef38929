//! Photos of a visit or finding: what their adding bound, and the item each is put to now.

use mingcha_model::body::{Look, PhotoAdd};
use mingcha_model::{Body, EntityId, FeedName, Field, Flags, ItemCode, Kind, OpId, Order, PhotoId, Register, Said};
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
    /// The item that it is put to now.
    pub item: Option<ItemCode>,
    /// The live values of that register, for the basis.
    pub item_register: Register<Said>,
}

impl Store {
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
        let item = match item_register.latest().map(|(_, head)| &head.value.body) {
            Some(Body::PhotoItem(put)) => put.item.clone(),
            _ => add.item.clone(),
        };
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
            item,
            item_register,
        }))
    }
}
