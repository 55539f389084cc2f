//! `drafts.redb`: the policy that is being written, one a site, and who proposed and approved it.
//!
//! A proposal binds the bytes of the file: whatever is changed after it, proposal and approval are
//! void. The server holds the file while it runs; commands do not touch it.

use std::path::Path;

use handshake_core::vocabulary::{Millis, Name, SiteId, hex, unhex};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use ring::digest;
use serde::{Deserialize, Serialize};

const DRAFTS: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("drafts");
const VERSION: u32 = 1;

/// The file of drafts.
#[derive(Debug)]
pub struct Drafts {
    db: Database,
}

/// A policy being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub source: String,
    /// Hash of the published policy it was made from; nothing where there was none.
    pub base: Option<[u8; 32]>,
    pub saved: Signature,
    /// Counts savings, so that of two people who save at once, one is told.
    pub revision: u64,
    pub proposal: Option<Proposal>,
    /// The approval that a later change made void.
    pub voided: Option<Signature>,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub by: Name,
    pub at: Millis,
}

/// A draft put forward to be published, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// Who last wrote it. Neither they nor who proposed it may approve it.
    pub author: Name,
    pub proposed: Signature,
    pub approved: Option<Signature>,
}

/// What is to be saved.
#[derive(Debug, Clone)]
pub struct Saving<'a> {
    pub source: &'a str,
    pub base: Option<[u8; 32]>,
    pub by: &'a Name,
    pub at: Millis,
    /// The revision that was changed; 0 where there was no draft.
    pub revision: u64,
}

/// Why a draft was not changed.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    #[error("somebody else changed the draft in the meantime")]
    Moved(Option<Box<Draft>>),
    #[error("nothing is proposed; propose the draft first")]
    NothingProposed,
    #[error("this is your own work; another person must approve it")]
    OwnWork,
    #[error("the draft is not what was proposed; look at it again")]
    Changed,
    #[error("a stored draft is damaged, or from a newer version of handshake")]
    Row,
    #[error("could not read or write drafts")]
    Store(#[source] Box<redb::Error>),
}

impl<E: Into<redb::Error>> From<E> for DraftError {
    fn from(error: E) -> DraftError {
        DraftError::Store(Box::new(error.into()))
    }
}

impl Drafts {
    pub fn open(path: &Path) -> Result<Drafts, DraftError> {
        let db = Database::create(path)?;
        let writing = db.begin_write()?;
        writing.open_table(DRAFTS)?;
        writing.commit()?;
        Ok(Drafts { db })
    }

    pub fn draft(&self, site: SiteId) -> Result<Option<Draft>, DraftError> {
        let reading = self.db.begin_read()?;
        let table = reading.open_table(DRAFTS)?;
        let row = table.get(site.0)?;
        row.map(|it| read(it.value())).transpose()
    }

    /// Saves what somebody wrote. The same bytes again leave a proposal as it is.
    pub fn save(&self, site: SiteId, it: &Saving<'_>) -> Result<Draft, DraftError> {
        let saved = Signature { by: it.by.clone(), at: it.at };
        self.change(site, it.revision, |before| {
            let same = before.as_ref().is_some_and(|before| before.source == it.source);
            let (proposal, voided) = match before {
                Some(before) if same => (before.proposal, before.voided),
                Some(before) => {
                    let approved = before.proposal.and_then(|it| it.approved);
                    (None, approved.or(before.voided))
                }
                None => (None, None),
            };
            let (source, base) = (it.source.to_owned(), it.base);
            Ok(Draft { source, base, saved, revision: 0, proposal, voided })
        })
    }

    /// Puts the file forward, as it will be published.
    pub fn propose(&self, site: SiteId, it: &Saving<'_>) -> Result<Draft, DraftError> {
        let proposed = Signature { by: it.by.clone(), at: it.at };
        self.change(site, it.revision, |before| {
            let author = before.map_or_else(|| it.by.clone(), |it| it.saved.by);
            let digest = digest_of(it.source);
            let saved = proposed.clone();
            let proposal = Some(Proposal { digest, author, proposed, approved: None });
            let (source, base) = (it.source.to_owned(), it.base);
            Ok(Draft { source, base, saved, revision: 0, proposal, voided: None })
        })
    }

    /// Approves exactly the bytes that were proposed.
    pub fn approve(
        &self,
        site: SiteId,
        (by, at): (&Name, Millis),
        digest: [u8; 32],
    ) -> Result<Draft, DraftError> {
        let revision = self.draft(site)?.map_or(0, |it| it.revision);
        self.change(site, revision, |before| {
            let mut draft = before.ok_or(DraftError::NothingProposed)?;
            let proposal = draft.proposal.as_mut().ok_or(DraftError::NothingProposed)?;
            if proposal.digest != digest || digest_of(&draft.source) != digest {
                return Err(DraftError::Changed);
            }
            if proposal.proposed.by == *by || proposal.author == *by {
                return Err(DraftError::OwnWork);
            }
            proposal.approved = Some(Signature { by: by.clone(), at });
            Ok(draft)
        })
    }

    /// Throws the draft away: it was published, or is no longer wanted.
    pub fn discard(&self, site: SiteId, revision: u64) -> Result<(), DraftError> {
        let writing = self.db.begin_write()?;
        let before = stored(&writing, site)?;
        if before.as_ref().map_or(0, |it| it.revision) != revision {
            return Err(DraftError::Moved(before.map(Box::new)));
        }
        writing.open_table(DRAFTS)?.remove(site.0)?;
        writing.commit()?;
        Ok(())
    }

    fn change(
        &self,
        site: SiteId,
        revision: u64,
        change: impl FnOnce(Option<Draft>) -> Result<Draft, DraftError>,
    ) -> Result<Draft, DraftError> {
        let writing = self.db.begin_write()?;
        let before = stored(&writing, site)?;
        let seen = before.as_ref().map_or(0, |it| it.revision);
        if seen != revision {
            return Err(DraftError::Moved(before.map(Box::new)));
        }
        let after = Draft { revision: seen.saturating_add(1), ..change(before)? };
        let row = write(&after)?;
        writing.open_table(DRAFTS)?.insert(site.0, row.as_slice())?;
        writing.commit()?;
        Ok(after)
    }
}

impl Draft {
    /// The approval of exactly what stands in the draft now.
    pub fn approval(&self) -> Option<(&Proposal, &Signature)> {
        let proposal = self.proposal.as_ref()?;
        let approved = proposal.approved.as_ref()?;
        (digest_of(&self.source) == proposal.digest).then_some((proposal, approved))
    }
}

fn digest_of(source: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, source.as_bytes());
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}

fn stored(writing: &WriteTransaction, site: SiteId) -> Result<Option<Draft>, DraftError> {
    let table = writing.open_table(DRAFTS)?;
    let row = table.get(site.0)?;
    row.map(|it| read(it.value())).transpose()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftRow {
    v: u32,
    source: String,
    base: Option<String>,
    saved: SignatureRow,
    revision: u64,
    proposal: Option<ProposalRow>,
    voided: Option<SignatureRow>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureRow {
    by: String,
    at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProposalRow {
    digest: String,
    author: String,
    proposed: SignatureRow,
    approved: Option<SignatureRow>,
}

fn write(it: &Draft) -> Result<Vec<u8>, DraftError> {
    let signature = |it: &Signature| SignatureRow { by: it.by.to_string(), at: it.at.0 };
    let proposal = it.proposal.as_ref().map(|it| ProposalRow {
        digest: hex(&it.digest),
        author: it.author.to_string(),
        proposed: signature(&it.proposed),
        approved: it.approved.as_ref().map(signature),
    });
    let row = DraftRow {
        v: VERSION,
        source: it.source.clone(),
        base: it.base.map(|it| hex(&it)),
        saved: signature(&it.saved),
        revision: it.revision,
        proposal,
        voided: it.voided.as_ref().map(signature),
    };
    serde_json::to_vec(&row).map_err(|_| DraftError::Row)
}

fn read(row: &[u8]) -> Result<Draft, DraftError> {
    let row: DraftRow = serde_json::from_slice(row).map_err(|_| DraftError::Row)?;
    if row.v != VERSION {
        return Err(DraftError::Row);
    }
    let name = |it: &str| Name::new(it).map_err(|_| DraftError::Row);
    let signature = |it: SignatureRow| -> Result<Signature, DraftError> {
        Ok(Signature { by: name(&it.by)?, at: Millis(it.at) })
    };
    let hash = |it: &str| unhex(it).ok_or(DraftError::Row);
    let proposal = |it: ProposalRow| -> Result<Proposal, DraftError> {
        Ok(Proposal {
            digest: hash(&it.digest)?,
            author: name(&it.author)?,
            proposed: signature(it.proposed)?,
            approved: it.approved.map(signature).transpose()?,
        })
    };
    Ok(Draft {
        source: row.source,
        base: row.base.as_deref().map(hash).transpose()?,
        saved: signature(row.saved)?,
        revision: row.revision,
        proposal: row.proposal.map(proposal).transpose()?,
        voided: row.voided.map(signature).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: SiteId = SiteId(1);

    struct Desk {
        _folder: tempfile::TempDir,
        drafts: Drafts,
    }

    fn desk() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let drafts = Drafts::open(&folder.path().join("drafts.redb")).unwrap();
        Desk { _folder: folder, drafts }
    }

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    impl Desk {
        fn save(&self, by: &str, source: &str, revision: u64) -> Result<Draft, DraftError> {
            let (by, at) = (&name(by), Millis(7));
            self.drafts.save(SITE, &Saving { source, base: Some([5; 32]), by, at, revision })
        }

        fn propose(&self, by: &str, source: &str, revision: u64) -> Draft {
            let (by, at) = (&name(by), Millis(8));
            let saving = Saving { source, base: None, by, at, revision };
            self.drafts.propose(SITE, &saving).unwrap()
        }

        fn approve(&self, by: &str, source: &str) -> Result<Draft, DraftError> {
            self.drafts.approve(SITE, (&name(by), Millis(9)), digest_of(source))
        }
    }

    #[test]
    fn of_two_who_save_at_once_one_is_told() {
        let desk = desk();
        assert_eq!(desk.drafts.draft(SITE).unwrap(), None);
        let first = desk.save("imke", "a", 0).unwrap();
        assert_eq!((first.revision, desk.drafts.draft(SITE).unwrap()), (1, Some(first)));
        let late = desk.save("vera", "b", 0).unwrap_err();
        assert!(matches!(&late, DraftError::Moved(Some(it)) if it.source == "a"), "{late}");
        assert_eq!(desk.save("vera", "b", 1).unwrap().saved.by, name("vera"));
        assert!(matches!(desk.drafts.discard(SITE, 1), Err(DraftError::Moved(_))));
        desk.drafts.discard(SITE, 2).unwrap();
        assert_eq!(desk.drafts.draft(SITE).unwrap(), None);
    }

    #[test]
    fn nobody_approves_their_own_work() {
        let desk = desk();
        assert!(matches!(desk.approve("otto", "a"), Err(DraftError::NothingProposed)));
        desk.save("vera", "a", 0).unwrap();
        assert!(matches!(desk.approve("otto", "a"), Err(DraftError::NothingProposed)));
        desk.propose("imke", "a", 1);
        assert!(matches!(desk.approve("imke", "a"), Err(DraftError::OwnWork)));
        assert!(matches!(desk.approve("vera", "a"), Err(DraftError::OwnWork)), "the author");
        assert!(matches!(desk.approve("otto", "b"), Err(DraftError::Changed)));
        assert!(desk.drafts.draft(SITE).unwrap().unwrap().approval().is_none());
        let approved = desk.approve("otto", "a").unwrap();
        assert_eq!(approved.approval().unwrap().1.by, name("otto"));
    }

    #[test]
    fn a_change_after_approval_voids_it() {
        let desk = desk();
        desk.propose("imke", "a", 0);
        let approved = desk.approve("otto", "a").unwrap();
        let same = desk.save("imke", "a", approved.revision).unwrap();
        assert!(same.approval().is_some(), "the same bytes are what was approved");
        let changed = desk.save("imke", "b", same.revision).unwrap();
        assert!(changed.approval().is_none() && changed.proposal.is_none());
        assert_eq!(changed.voided.as_ref().unwrap().by, name("otto"));
        assert!(matches!(desk.approve("otto", "a"), Err(DraftError::NothingProposed)));
        assert_eq!(desk.drafts.draft(SITE).unwrap().unwrap(), changed);
    }
}
