//! Makes a disagreement small by taking things away: lines and blocks and words of the file, parts
//! of the situation. It knows nothing of the language, so that it need not grow with it.

use crate::case::Case;
use crate::engines::{Answers, Desk, Engines, Told};
use crate::world::World;

/// A policy and a situation on which engines disagree.
#[derive(Debug, Clone)]
pub struct Disagreement {
    pub world: World,
    pub case: Case,
    pub answers: Answers,
}

impl Disagreement {
    /// The same disagreement on as little as possible.
    #[must_use]
    pub fn shrunk(mut self, told: &Told) -> Disagreement {
        let mut desk = Desk::new();
        loop {
            let size = |it: &Disagreement| {
                let before = it.world.before.as_ref().map(|it| it.source.len());
                (it.world.source.len(), before, it.case.clone())
            };
            let before = size(&self);
            // From the end, so that what is used goes before what it uses.
            let mut at = shorter(&self.world.source).len();
            while 0 < at {
                at -= 1;
                let Some(source) = shorter(&self.world.source).into_iter().nth(at) else {
                    continue;
                };
                if let Some(world) = World::read(source, self.world.agreements.clone()) {
                    let world = world.after(self.world.before.clone());
                    self.take(world, self.case.clone(), told, &mut desk);
                }
            }
            self.shorten_before(told, &mut desk);
            for case in self.case.simpler() {
                self.take(self.world.clone(), case, told, &mut desk);
            }
            if before == size(&self) {
                return self;
            }
        }
    }

    /// The same for the version before, or without it.
    fn shorten_before(&mut self, told: &Told, desk: &mut Desk) {
        if self.world.before.is_some() {
            self.take(self.world.clone().after(None), self.case.clone(), told, desk);
        }
        let source = |it: &Disagreement| it.world.before.as_ref().map(|it| it.source.clone());
        let mut at = source(self).map_or(0, |it| shorter(&it).len());
        while 0 < at {
            at -= 1;
            let Some(now) = source(self) else { return };
            let smaller = shorter(&now).into_iter().nth(at);
            if let Some(before) = smaller.and_then(|it| World::read(it, Vec::new())) {
                let world = self.world.clone().after(Some(Box::new(before)));
                self.take(world, self.case.clone(), told, desk);
            }
        }
    }

    /// Takes the smaller one if it is still a disagreement.
    fn take(&mut self, world: World, case: Case, told: &Told, desk: &mut Desk) {
        let answers = Engines::new(&world, told, desk).answers(&case);
        if !answers.agree() {
            *self = Disagreement { world, case, answers };
        }
    }

    /// For a person to read.
    pub fn text(&self) -> String {
        let Disagreement { world, case, answers } = self;
        let Answers { ours, cedar, rego } = answers;
        let case = serde_json::to_string_pretty(&case.json(world)).unwrap();
        let before = world.before.as_ref();
        let before = before.map_or(String::new(), |it| format!("--- before\n{}", it.source));
        format!(
            "{before}--- policy\n{}--- situation\n{case}\n--- answers\nhandshake: {ours}\ncedar:     {cedar}\nrego:      {rego}\n",
            world.source
        )
    }
}

/// The file without a block, without a line, or without a word at the end of a line.
fn shorter(source: &str) -> Vec<String> {
    let lines: Vec<&str> = source.lines().collect();
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let end = if line.ends_with('{') { at + block(&lines[at..]) } else { at + 1 };
        all.push([&lines[..at], &lines[end.min(lines.len())..]].concat().join("\n") + "\n");
    }
    for (at, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        if line.ends_with('{') || line.contains('"') {
            continue;
        }
        for word in 1..words.len() {
            let shorter = [&words[..word], &words[word + 1..]].concat().join(" ");
            let mut lines = lines.clone();
            lines[at] = &shorter;
            all.push(lines.join("\n") + "\n");
        }
    }
    all
}

/// Lines of the block that the first line begins.
fn block(lines: &[&str]) -> usize {
    let mut depth = 0;
    for (at, line) in lines.iter().enumerate() {
        if line.ends_with('{') {
            depth += 1;
        }
        if *line == "}" {
            depth -= 1;
        }
        if depth == 0 {
            return at + 1;
        }
    }
    lines.len()
}
