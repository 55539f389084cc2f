//! Facts: the typed content of events.

use prost::Message;

use super::kind::Kind;
use super::message::*;
use crate::vocabulary::{Code, EventId, Millis, Position, Slot};

/// What happened. A personal part is `None` where the person was erased.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    NameDeclared(NameDeclared),
    PolicyPublished(PolicyPublished),
    AskShown(AskShown),
    AnswerGiven(AnswerGiven, Option<AnswerPersonal>),
    ObjectionMade(ObjectionMade),
    SignalReceived(SignalReceived, Option<SignalPersonal>),
    DataCollected(DataCollected, Option<DataPersonal>),
    UseDecided(UseDecided, Option<SituationMessage>),
    UseCounted(UseCounted),
    UseCarriedOut(UseCarriedOut, Option<CarriedPersonal>),
    OutcomeObserved(OutcomeObserved, Option<OutcomePersonal>),
    IdentityLinked(IdentityLinked, Option<IdentityPersonal>),
    CatalogueChanged(CatalogueChanged),
    VisitsCounted(VisitsCounted),
    AccessChanged(AccessChanged),
    FileImported(FileImported),
    ConflictShown(ConflictShown),
    AffirmationGiven(AffirmationGiven),
    DutyDone(DutyDone),
    WaiverSigned(WaiverSigned),
    RequestMade(RequestMade),
    /// A kind, or a version of one, that is newer than this Handshake. Kept, not understood.
    Unknown(Kind, u8),
}

/// A fact with its place in the ledger: what projections fold.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub position: Position,
    pub at: Millis,
    pub event: EventId,
    pub caller: Code,
    pub slot: Option<Slot>,
    pub fact: Fact,
}

/// Stored bytes that are no message of their kind.
#[derive(Debug, thiserror::Error)]
#[error("{kind} version {version} at position {} is unreadable: {source}", position.0)]
pub struct FactError {
    pub kind: Kind,
    pub version: u8,
    pub position: Position,
    source: prost::DecodeError,
}

/// The only version of every kind so far.
const VERSION: u8 = 1;

impl Fact {
    pub fn kind(&self) -> Kind {
        match self {
            Fact::NameDeclared(_) => Kind::NameDeclared,
            Fact::PolicyPublished(_) => Kind::PolicyPublished,
            Fact::AskShown(_) => Kind::AskShown,
            Fact::AnswerGiven(..) => Kind::AnswerGiven,
            Fact::ObjectionMade(_) => Kind::ObjectionMade,
            Fact::SignalReceived(..) => Kind::SignalReceived,
            Fact::DataCollected(..) => Kind::DataCollected,
            Fact::UseDecided(..) => Kind::UseDecided,
            Fact::UseCounted(_) => Kind::UseCounted,
            Fact::UseCarriedOut(..) => Kind::UseCarriedOut,
            Fact::OutcomeObserved(..) => Kind::OutcomeObserved,
            Fact::IdentityLinked(..) => Kind::IdentityLinked,
            Fact::CatalogueChanged(_) => Kind::CatalogueChanged,
            Fact::VisitsCounted(_) => Kind::VisitsCounted,
            Fact::AccessChanged(_) => Kind::AccessChanged,
            Fact::FileImported(_) => Kind::FileImported,
            Fact::ConflictShown(_) => Kind::ConflictShown,
            Fact::AffirmationGiven(_) => Kind::AffirmationGiven,
            Fact::DutyDone(_) => Kind::DutyDone,
            Fact::WaiverSigned(_) => Kind::WaiverSigned,
            Fact::RequestMade(_) => Kind::RequestMade,
            Fact::Unknown(kind, _) => *kind,
        }
    }

    pub fn version(&self) -> u8 {
        if let Fact::Unknown(_, version) = self { *version } else { VERSION }
    }

    /// Appends the clear codes as stored.
    pub fn write_clear(&self, out: &mut Vec<u8>) {
        match self {
            Fact::NameDeclared(it) => it.encode_raw(out),
            Fact::PolicyPublished(it) => it.encode_raw(out),
            Fact::AskShown(it) => it.encode_raw(out),
            Fact::AnswerGiven(it, _) => it.encode_raw(out),
            Fact::ObjectionMade(it) => it.encode_raw(out),
            Fact::SignalReceived(it, _) => it.encode_raw(out),
            Fact::DataCollected(it, _) => it.encode_raw(out),
            Fact::UseDecided(it, _) => it.encode_raw(out),
            Fact::UseCounted(it) => it.encode_raw(out),
            Fact::UseCarriedOut(it, _) => it.encode_raw(out),
            Fact::OutcomeObserved(it, _) => it.encode_raw(out),
            Fact::IdentityLinked(it, _) => it.encode_raw(out),
            Fact::CatalogueChanged(it) => it.encode_raw(out),
            Fact::VisitsCounted(it) => it.encode_raw(out),
            Fact::AccessChanged(it) => it.encode_raw(out),
            Fact::FileImported(it) => it.encode_raw(out),
            Fact::ConflictShown(it) => it.encode_raw(out),
            Fact::AffirmationGiven(it) => it.encode_raw(out),
            Fact::DutyDone(it) => it.encode_raw(out),
            Fact::WaiverSigned(it) => it.encode_raw(out),
            Fact::RequestMade(it) => it.encode_raw(out),
            Fact::Unknown(..) => (),
        }
    }

    /// Appends the personal part, before sealing.
    pub fn write_personal(&self, out: &mut Vec<u8>) {
        match self {
            Fact::AnswerGiven(_, Some(it)) => it.encode_raw(out),
            Fact::SignalReceived(_, Some(it)) => it.encode_raw(out),
            Fact::DataCollected(_, Some(it)) => it.encode_raw(out),
            Fact::UseDecided(_, Some(it)) => it.encode_raw(out),
            Fact::UseCarriedOut(_, Some(it)) => it.encode_raw(out),
            Fact::OutcomeObserved(_, Some(it)) => it.encode_raw(out),
            Fact::IdentityLinked(_, Some(it)) => it.encode_raw(out),
            Fact::AnswerGiven(_, None)
            | Fact::SignalReceived(_, None)
            | Fact::DataCollected(_, None)
            | Fact::UseDecided(_, None)
            | Fact::UseCarriedOut(_, None)
            | Fact::OutcomeObserved(_, None)
            | Fact::IdentityLinked(_, None)
            | Fact::NameDeclared(_)
            | Fact::PolicyPublished(_)
            | Fact::AskShown(_)
            | Fact::ObjectionMade(_)
            | Fact::UseCounted(_)
            | Fact::CatalogueChanged(_)
            | Fact::VisitsCounted(_)
            | Fact::AccessChanged(_)
            | Fact::FileImported(_)
            | Fact::ConflictShown(_)
            | Fact::AffirmationGiven(_)
            | Fact::DutyDone(_)
            | Fact::WaiverSigned(_)
            | Fact::RequestMade(_)
            | Fact::Unknown(..) => (),
        }
    }

    /// Reads a fact. `personal` is the opened personal part, or `None` where it is erased or
    /// there is none.
    pub fn read(
        (kind, version, position): (Kind, u8, Position),
        clear: &[u8],
        personal: Option<&[u8]>,
    ) -> Result<Fact, FactError> {
        if version != VERSION {
            return Ok(Fact::Unknown(kind, version));
        }
        let failed = |source| FactError { kind, version, position, source };
        Fact::read_known(kind, clear, personal).map_err(failed)
    }

    fn read_known(
        kind: Kind,
        clear: &[u8],
        personal: Option<&[u8]>,
    ) -> Result<Fact, prost::DecodeError> {
        Ok(match kind {
            Kind::NameDeclared => Fact::NameDeclared(Message::decode(clear)?),
            Kind::PolicyPublished => Fact::PolicyPublished(Message::decode(clear)?),
            Kind::AskShown => Fact::AskShown(Message::decode(clear)?),
            Kind::AnswerGiven => Fact::AnswerGiven(Message::decode(clear)?, opened(personal)?),
            Kind::ObjectionMade => Fact::ObjectionMade(Message::decode(clear)?),
            Kind::SignalReceived => {
                Fact::SignalReceived(Message::decode(clear)?, opened(personal)?)
            }
            Kind::DataCollected => Fact::DataCollected(Message::decode(clear)?, opened(personal)?),
            Kind::UseDecided => Fact::UseDecided(Message::decode(clear)?, opened(personal)?),
            Kind::UseCounted => Fact::UseCounted(Message::decode(clear)?),
            Kind::UseCarriedOut => Fact::UseCarriedOut(Message::decode(clear)?, opened(personal)?),
            Kind::OutcomeObserved => {
                Fact::OutcomeObserved(Message::decode(clear)?, opened(personal)?)
            }
            Kind::IdentityLinked => {
                Fact::IdentityLinked(Message::decode(clear)?, opened(personal)?)
            }
            Kind::CatalogueChanged => Fact::CatalogueChanged(Message::decode(clear)?),
            Kind::VisitsCounted => Fact::VisitsCounted(Message::decode(clear)?),
            Kind::AccessChanged => Fact::AccessChanged(Message::decode(clear)?),
            Kind::FileImported => Fact::FileImported(Message::decode(clear)?),
            Kind::ConflictShown => Fact::ConflictShown(Message::decode(clear)?),
            Kind::AffirmationGiven => Fact::AffirmationGiven(Message::decode(clear)?),
            Kind::DutyDone => Fact::DutyDone(Message::decode(clear)?),
            Kind::WaiverSigned => Fact::WaiverSigned(Message::decode(clear)?),
            Kind::RequestMade => Fact::RequestMade(Message::decode(clear)?),
            Kind::Unknown(_) => Fact::Unknown(kind, VERSION),
        })
    }
}

fn opened<M: Message + Default>(personal: Option<&[u8]>) -> Result<Option<M>, prost::DecodeError> {
    personal.map(M::decode).transpose()
}
