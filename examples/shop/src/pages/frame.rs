//! What stands around every page: head, navigation, foot.

use maud::{DOCTYPE, Markup, html};
use rust_decimal::Decimal;

use super::Guest;
use crate::catalogue::Category;
use crate::router::Shop;

/// A page with its title. `here` is the shelf it belongs to.
pub fn frame(
    (shop, guest): (&Shop, &Guest),
    (title, here): (&str, Option<Category>),
    main: &Markup,
) -> Markup {
    let basket = match guest.visitor.basket.count() {
        0 => "Basket".to_owned(),
        count => format!("Basket ({count})"),
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " · Ridgeline Bikes" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="handshake-key" content=(shop.handshake.settings().publishable);
                link rel="stylesheet" href="/handshake.css";
                link rel="stylesheet" href="/shop.css";
                link rel="icon" type="image/svg+xml" href="/favicon.svg";
                script type="module" src="/shop.js" {}
            }
            body {
                a.skip href="#main" { "Skip to the page" }
                header {
                    p.fictional { "Fictional shop. Nothing is for sale, and most riders are simulated." }
                    div.top {
                        a.brand href="/" { strong { "Ridgeline" } " Bikes" }
                        nav.shelves aria-label="Shelves" {
                            ul {
                                @for it in Category::ALL {
                                    li { a href={ "/c/" (it.slug()) } aria-current=[(here == Some(it)).then_some("page")] { (it.label()) } }
                                }
                            }
                        }
                        nav.own aria-label="Yours" {
                            ul {
                                li { a href="/my-deal" { "Your deal" } }
                                li { a href="/sign-in" { @if guest.visitor.customer.is_some() { "Signed in" } @else { "Sign in" } } }
                                li { a href="/basket" { (basket) } }
                            }
                        }
                    }
                }
                main #main { (main) }
                footer {
                    p {
                        "Ridgeline Bikes Ltd is invented. It asks before it uses what it knows of you: "
                        a href="/my-deal" { "your deal" } ". What it does with data, all of it: "
                        a href="/policy" { "the policy" } "."
                    }
                }
            }
        }
    }
}

/// An amount as people read it: `€2,294.99`, `€120`.
pub fn money(amount: Decimal) -> String {
    let text = format!("{:.2}", amount.round_dp(2));
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n != 0 && (whole.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match cents {
        "00" => format!("€{grouped}"),
        cents => format!("€{grouped}.{cents}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped() {
        for (amount, said) in [
            ("2294.99", "€2,294.99"),
            ("120.0", "€120"),
            ("8.99", "€8.99"),
            ("1000000", "€1,000,000"),
        ] {
            assert_eq!(money(amount.parse().unwrap()), said);
        }
    }
}
