//! Things side by side: a drawing, a name, a price, and where one was chosen, why.

use maud::{Markup, html};

use super::frame::money;
use crate::art;
use crate::catalogue::Model;

/// A grid of models; headings are one level below the page's.
pub fn grid<'a>(models: impl Iterator<Item = &'a Model>) -> Markup {
    html! {
        ul.grid {
            @for model in models {
                li.thing {
                    a href={ "/p/" (model.slug) } { (picture(model)) span.name { (model.name) } }
                    p.summary { (model.summary()) }
                    p.price { (money(model.price())) }
                }
            }
        }
    }
}

/// A drawing on its quiet ground.
pub fn picture(model: &Model) -> Markup {
    html! { span.picture { (art::drawing(model)) } }
}
