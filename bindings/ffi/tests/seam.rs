//! The seam as the other side meets it, without the other side: what an app throws, and what it gets back.

use std::sync::Arc;

use mingcha::host::{ClockReading, Conditions, HostError, SiteQuery};
use mingcha_ffi::{Device, Observer, Platform, PlatformFault};
use uniffi::UnexpectedUniFFICallbackError;

/// An app whose key store throws something that nobody declared.
struct Locked;

impl Platform for Locked {
    fn store_key(&self) -> Result<Vec<u8>, PlatformFault> {
        Err(UnexpectedUniFFICallbackError::new("at 金丝雀.kt:1, a whole stack trace").into())
    }

    fn public_key(&self) -> Result<Vec<u8>, PlatformFault> {
        Err(PlatformFault::KeyLost)
    }

    fn sign(&self, _: Vec<u8>) -> Result<Vec<u8>, PlatformFault> {
        Err(PlatformFault::KeyLost)
    }

    fn conditions(&self) -> Result<Conditions, PlatformFault> {
        Err(PlatformFault::NotNow)
    }

    fn clock(&self) -> Result<Option<ClockReading>, PlatformFault> {
        Ok(None)
    }
}

/// A new phone of nobody's.
struct New;

impl Platform for New {
    fn store_key(&self) -> Result<Vec<u8>, PlatformFault> {
        Ok(vec![7; 32])
    }

    fn public_key(&self) -> Result<Vec<u8>, PlatformFault> {
        Ok([vec![2], vec![9; 32]].concat())
    }

    fn sign(&self, _: Vec<u8>) -> Result<Vec<u8>, PlatformFault> {
        Err(PlatformFault::NotNow)
    }

    fn conditions(&self) -> Result<Conditions, PlatformFault> {
        Ok(Conditions::default())
    }

    fn clock(&self) -> Result<Option<ClockReading>, PlatformFault> {
        Ok(None)
    }
}

struct Thrower;

impl Observer for Thrower {
    fn changed(&self) -> Result<(), PlatformFault> {
        Err(UnexpectedUniFFICallbackError::new("金丝雀").into())
    }
}

#[test]
fn what_an_app_throws_undeclared_means_not_now_and_nothing_of_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let Err(error) = Device::open(folder.path().to_str().unwrap(), Box::new(Locked)) else {
        panic!("opened without a key");
    };
    assert!(matches!(error, HostError::Busy { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("金丝雀"));
}

#[test]
fn a_new_device_is_nobodys_and_says_so_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path().to_str().unwrap(), Box::new(New)).unwrap();
    device.observe(Box::new(Thrower));
    assert!(!device.status().unwrap().is_enrolled);
    let Err(HostError::NotEnrolled { code, zh, en }) = device.sites(SiteQuery::default()) else {
        panic!("showed sites to nobody");
    };
    assert_eq!((code.as_str(), zh.as_str()), ("not_enrolled", "本机尚未登记，请先登记"));
    assert!(en.contains("not enrolled"));
    let job = device.sync_job();
    assert!(matches!(Arc::clone(&job).run(), Err(HostError::NotEnrolled { .. })));
    device.shut();
    assert!(matches!(device.status(), Err(HostError::Cancelled { .. })));
}
