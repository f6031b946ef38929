//! What can go wrong in the city, as decisions for whoever runs it.
//!
//! No variant carries a person's name, a place or a note: errors travel to logs, and logs travel.

use std::io;

use mingcha_sync::ParcelError;

/// Why the city could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CityError {
    /// The folder holds no city.
    #[error("此文件夹没有市级平台，请先运行 init / there is no city in this folder: run `mingcha-city init` first")]
    NotACity,
    /// The folder holds a city already.
    #[error("此文件夹已有市级平台 / there is a city in this folder already: choose an empty folder")]
    AlreadyACity,
    /// The database was written by a newer program.
    #[error(
        "数据由更新版本写入，请升级程序 / the city's database is of version {0}, which this program does not know: update it"
    )]
    NewerDatabase(i64),
    /// The city's key cannot be read.
    #[error(
        "市级密钥无法读取，请从备份恢复 city.key / the city's key is missing or damaged: restore city.key from a backup"
    )]
    BadKey,
    /// The key is not the one that the city was founded with.
    #[error(
        "市级密钥不是本平台的密钥，请从备份恢复原来的 city.key / city.key is not the key that this city was founded with, and phones would believe nothing that it signs: restore the first city.key from a backup"
    )]
    OtherKey,
    /// No such person.
    #[error("没有此人员 / no such person: check the id")]
    UnknownPerson,
    /// No such area.
    #[error("没有此片区，请先导入 / no such area: load it first, then use its code or id")]
    UnknownArea,
    /// No such unit.
    #[error("没有此单位，请先导入 / no such unit: load it first, then use its code or id")]
    UnknownUnit,
    /// No such site.
    #[error("没有此点位，请先导入 / no such site: load it first, then use its code or id")]
    UnknownSite,
    /// A set that is not known, not in use or has nothing to answer.
    #[error("没有可用的此标准 / no such set in use: check its code")]
    UnknownSet,
    /// Sets that hold nothing for this kind of site and mode.
    #[error(
        "这些标准没有适合该点位和检查方式的检查项 / these sets have nothing to ask at this site in this mode: name others"
    )]
    NothingToAsk,
    /// No such device.
    #[error("没有此设备 / no such device: see `mingcha-city devices`")]
    UnknownDevice,
    /// No such photo.
    #[error("没有此照片 / no such photo: check the id")]
    UnknownPhoto,
    /// The role and what it needs do not fit.
    #[error(
        "联络员须指定单位，检查员和督查员须指定片区 / a contact needs a unit and no area; an inspector or supervisor needs an area and no unit"
    )]
    RoleNeeds,
    /// Somebody's next phone is asked for with another role, area or unit.
    #[error(
        "此人员的角色、片区或单位不同，请用 grant / this person has another role, area or unit: leave them out, or use `grant`"
    )]
    PersonDiffers,
    /// Something stands under the name of the file that is to be written.
    #[error(
        "文件已存在，请换一个文件名 / there is a file of this name already: choose another, nothing is written over"
    )]
    FileExists,
    /// A file that is no font.
    #[error(
        "字体文件无法使用，请指定 TrueType 或 OpenType 字体（.ttf .otf .ttc，不超过 64 MiB） / this is no font: name a file in TrueType or OpenType of at most 64 MiB"
    )]
    BadFont,
    /// The folder of the file that is to be written is not there.
    #[error("没有此文件夹，请先建立或挂载 / there is no such folder: make it, or mount the disk, first")]
    NoFolder,
    /// No file where a backup should be.
    #[error("没有此备份文件，请核对路径 / there is no such backup: check the path")]
    NoBackup,
    /// A backup that is cut off, changed, or none.
    #[error("备份文件不完整或已损坏，请用另一份 / the backup is cut off, damaged or none: use another one")]
    BadBackup,
    /// A backup of another city.
    #[error("这是另一平台的备份 / this is a backup of another city")]
    OtherBackup,
    /// An earlier backup that is needed beside this one.
    #[error(
        "缺少或已损坏：{0}，请把它放在备份旁边 / the earlier backup {0} is needed beside this one, and is missing or damaged"
    )]
    EarlierBackup(String),
    /// The earlier backup lies in another folder.
    #[error("较早的备份须在同一文件夹 / the earlier backup must lie in the folder of the new one")]
    EarlierElsewhere,
    /// Too many backups lean on each other.
    #[error(
        "相互依赖的备份过多，请做一次完整备份（不用 --since） / too many backups lean on each other: make a whole one, without --since"
    )]
    TooManyEarlier,
    /// The copy would go with the disk of the city.
    #[error(
        "该位置与平台在同一文件系统，不算机外副本，请写到另一块盘或网络存储 / this place is on the file system of the city, so it is not off the machine: use another disk or a network share"
    )]
    SameDisk,
    /// Another backup or restore is at work.
    #[error("另一次备份或恢复正在进行，请稍后再试 / another backup or restore is at work: wait for it")]
    BackupRuns,
    /// A restore goes into an empty folder alone.
    #[error(
        "文件夹不是空的，请选空文件夹，恢复不会覆盖任何内容 / the folder is not empty: choose an empty or new one, a restore writes over nothing"
    )]
    NotEmpty,
    /// No file where a parcel should be.
    #[error("没有此文件，请核对路径 / there is no such file: check the path")]
    NoParcel,
    /// A parcel that is cut, changed, for another city or of a newer app.
    #[error(transparent)]
    Parcel(#[from] ParcelError),
    /// A parcel of a device that this city does not know.
    #[error(
        "导出该文件的设备未在本平台登记 / the device that wrote this parcel is not enrolled in this city: enrol it again, then import the file"
    )]
    ParcelOfStranger,
    /// The clock of a real city does not move.
    #[error("只有示例平台可以设置时间 / only a city made by `init --sample` may set its clock")]
    NotASample,
    /// What is loaded contradicts what the city already has.
    #[error("{0}")]
    Load(String),
    /// The machine gives no random numbers.
    #[error("系统无法提供随机数 / the machine gives no random numbers: the city does not go on without")]
    NoChance,
    /// The city's own key or codec failed; never expected.
    #[error("内部错误：{0} / the city could not write what it says: {0}")]
    Inconsistent(&'static str),
    /// The disk or the network of the machine.
    #[error("磁盘或网络错误 / disk or network: {0}")]
    Io(#[from] io::Error),
    /// The database.
    #[error("数据库错误 / database: {0}")]
    Ledger(#[from] rusqlite::Error),
    /// The read model.
    #[error("读取库错误 / read model: {0}")]
    ReadModel(String),
}

impl CityError {
    /// A stable `snake_case` code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotACity => "not_a_city",
            Self::AlreadyACity => "already_a_city",
            Self::NewerDatabase(_) => "newer_database",
            Self::BadKey => "bad_key",
            Self::OtherKey => "other_key",
            Self::UnknownPerson => "person_unknown",
            Self::UnknownArea => "area_unknown",
            Self::UnknownUnit => "unit_unknown",
            Self::UnknownSite => "site_unknown",
            Self::UnknownSet => "set_unknown",
            Self::NothingToAsk => "nothing_to_ask",
            Self::UnknownDevice => "device_unknown",
            Self::UnknownPhoto => "photo_unknown",
            Self::RoleNeeds => "role_needs",
            Self::PersonDiffers => "person_differs",
            Self::FileExists => "file_exists",
            Self::BadFont => "bad_font",
            Self::NoFolder => "no_folder",
            Self::NoBackup => "no_backup",
            Self::BadBackup => "bad_backup",
            Self::OtherBackup => "other_backup",
            Self::EarlierBackup(_) => "earlier_backup",
            Self::EarlierElsewhere => "earlier_elsewhere",
            Self::TooManyEarlier => "too_many_earlier",
            Self::SameDisk => "same_disk",
            Self::BackupRuns => "backup_runs",
            Self::NotEmpty => "not_empty",
            Self::NoParcel => "no_parcel",
            Self::Parcel(ParcelError::NotAParcel) => "not_a_parcel",
            Self::Parcel(ParcelError::Newer) => "parcel_newer",
            Self::Parcel(ParcelError::OtherCity) => "parcel_other_city",
            Self::Parcel(ParcelError::Damaged | ParcelError::BadKey) => "parcel_damaged",
            Self::Parcel(ParcelError::Io(_)) => "io",
            Self::ParcelOfStranger => "sender_unknown",
            Self::NotASample => "not_a_sample",
            Self::Load(_) => "load_refused",
            Self::NoChance => "no_chance",
            Self::Inconsistent(_) => "inconsistent",
            Self::Io(_) => "io",
            Self::Ledger(_) => "ledger",
            Self::ReadModel(_) => "read_model",
        }
    }

    /// True when there is no room left on the city's disk.
    pub(crate) fn is_full_disk(&self) -> bool {
        match self {
            Self::Parcel(error) => error.is_full_disk(),
            Self::Io(error) => matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded),
            Self::Ledger(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull),
            _ => false,
        }
    }

    /// True when the caller asked for something that cannot be, and nothing was changed: exit code 2.
    pub fn is_callers_mistake(&self) -> bool {
        !matches!(
            self,
            Self::NewerDatabase(_)
                | Self::BadKey
                | Self::OtherKey
                | Self::BadBackup
                | Self::EarlierBackup(_)
                | Self::BackupRuns
                | Self::Parcel(ParcelError::Io(_))
                | Self::NoChance
                | Self::Inconsistent(_)
                | Self::Io(_)
                | Self::Ledger(_)
                | Self::ReadModel(_)
        )
    }
}
