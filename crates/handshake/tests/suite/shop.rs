//! A site in a temporary folder, and the files of the gift shop.

use std::path::{Path, PathBuf};

use handshake::ingest::Site;
use handshake::ingest::import::{
    AnswerModel, ImportPlan, Imported, Items, Orders, import, read_items, read_orders,
    weeks_to_shift,
};
use handshake::ledger::{Place, WrapKey};
use handshake_core::vocabulary::{Millis, SiteId};
use ring::rand::{SecureRandom, SystemRandom};

/// A moment after the newest order of the Online Retail file, shifted.
pub(crate) const NOW: Millis = Millis(1_795_000_000_000);

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A site whose files last as long as this value.
pub(crate) struct Shop {
    pub(crate) folder: tempfile::TempDir,
}

impl Shop {
    pub(crate) fn new() -> Shop {
        Shop { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn open(&self) -> Site {
        let place = Place { dir: self.folder.path().to_owned(), site: SiteId(1), partition: 0 };
        let wrap = WrapKey::from_bytes([7; 32]);
        Site::open(&place, ("shop", &[9; 32]), &wrap, NOW).unwrap()
    }
}

pub(crate) fn fresh() -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

/// The files of the main job.
pub(crate) struct Files {
    pub(crate) policy: String,
    pub(crate) items: Items,
    pub(crate) orders: Orders,
}

impl Files {
    pub(crate) fn read() -> Files {
        let data = root().join("data/online-retail");
        let items = read_items(&data.join("items.tsv.gz")).unwrap();
        let known: std::collections::HashSet<&str> =
            items.items.iter().map(|it| it.item.as_str()).collect();
        let orders = read_orders(&data.join("orders.tsv.gz"), |it| known.contains(it)).unwrap();
        let policy = std::fs::read_to_string(root().join("examples/gift-shop/policy.kdl")).unwrap();
        Files { policy, items, orders }
    }

    pub(crate) fn import(&self, site: &Site, seed: Option<u64>) -> Imported {
        let plan = ImportPlan {
            policy: &self.policy,
            items: &self.items.items,
            orders: &self.orders,
            answers: seed.map(|seed| AnswerModel { seed }),
            shift_weeks: weeks_to_shift(&self.orders, NOW),
            items_hash: self.items.hash,
        };
        import(site, &plan, &mut fresh, &mut |_| ()).unwrap()
    }
}
