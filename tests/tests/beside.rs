//! Two processes of one city: one serves, an office's command runs beside it, and both follow what was said.

use mingcha_city::load::{Load, area_id};
use mingcha_city::{City, NewPerson};
use mingcha_model::Role;

#[test]
fn two_processes_that_write_and_follow_at_once_both_come_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let serving = City::init_sample(folder.path()).unwrap();
    serving.apply(&Load::sample().unwrap()).unwrap();
    let office = City::open(folder.path()).unwrap();
    std::thread::scope(|threads| {
        let both = [("anna", &serving), ("ben", &office)].map(|(name, city)| {
            threads.spawn(move || {
                for _ in 0..40 {
                    let (areas, name) = (vec![area_id("DH")], name.to_owned());
                    city.enrol_code(NewPerson { role: Role::Inspector, areas, unit: None, name, person: None })
                        .unwrap();
                    city.catch_up().unwrap();
                }
            })
        });
        for followed in both {
            followed.join().unwrap();
        }
    });
}
