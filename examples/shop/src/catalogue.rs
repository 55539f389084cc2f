//! What the shop sells: bikes and parts as models, each in one or more sizes.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use rust_decimal::Decimal;

/// A shelf of the shop, which is an interest in the policy too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    Mountain,
    Road,
    Touring,
    Accessories,
    Clothing,
}

/// One thing in one size, as it is ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The number in the catalogue.
    pub item: String,
    /// `Mountain-200 Black, 42`.
    pub name: String,
    /// `42`; empty where there is one size only.
    pub size: String,
    pub price: Decimal,
}

/// A thing in all its sizes, as it stands on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    pub slug: String,
    pub name: String,
    pub category: Category,
    pub subcategory: String,
    pub colour: String,
    pub variants: Vec<Variant>,
}

/// Everything there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    models: Vec<Model>,
}

/// A catalogue that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("could not unpack the catalogue")]
    Read(#[from] std::io::Error),
    #[error("line {0} of the catalogue has not six columns with a number and a price")]
    Line(usize),
}

impl Category {
    pub const ALL: [Category; 5] = [
        Category::Mountain,
        Category::Road,
        Category::Touring,
        Category::Accessories,
        Category::Clothing,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            Category::Mountain => "mountain",
            Category::Road => "road",
            Category::Touring => "touring",
            Category::Accessories => "accessories",
            Category::Clothing => "clothing",
        }
    }

    pub fn of_slug(slug: &str) -> Option<Category> {
        Category::ALL.into_iter().find(|it| it.slug() == slug)
    }

    /// In the navigation.
    pub fn label(self) -> &'static str {
        match self {
            Category::Mountain => "Mountain",
            Category::Road => "Road",
            Category::Touring => "Touring",
            Category::Accessories => "Accessories",
            Category::Clothing => "Clothing",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Category::Mountain => "Mountain bikes",
            Category::Road => "Road bikes",
            Category::Touring => "Touring bikes",
            Category::Accessories => "Accessories",
            Category::Clothing => "Clothing",
        }
    }

    /// The leaf of the policy's data tree that says somebody likes it.
    pub fn interest(self) -> &'static str {
        match self {
            Category::Mountain => "interest.mountain-bikes",
            Category::Road => "interest.road-bikes",
            Category::Touring => "interest.touring-bikes",
            Category::Accessories => "interest.accessories",
            Category::Clothing => "interest.clothing",
        }
    }

    fn of(category: &str, subcategory: &str) -> Category {
        match (category, subcategory) {
            (_, "Mountain Bikes") => Category::Mountain,
            (_, "Road Bikes") => Category::Road,
            (_, "Touring Bikes") => Category::Touring,
            ("Clothing", _) => Category::Clothing,
            _ => Category::Accessories,
        }
    }
}

impl Model {
    /// The lowest price of any size.
    pub fn price(&self) -> Decimal {
        self.variants.iter().map(|it| it.price).min().unwrap_or_default()
    }

    /// `Sizes 38 to 48`, `One size`.
    pub fn sizes(&self) -> String {
        match (self.variants.first(), self.variants.last()) {
            (Some(first), Some(last)) if first.size != last.size => {
                format!("Sizes {} to {}", first.size, last.size)
            }
            (Some(only), _) if !only.size.is_empty() => format!("Size {}", only.size),
            _ => "One size".to_owned(),
        }
    }

    /// `Sizes 38 to 48 · Silver`.
    pub fn summary(&self) -> String {
        match self.colour.as_str() {
            "" | "Multi" => self.sizes(),
            colour => format!("{} · {colour}", self.sizes()),
        }
    }
}

impl Catalogue {
    /// Reads the packed table of items. Of two rows with one name, the later is on sale.
    pub fn read(packed: &[u8]) -> Result<Catalogue, CatalogueError> {
        let mut text = String::new();
        MultiGzDecoder::new(packed).read_to_string(&mut text)?;
        let mut catalogue = Catalogue::default();
        for (n, line) in text.lines().enumerate().skip(1) {
            let wrong = CatalogueError::Line(n + 1);
            catalogue.take(line).ok_or(wrong)?;
        }
        catalogue.models.iter_mut().for_each(|it| it.variants.sort_by_key(|it| order(&it.size)));
        Ok(catalogue)
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let mut cells = line.split('\t');
        let (item, name) = (cells.next()?, cells.next()?);
        let (category, subcategory) = (cells.next()?, cells.next()?);
        let (colour, price) = (cells.next()?, cells.next()?);
        // `Mountain-200 Black, 42` is a model and a size; `Sport-100 Helmet, Red` has none.
        let (model, size) = match name.split_once(", ") {
            Some((model, size)) if size != colour => (model.to_owned(), size),
            _ => (name.to_owned(), ""),
        };
        let price: Decimal = price.parse().ok()?;
        let variant = Variant {
            item: item.to_owned(),
            name: name.to_owned(),
            size: size.to_owned(),
            price: price.round_dp(2),
        };
        if let Some(it) = self.models.iter_mut().find(|it| it.name == model) {
            it.variants.retain(|it| it.name != name);
            it.variants.push(variant);
            return Some(());
        }
        self.models.push(Model {
            slug: slug(&model),
            name: model,
            category: Category::of(category, subcategory),
            subcategory: subcategory.to_owned(),
            colour: colour.to_owned(),
            variants: vec![variant],
        });
        Some(())
    }

    pub fn models(&self) -> &[Model] {
        &self.models
    }

    pub fn of(&self, category: Category) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(move |it| it.category == category)
    }

    pub fn model(&self, slug: &str) -> Option<&Model> {
        self.models.iter().find(|it| it.slug == slug)
    }

    /// A thing by its number.
    pub fn item(&self, item: &str) -> Option<(&Model, &Variant)> {
        self.models.iter().find_map(|model| {
            let variant = model.variants.iter().find(|it| it.item == item)?;
            Some((model, variant))
        })
    }
}

/// Sizes in the order people expect: numbers by size, letters from small to large.
fn order(size: &str) -> u32 {
    let letters = ["S", "M", "L", "XL"].iter().position(|it| *it == size);
    let letters = letters.and_then(|it| u32::try_from(it).ok());
    size.parse().ok().or(letters).unwrap_or(0)
}

/// A name as it stands in an address.
fn slug(name: &str) -> String {
    let lower = name.to_ascii_lowercase().replace(|it: char| !it.is_ascii_alphanumeric(), "-");
    let parts: Vec<&str> = lower.split('-').filter(|it| !it.is_empty()).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_models_in_sizes() {
        let it = Catalogue::read(crate::ITEMS).unwrap();
        let variants: usize = it.models.iter().map(|it| it.variants.len()).sum();
        // 133 rows; 16 are older prices of a thing that stands there again.
        assert_eq!((it.models.len(), variants), (46, 117));
        let model = it.model("mountain-200-black").unwrap();
        assert_eq!(model.summary(), "Sizes 38 to 46 · Black");
        assert_eq!(model.price().to_string(), "2294.99");
        let (cap, _) = it.item("225").unwrap();
        assert_eq!((cap.category, cap.summary().as_str()), (Category::Clothing, "One size"));
        let (helmet, variant) = it.item("222").unwrap();
        assert_eq!((helmet.slug.as_str(), variant.size.as_str()), ("sport-100-helmet-blue", ""));
        let slugs: std::collections::BTreeSet<_> = it.models.iter().map(|it| &it.slug).collect();
        assert_eq!(slugs.len(), it.models.len(), "two models have one address");
    }

    #[test]
    fn every_shelf_has_something_and_a_leaf_in_the_policy() {
        let it = Catalogue::read(crate::ITEMS).unwrap();
        for category in Category::ALL {
            assert!(it.of(category).next().is_some(), "{category:?}");
            let leaf = category.interest().strip_prefix("interest.").unwrap();
            assert!(crate::POLICY.contains(leaf), "{leaf}");
            assert_eq!(Category::of_slug(category.slug()), Some(category));
        }
    }
}
