//! YAML as a tree that knows its lines, within limits that hostile input cannot stretch.
//!
//! Built from the parser's events by hand: nothing recurses, nothing is repeated by reference, and
//! what counts against a limit is counted as it comes.

use saphyr_parser::{Event, Parser, ScanError, Tag};

const BYTES_MAX: usize = 4 << 20;
const DEPTH_MAX: usize = 32;
const NODES_MAX: usize = 200_000;
/// Each key of a mapping is compared with those before it.
const KEYS_MAX: usize = 1_000;

/// A value, and the line it begins in, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Whatever its type: numbers and truth values are text here.
    Scalar(String),
    List(Vec<Node>),
    /// In the order of the file.
    Map(Vec<(String, Node)>),
}

/// Why a text is not read as YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    #[error("the file has {0} bytes; at most {BYTES_MAX} are read")]
    TooLong(usize),
    #[error("line {line}: {said}")]
    Syntax { line: usize, said: String },
    #[error("line {0}: nested more than {DEPTH_MAX} deep")]
    TooDeep(usize),
    #[error("line {0}: more than {NODES_MAX} values")]
    TooMany(usize),
    #[error("line {0}: more than {KEYS_MAX} keys in one mapping")]
    TooManyKeys(usize),
    #[error("line {0}: aliases (`*name`) are not read; write out what they stand for")]
    Alias(usize),
    #[error("line {line}: the tag `{tag}` is not read; fideslang needs none")]
    Tag { line: usize, tag: String },
    #[error("line {line}: the key `{key}` stands twice in one mapping")]
    Twice { line: usize, key: String },
    #[error("line {0}: a key must be plain text")]
    Key(usize),
}

/// A list or mapping that is still open.
struct Open {
    line: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    /// With the key whose value comes next.
    Map(Vec<(String, Node)>, Option<String>),
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    documents: Vec<Node>,
    nodes: usize,
}

/// The documents of a text.
pub(super) fn read(text: &str) -> Result<Vec<Node>, YamlError> {
    if BYTES_MAX < text.len() {
        return Err(YamlError::TooLong(text.len()));
    }
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::default();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|it| syntax(&it))?;
        builder.take(event, span.start.line())?;
    }
    Ok(builder.documents)
}

fn syntax(error: &ScanError) -> YamlError {
    let line = error.marker().line();
    match error.info() {
        // The parser's own limit, on brackets that follow one another.
        "recursion limit exceeded" => YamlError::TooDeep(line),
        said => YamlError::Syntax { line, said: said.to_owned() },
    }
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), YamlError> {
        match event {
            Event::Scalar(text, _, _, tag) => {
                plain(line, tag.as_deref())?;
                self.put(Node { line, value: Value::Scalar(text.into_owned()) })
            }
            Event::SequenceStart(_, tag) => {
                plain(line, tag.as_deref())?;
                self.begin(line, Inside::List(Vec::new()))
            }
            Event::MappingStart(_, tag) => {
                plain(line, tag.as_deref())?;
                self.begin(line, Inside::Map(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(line),
            Event::Alias(_) => Err(YamlError::Alias(line)),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, line: usize, inside: Inside) -> Result<(), YamlError> {
        if DEPTH_MAX <= self.open.len() {
            return Err(YamlError::TooDeep(line));
        }
        self.open.push(Open { line, inside });
        Ok(())
    }

    fn end(&mut self, line: usize) -> Result<(), YamlError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.inside {
            Inside::List(items) => Value::List(items),
            Inside::Map(_, Some(_)) => return Err(YamlError::Key(line)),
            Inside::Map(fields, None) => Value::Map(fields),
        };
        self.put(Node { line: open.line, value })
    }

    fn put(&mut self, node: Node) -> Result<(), YamlError> {
        self.nodes += 1;
        if NODES_MAX < self.nodes {
            return Err(YamlError::TooMany(node.line));
        }
        match self.open.last_mut().map(|it| &mut it.inside) {
            None => self.documents.push(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map(fields, key)) => match key.take() {
                Some(key) => fields.push((key, node)),
                None => {
                    let Value::Scalar(text) = node.value else {
                        return Err(YamlError::Key(node.line));
                    };
                    if KEYS_MAX <= fields.len() {
                        return Err(YamlError::TooManyKeys(node.line));
                    }
                    if fields.iter().any(|it| it.0 == text) {
                        return Err(YamlError::Twice { line: node.line, key: text });
                    }
                    *key = Some(text);
                }
            },
        }
        Ok(())
    }
}

/// Refuses a value that asks to be understood as something else than YAML's own types.
fn plain(line: usize, tag: Option<&Tag>) -> Result<(), YamlError> {
    const OWN: [&str; 8] = ["str", "int", "float", "bool", "null", "seq", "map", "timestamp"];
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() || !OWN.contains(&&*tag.suffix) => {
            Err(YamlError::Tag { line, tag: format!("{}{}", tag.handle, tag.suffix) })
        }
        Some(_) | None => Ok(()),
    }
}

impl Node {
    /// A field of a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.fields().iter().find(|it| it.0 == key).map(|it| &it.1)
    }

    pub(super) fn fields(&self) -> &[(String, Node)] {
        match &self.value {
            Value::Map(fields) => fields,
            Value::Scalar(_) | Value::List(_) => &[],
        }
    }

    /// The items of a list.
    pub(super) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Scalar(_) | Value::Map(_) => &[],
        }
    }

    /// The text of a scalar that says something.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => match text.trim() {
                "" | "~" | "null" | "Null" | "NULL" => None,
                text => Some(text),
            },
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The text of a field.
    pub(super) fn said(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    /// The texts of a field that is a list.
    pub(super) fn all(&self, key: &str) -> Vec<&str> {
        self.get(key).map_or(&[][..], Node::items).iter().filter_map(Node::text).collect()
    }

    pub(super) fn holds(&self, key: &str) -> bool {
        self.said(key).is_some_and(|it| it.eq_ignore_ascii_case("true"))
    }

    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        match &self.value {
            Value::Scalar(_) => self.text().is_none(),
            Value::List(items) => items.is_empty(),
            Value::Map(fields) => fields.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        assert_eq!(read(text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn values_know_their_lines() {
        let all = read("a:\n  - b: 1\n    c: [x, \"y z\"]\n---\nd: ~\n").unwrap();
        let first = all[0].get("a").unwrap().items()[0].clone();
        assert_eq!((first.line, first.said("b")), (2, Some("1")));
        assert_eq!((first.get("c").unwrap().line, first.all("c")), (3, vec!["x", "y z"]));
        assert_eq!(all[1].said("d"), None);
    }

    #[test]
    fn hostile_texts_are_refused_in_words() {
        refused(&"[".repeat(40), "line 1: nested more than 32 deep");
        refused(&"[".repeat(100_000), "line 1: nested more than 32 deep");
        let deep: String = (0..40).map(|it| format!("{}a:\n", " ".repeat(it))).collect();
        refused(&deep, "line 33: nested more than 32 deep");
        let laughs = "a: &a [lol, lol]\nb: &b [*a, *a]\nc: [*b, *b]\n";
        refused(laughs, "line 2: aliases (`*name`) are not read; write out what they stand for");
        refused("a: 1\na: 2\n", "line 2: the key `a` stands twice in one mapping");
        refused(
            "a: !!python/none x\n",
            "line 1: the tag `tag:yaml.org,2002:python/none` is not read; fideslang needs none",
        );
        refused("a: !run x\n", "line 1: the tag `!run` is not read; fideslang needs none");
        refused("? [a]\n: b\n", "line 1: a key must be plain text");
        refused(&"- a\n".repeat(NODES_MAX + 1), "line 200001: more than 200000 values");
        let keys: String = (0..=KEYS_MAX).map(|it| format!("k{it}: 1\n")).collect();
        refused(&keys, "line 1001: more than 1000 keys in one mapping");
        refused(&" ".repeat(BYTES_MAX + 1), "the file has 4194305 bytes; at most 4194304 are read");
        for broken in ["a: [1, 2", "a: 'b", "a: b: c", "%YAML 9.9\n%", "&", "*", "a: \"\\x\""] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }

    proptest::proptest! {
        /// Whatever comes, it is read or refused, and never more than it may be.
        #[test]
        fn any_text_is_read_or_refused(text in "[-a-c\\[\\]{}:,&*!|>'\"\\\\#?%@` \\n\\tü\u{0}]{0,80}") {
            if let Ok(all) = read(&text) {
                proptest::prop_assert!(all.len() <= text.len() + 1);
            }
        }
    }
}
