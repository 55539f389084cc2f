//! The data types of the standards by themselves, bit by bit.

use handshake_signals::bits::{Bitfield, Bits, Coding, Letters, Padding, Reader, Writer};
use handshake_signals::{EncodeError, Error, IdSet};
use serde_json::Value;

use super::{Verdict, equal};

const TYPES: [&str; 14] = [
    "TraditionalBase64Url",
    "CompressedBase64Url",
    "OptimizedFibonacciRange",
    "Boolean",
    "FixedInteger",
    "FixedLong",
    "FibonacciInteger",
    "FixedBitfield",
    "FixedIntegerList",
    "FixedString",
    "FixedIntegerRange",
    "FibonacciIntegerRange",
    "OptimizedIntRange",
    "OptimizedFixedRange",
];

/// Kinds are named `FibonacciInteger_decode`.
pub(crate) fn judge(kind: &str, line: &Value) -> Option<Verdict> {
    let (data_type, direction) = kind.split_once('_').filter(|(it, _)| TYPES.contains(it))?;
    let args = line["input"]["args"].as_array().cloned().unwrap_or_default();
    let expected = &line["expect"]["value"];
    Some(match direction {
        "decode" => equal(&decoded(data_type, &args).as_ref(), &Some(expected)),
        "decode_reject" => equal(&decoded(data_type, &args), &None),
        "encode" => equal(&encoded(data_type, &args).as_deref(), &expected.as_str()),
        "encode_reject" => equal(&encoded(data_type, &args), &None),
        "spec" => {
            let bits = encoded(data_type, &[line["input"]["value"].clone()]);
            equal(&bits.as_deref(), &line["expect"]["bits"].as_str())
        }
        _ => return None,
    })
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// `0101…` as base64url text, filled up with zeros; `None` if it is anything else.
fn text_of(bits: &str) -> Option<String> {
    let filled = format!("{bits:0<width$}", width = bits.len().next_multiple_of(6).max(6));
    let bits = filled.as_bytes().chunks(6);
    let sextets = bits.map(|it| u8::from_str_radix(std::str::from_utf8(it).unwrap(), 2).ok());
    sextets.map(|it| ALPHABET.chars().nth(usize::from(it?))).collect()
}

/// What is written, bit by bit.
fn written(write: impl FnOnce(&mut Writer<'_, String>) -> Result<(), EncodeError>) -> String {
    let mut text = String::new();
    let mut writer = Writer::new(&mut text);
    write(&mut writer).unwrap();
    let total = writer.len();
    writer.pad(Padding::Sextet).unwrap();
    let sextets = text.chars().map(|it| format!("{:06b}", ALPHABET.find(it).unwrap()));
    sextets.collect::<String>()[..total].into()
}

/// Reads exactly these bits.
fn read<T>(
    bits: &str,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Error>,
    given: impl FnOnce(T) -> Value,
) -> Option<Value> {
    let text = text_of(bits)?;
    let whole = Bits::parse(&text).unwrap();
    let mut reader = whole.reader();
    let value = read(&mut reader).ok()?;
    (reader.at() == bits.len()).then(|| given(value))
}

fn coding(kind: &str) -> Coding {
    if kind.contains("Fibonacci") { Coding::Fibonacci } else { Coding::Int }
}

fn ids(set: IdSet<'_>) -> Value {
    set.ids().collect::<Vec<_>>().into()
}

/// The value, or `None` where these bits are refused.
fn decoded(kind: &str, args: &[Value]) -> Option<Value> {
    let bits = args[0].as_str().unwrap();
    let len = || u8::try_from(bits.len()).unwrap();
    match kind {
        "TraditionalBase64Url" | "CompressedBase64Url" => {
            let all = Bits::parse(bits).unwrap();
            let bits = (0..all.len()).map(|it| if all.bit(it) { '1' } else { '0' });
            Some(bits.collect::<String>().into())
        }
        "Boolean" => read(bits, |it| it.flag(""), Value::from),
        "FixedInteger" | "FixedLong" => read(bits, |it| it.int(len(), ""), Value::from),
        "FibonacciInteger" => read(bits, |it| it.fibonacci(""), Value::from),
        "FixedBitfield" => {
            let field = |it| Bitfield::from_written(it, len());
            let list = |it| (1..=len()).map(|id| field(it).contains(id)).collect();
            read(bits, |it| it.int(len(), ""), list)
        }
        // An entry that is not there is 0.
        "FixedIntegerList" => {
            let (width, count) = (args[1].as_u64().unwrap() as u8, args[2].as_u64().unwrap());
            let there = |index| (index + 1) * u64::from(width) <= u64::from(len());
            let entry = |it: &mut Reader<'_>, index| match there(index) {
                true => it.int(width, ""),
                false => Ok(0),
            };
            let list = |it: &mut Reader<'_>| (0..count).map(|index| entry(it, index)).collect();
            read(bits, list, |it: Vec<u64>| it.into())
        }
        "FixedString" => {
            read(bits, |it| it.int(12, ""), |it| Letters::from_written(it).to_string().into())
        }
        "FixedIntegerRange" => {
            let text = text_of(bits)?;
            let mut reader = Bits::parse(&text).unwrap().reader();
            IdSet::read_range(&mut reader, Coding::Int, None, "").ok().map(ids)
        }
        "FibonacciIntegerRange" => {
            let text = text_of(bits)?;
            let mut reader = Bits::parse(&text).unwrap().reader();
            IdSet::read_range(&mut reader, Coding::Fibonacci, None, "").ok().map(ids)
        }
        _ => {
            let text = text_of(bits)?;
            let mut reader = Bits::parse(&text).unwrap().reader();
            IdSet::read_optimized(&mut reader, coding(kind), "").ok().map(ids)
        }
    }
}

/// The bits, or `None` where the value is refused.
fn encoded(kind: &str, args: &[Value]) -> Option<String> {
    let number = |it: &Value| it.as_u64().unwrap();
    let ranges: Vec<_> = args[0]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .filter_map(|it| u16::try_from(it).ok())
        .map(|it| it..=it)
        .collect();
    let set = IdSet::of(&ranges);
    Some(match kind {
        "TraditionalBase64Url" | "CompressedBase64Url" => {
            let padding = if kind.starts_with('T') { Padding::Quantum } else { Padding::Octet };
            let mut text = String::new();
            let mut writer = Writer::new(&mut text);
            let bits = args[0].as_str().unwrap().chars();
            bits.for_each(|it| writer.flag(it == '1').unwrap());
            writer.pad(padding).unwrap();
            text
        }
        "Boolean" => written(|it| it.flag(args[0].as_bool().unwrap())),
        "FixedInteger" | "FixedLong" => {
            let (value, width) = (number(&args[0]), number(&args[1]) as u32);
            Writer::new(&mut String::new()).int(value, width, "").ok()?;
            written(|it| it.int(value, width, ""))
        }
        "FibonacciInteger" => {
            let value = u16::try_from(number(&args[0])).ok()?;
            written(|it| it.fibonacci(value, ""))
        }
        "FixedBitfield" => {
            let set = (1..).zip(args[0].as_array().unwrap()).filter(|(_, it)| **it == true);
            let len = number(&args[1]) as u8;
            let field = Bitfield::of(len, set.map(|(id, _)| id)).unwrap();
            written(|it| it.int(field.written(), len.into(), ""))
        }
        "FixedIntegerList" => {
            let values = args[0].as_array().unwrap().iter().map(number);
            let values = values.chain(std::iter::repeat(0)).take(number(&args[2]) as usize);
            let width = number(&args[1]) as u32;
            written(|out| values.into_iter().try_for_each(|it| out.int(it, width, "")))
        }
        "FixedString" => {
            let letters = Letters::new(args[0].as_str().unwrap())?;
            written(|it| it.int(letters.written(), 12, ""))
        }
        "FixedIntegerRange" => written(|it| set.write_range(it, Coding::Int, "")),
        "FibonacciIntegerRange" => written(|it| set.write_range(it, Coding::Fibonacci, "")),
        _ => written(|it| set.write_optimized(it, coding(kind), "")),
    })
}
