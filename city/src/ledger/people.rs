//! People, where they may work and since when, and their devices. Grants are intervals of the city's time.

use mingcha_model::{AreaId, DeviceId, EntityId, Grants, PersonId, Role, UnitId};
use mingcha_sync::PublicKey;
use rusqlite::Row;

use super::{Look, Turn};
use crate::CityError;

/// A person as the city knows them.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) name: String,
    /// What they may do now.
    pub(crate) grants: Grants,
}

/// A device as enrolled.
#[derive(Clone, Debug)]
pub(crate) struct DeviceRow {
    pub(crate) device: DeviceId,
    pub(crate) person: PersonId,
    pub(crate) key: PublicKey,
    pub(crate) enrolled: i64,
    pub(crate) revoked: Option<i64>,
}

fn device_row(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    Ok(DeviceRow {
        device: DeviceId(EntityId(row.get(0)?)),
        person: PersonId(EntityId(row.get(1)?)),
        key: PublicKey(row.get(2)?),
        enrolled: row.get(3)?,
        revoked: row.get(4)?,
    })
}

fn role_of(number: i64) -> Role {
    match number {
        0 => Role::Inspector,
        1 => Role::Supervisor,
        2 => Role::Contact,
        3 => Role::Office,
        _ => Role::Auditor,
    }
}

fn number_of(role: Role) -> i64 {
    match role {
        Role::Inspector => 0,
        Role::Supervisor => 1,
        Role::Contact => 2,
        Role::Office => 3,
        Role::Auditor => 4,
    }
}

impl Look<'_> {
    /// A person with what they may do now.
    pub(crate) fn person(&self, person: PersonId) -> Result<Option<Person>, CityError> {
        let found = self.one("SELECT role, unit, name FROM person WHERE person = ?1", [person.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<[u8; 16]>>(1)?, row.get(2)?))
        })?;
        let Some((role, unit, name)) = found else { return Ok(None) };
        let areas = self.all(
            "SELECT DISTINCT area FROM placement WHERE person = ?1 AND until IS NULL ORDER BY area",
            [person.as_bytes()],
            |row| Ok(AreaId(EntityId(row.get(0)?))),
        )?;
        let grants = Grants { role: role_of(role), areas, unit: unit.map(|unit| UnitId(EntityId(unit))) };
        Ok(Some(Person { id: person, name, grants }))
    }

    /// Everybody, in the order in which they came.
    pub(crate) fn people(&self) -> Result<Vec<PersonId>, CityError> {
        self.all("SELECT person FROM person ORDER BY since, person", [], |row| Ok(PersonId(EntityId(row.get(0)?))))
    }

    /// The areas that a person could work in at a moment of the city's time.
    pub(crate) fn areas_at(&self, person: PersonId, millis: i64) -> Result<Vec<AreaId>, CityError> {
        self.all(
            "SELECT DISTINCT area FROM placement WHERE person = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)",
            (person.as_bytes(), millis),
            |row| Ok(AreaId(EntityId(row.get(0)?))),
        )
    }

    /// One device.
    pub(crate) fn device(&self, device: DeviceId) -> Result<Option<DeviceRow>, CityError> {
        self.one(
            "SELECT device, person, key, enrolled, revoked FROM device WHERE device = ?1",
            [device.as_bytes()],
            device_row,
        )
    }

    /// Every device, oldest first.
    pub(crate) fn devices(&self) -> Result<Vec<DeviceRow>, CityError> {
        self.all("SELECT device, person, key, enrolled, revoked FROM device ORDER BY enrolled, device", [], device_row)
    }

    /// The device that holds the token of this hash.
    pub(crate) fn device_of_token(&self, hash: &[u8; 32]) -> Result<Option<DeviceRow>, CityError> {
        self.one(
            "SELECT device.device, person, key, enrolled, revoked FROM token JOIN device USING (device) WHERE hash = ?1",
            [hash],
            device_row,
        )
    }
}

impl Turn<'_> {
    /// A new person.
    pub(crate) fn add_person(
        &mut self,
        person: PersonId,
        role: Role,
        unit: Option<UnitId>,
        name: &str,
    ) -> Result<(), CityError> {
        let now = self.now;
        self.change(
            "INSERT INTO person (person, role, unit, since, name) VALUES (?1, ?2, ?3, ?4, ?5)",
            (person.as_bytes(), number_of(role), unit.map(|unit| *unit.as_bytes()), now, name),
        )?;
        Ok(())
    }

    /// Lets a person work in an area from now on; false when they could already.
    pub(crate) fn place_person(&mut self, person: PersonId, area: AreaId) -> Result<bool, CityError> {
        let holds = self.one(
            "SELECT 1 FROM placement WHERE person = ?1 AND area = ?2 AND until IS NULL",
            (person.as_bytes(), area.as_bytes()),
            |_| Ok(()),
        )?;
        if holds.is_some() {
            return Ok(false);
        }
        let now = self.now;
        self.change(
            "INSERT INTO placement (person, area, since, until) VALUES (?1, ?2, ?3, NULL) \
             ON CONFLICT DO UPDATE SET until = NULL",
            (person.as_bytes(), area.as_bytes(), now),
        )?;
        Ok(true)
    }

    /// Ends that now; false when it did not hold.
    pub(crate) fn displace_person(&mut self, person: PersonId, area: AreaId) -> Result<bool, CityError> {
        let now = self.now;
        let ended = self.change(
            "UPDATE placement SET until = ?3 WHERE person = ?1 AND area = ?2 AND until IS NULL",
            (person.as_bytes(), area.as_bytes(), now),
        )?;
        Ok(ended > 0)
    }

    /// A device of a person, as it enrolled.
    pub(crate) fn add_device(&mut self, device: DeviceId, person: PersonId, key: &PublicKey) -> Result<(), CityError> {
        let now = self.now;
        self.change(
            "INSERT INTO device (device, person, key, enrolled, revoked) VALUES (?1, ?2, ?3, ?4, NULL)",
            (device.as_bytes(), person.as_bytes(), key.0, now),
        )?;
        Ok(())
    }

    /// Revokes a device from now on; false when it was revoked before.
    pub(crate) fn revoke_device(&mut self, device: DeviceId) -> Result<bool, CityError> {
        let now = self.now;
        let done = self
            .change("UPDATE device SET revoked = ?2 WHERE device = ?1 AND revoked IS NULL", (device.as_bytes(), now))?;
        Ok(done > 0)
    }

    /// A bearer token of a device, by its hash.
    pub(crate) fn add_token(&mut self, hash: &[u8; 32], device: DeviceId) -> Result<(), CityError> {
        let now = self.now;
        self.change("INSERT INTO token (hash, device, made) VALUES (?1, ?2, ?3)", (hash, device.as_bytes(), now))?;
        Ok(())
    }
}
