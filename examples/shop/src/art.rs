//! Drawings of what is sold: a few lines each, coloured by classes so that dark mode can change
//! them. They say nothing that the words beside them don't, so screen readers pass them over.

use maud::{Markup, html};

use crate::catalogue::{Category, Model};

/// The drawing of a model.
pub fn drawing(model: &Model) -> Markup {
    let colour = tint(&model.colour);
    let shape = match (model.category, model.subcategory.as_str()) {
        (Category::Mountain, _) => bike(Handlebar::Flat, Extras::Suspension),
        (Category::Road, _) => bike(Handlebar::Drop, Extras::None),
        (Category::Touring, _) => bike(Handlebar::Drop, Extras::Panniers),
        (_, "Helmets") => helmet(),
        (_, "Bottles and Cages") if model.name.starts_with("Water") => bottle(),
        (_, "Bottles and Cages") => cage(),
        (_, "Tires and Tubes") if model.name.contains("Tube") => tube(),
        (_, "Tires and Tubes") if model.name.contains("Patch") => patches(),
        (_, "Tires and Tubes") => tyre(),
        (_, "Bike Racks" | "Bike Stands") => stand(),
        (_, "Cleaners") => bottle(),
        (_, "Fenders") => fender(),
        (_, "Hydration Packs") => pack(),
        (_, "Caps") => cap(),
        (_, "Gloves") => glove(),
        (_, "Shorts") => shorts(),
        (_, "Socks") => socks(),
        (_, "Vests") => vest(),
        (_, "Jerseys") => jersey(model.name.contains("Long")),
        _ => tyre(),
    };
    html! {
        svg class={ "art " (colour) } viewBox="0 0 250 172" aria-hidden="true" focusable="false" { (shape) }
    }
}

/// The class that gives the paint.
fn tint(colour: &str) -> &'static str {
    match colour {
        "Red" => "red",
        "Blue" => "blue",
        "Black" => "black",
        "Silver" => "silver",
        "Yellow" => "yellow",
        "White" => "white",
        "Multi" => "multi",
        _ => "plain",
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Handlebar {
    Flat,
    Drop,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Extras {
    None,
    Suspension,
    Panniers,
}

fn bike(bar: Handlebar, extras: Extras) -> Markup {
    let spokes = "M-33 0H33M0 -33V33M-23.3 -23.3L23.3 23.3M-23.3 23.3L23.3 -23.3\
                  M-30.5 -12.6L30.5 12.6M-30.5 12.6L30.5 -12.6M-12.6 -30.5L12.6 30.5M-12.6 30.5L12.6 -30.5";
    html! {
        @for x in ["64", "186"] {
            g transform={ "translate(" (x) " 112)" } {
                path class="spokes" d=(spokes) {}
                circle class=(if bar == Handlebar::Flat { "tyre fat" } else { "tyre" }) r="36" {}
            }
        }
        @if extras == Extras::Panniers {
            path class="line thin" d="M46 74H100M30 92A40 40 0 0 1 88 80" {}
            path class="bag" d="M42 78H82L78 112H48Z" {}
        }
        path class="frame" d="M64 112L103 62L115 114Z M103 62L165 53L115 114 M103 62L100 50" {}
        @match bar {
            Handlebar::Flat => path class="frame" d="M162 46L168 64" {},
            Handlebar::Drop => path class="frame" d="M163 46L168 64L186 112" {},
        }
        @if bar == Handlebar::Flat { path class="line" d="M168 64L186 112" {} }
        @if extras == Extras::Suspension {
            path class="shine" d="M170 68L178 90" {}
            path class="line" d="M109 84L140 74" {}
        }
        path class="line" d="M100 52L98 43" {}
        path class="saddle" d="M86 40Q98 37 112 40Q106 45 98 45Q90 44 86 40Z" {}
        @match bar {
            Handlebar::Flat => path class="line" d="M163 48L160 37M149 34L160 37L176 33" {},
            Handlebar::Drop => path class="line" d="M163 48L160 35M160 35H178Q188 37 185 46Q181 52 173 49" {},
        }
        circle class="line open" cx="115" cy="114" r="9" {}
        path class="line thin" d="M111 105L120 128" {}
        circle class="hub" cx="64" cy="112" r="4" {}
        circle class="hub" cx="186" cy="112" r="4" {}
    }
}

fn helmet() -> Markup {
    html! {
        path class="body" d="M62 112C60 66 96 46 132 48C170 50 192 78 190 112Z" {}
        path class="cut" d="M86 98C88 76 100 66 112 64M116 100C116 80 124 68 136 66M148 100C150 84 156 76 166 76" {}
        path class="line thin" d="M76 112L104 144L150 112" {}
    }
}

fn bottle() -> Markup {
    html! {
        path class="body" d="M102 62H148Q152 70 150 84Q147 90 150 98V140Q150 146 144 146H106Q100 146 100 140V98Q103 90 100 84Q98 70 102 62Z" {}
        path class="line fill" d="M110 50H140V60H110Z M118 40H132V50H118Z" {}
        path class="cut" d="M108 110H142M108 122H142" {}
    }
}

fn cage() -> Markup {
    html! {
        path class="line" d="M104 38V128Q104 140 116 140H136Q148 140 148 128V70M104 70Q126 82 148 70M104 104Q126 116 148 104M126 140V38" {}
        circle class="hub" cx="126" cy="60" r="4" {}
        circle class="hub" cx="126" cy="96" r="4" {}
    }
}

fn tyre() -> Markup {
    html! {
        circle class="tyre wide" cx="125" cy="90" r="54" {}
        circle class="tread" cx="125" cy="90" r="60" {}
        circle class="line thin open" cx="125" cy="90" r="46" {}
    }
}

fn tube() -> Markup {
    html! {
        circle class="line open" cx="125" cy="92" r="50" {}
        circle class="line open" cx="125" cy="92" r="40" {}
        path class="line" d="M125 52V70" {}
        circle class="hub" cx="125" cy="72" r="4" {}
    }
}

fn patches() -> Markup {
    html! {
        path class="body" d="M72 60H178Q182 60 182 64V126Q182 130 178 130H72Q68 130 68 126V64Q68 60 72 60Z" {}
        path class="cut" d="M92 82a13 13 0 1 0 .1 0M128 82a13 13 0 1 0 .1 0M158 84H170V106H158Z" {}
    }
}

fn stand() -> Markup {
    html! {
        path class="line" d="M125 144V52M125 144L86 152M125 144L164 152M125 60L176 48M176 40V58" {}
        path class="frame" d="M125 96V70" {}
        circle class="hub" cx="125" cy="60" r="6" {}
    }
}

fn fender() -> Markup {
    html! {
        path class="frame" d="M58 122A58 58 0 0 1 120 60" {}
        path class="frame" d="M134 122A58 58 0 0 1 196 60" {}
        path class="line thin" d="M58 122L104 122M120 60L104 122M134 122L180 122M196 60L180 122" {}
    }
}

fn pack() -> Markup {
    html! {
        path class="line" d="M92 62Q76 84 84 130M158 62Q174 84 166 130" {}
        path class="body" d="M96 58Q96 42 125 42Q154 42 154 58V136Q154 146 144 146H106Q96 146 96 136Z" {}
        path class="cut" d="M104 92H146M104 120H146M125 42V58" {}
    }
}

fn cap() -> Markup {
    html! {
        path class="body" d="M70 108Q70 58 122 58Q170 58 172 108Z" {}
        path class="line fill" d="M150 104Q196 102 206 120Q176 116 150 116Z" {}
        path class="cut" d="M122 58V108" {}
    }
}

fn glove() -> Markup {
    html! {
        path class="body" d="M94 146V96L84 78Q82 68 92 70L106 86V58Q112 50 118 58V82V50Q124 44 130 50V82V54Q137 48 142 56V86V66Q150 62 154 70V112L146 146Z" {}
        path class="cut" d="M96 128H148" {}
    }
}

fn shorts() -> Markup {
    html! {
        path class="body" d="M86 50H164L182 138H134L125 88L116 138H68Z" {}
        path class="cut" d="M88 62H162M74 124L114 126M176 124L136 126" {}
    }
}

fn socks() -> Markup {
    html! {
        path class="body" d="M84 44H118V104L96 136Q84 146 74 136Q68 128 78 116L84 100Z" {}
        path class="body" d="M138 44H172V104L150 136Q138 146 128 136Q122 128 132 116L138 100Z" {}
        path class="cut" d="M86 58H116M140 58H170" {}
    }
}

fn vest() -> Markup {
    html! {
        path class="body" d="M92 44Q125 66 158 44L166 76Q156 92 160 144H90Q94 92 84 76Z" {}
        path class="cut" d="M125 58V144M98 116H118M132 116H152" {}
    }
}

fn jersey(long: bool) -> Markup {
    let sleeves = if long {
        "M90 46Q125 66 160 46L194 128L174 136L158 96V146H92V96L76 136L56 128Z"
    } else {
        "M90 46Q125 66 160 46L192 82L172 100L158 88V146H92V88L78 100L58 82Z"
    };
    html! {
        path class="body" d=(sleeves) {}
        path class="cut" d="M125 56V92M94 118H156" {}
    }
}
