//! The basket: a cookie that holds numbers of things and how many, and no id.

/// Things and how many of each, in the order they were put in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Basket {
    pub lines: Vec<(String, u32)>,
}

/// The cookie it is kept in.
pub const COOKIE: &str = "rb_basket";
const LINES_MAX: usize = 20;
const COUNT_MAX: u32 = 9;

impl Basket {
    /// Reads `361.1~214.2`. What makes no sense was changed by hand, and is left out.
    pub fn read(value: &str) -> Basket {
        let line = |it: &str| {
            let (item, count) = it.split_once('.')?;
            let count: u32 = count.parse().ok().filter(|it| (1..=COUNT_MAX).contains(it))?;
            let number = !item.is_empty() && item.bytes().all(|it| it.is_ascii_digit());
            (number && item.len() <= 8).then(|| (item.to_owned(), count))
        };
        Basket { lines: value.split('~').filter_map(line).take(LINES_MAX).collect() }
    }

    pub fn written(&self) -> String {
        let lines: Vec<String> =
            self.lines.iter().map(|(item, count)| format!("{item}.{count}")).collect();
        lines.join("~")
    }

    /// One more of a thing.
    pub fn add(&mut self, item: &str) {
        if let Some(line) = self.lines.iter_mut().find(|it| it.0 == item) {
            line.1 = line.1.saturating_add(1).min(COUNT_MAX);
        } else if self.lines.len() < LINES_MAX {
            self.lines.push((item.to_owned(), 1));
        }
    }

    pub fn remove(&mut self, item: &str) {
        self.lines.retain(|it| it.0 != item);
    }

    pub fn count(&self) -> u32 {
        self.lines.iter().map(|it| it.1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basket_is_read_as_it_was_written() {
        let mut it = Basket::default();
        it.add("361");
        it.add("214");
        it.add("214");
        assert_eq!(it.written(), "361.1~214.2");
        assert_eq!(Basket::read(&it.written()), it);
        it.remove("361");
        assert_eq!((it.written().as_str(), it.count()), ("214.2", 2));
    }

    #[test]
    fn nonsense_is_left_out() {
        for bad in ["", "~", "361", "361.0", "361.10", "x.1", ".1", "361.-1", "123456789.1"] {
            assert_eq!(Basket::read(bad), Basket::default(), "{bad}");
        }
        assert_eq!(Basket::read(&"1.1~".repeat(99)).lines.len(), LINES_MAX);
    }
}
