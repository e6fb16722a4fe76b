//! Invented names of towns, people, companies and countries, each put together from a beginning
//! and an ending. The vocabulary holds the halves, not the names, so that every name is read in
//! pieces. It does not know who is named for what.

use super::random::Random;

const GIVEN_NAMES: [&str; 16] = [
    "Anna", "Carl", "Dana", "Frank", "Grace", "Henry", "Irene", "Jack", "Laura", "Martin", "Nina", "Oscar", "Paul",
    "Ruth", "Simon", "Tessa",
];

pub const TOWNS: Halves = Halves {
    beginnings: &["Bren", "Dal", "Fen", "Gor", "Harl", "Kel", "Lorn", "Mell", "Pell", "Tarn", "Wend", "Yelm"],
    endings: &["brook", "bury", "combe", "field", "ford", "holm", "mouth", "port", "stead", "wick"],
};

pub const SURNAMES: Halves = Halves {
    beginnings: &[
        "Bar", "Cor", "Dren", "Fal", "Gris", "Hal", "Kess", "Lam", "Mor", "Pren", "Rusk", "Sten", "Tol", "Vand", "Wy",
        "Zel",
    ],
    endings: &["beck", "by", "dane", "gren", "kin", "lock", "man", "mond", "rick", "strom", "well", "wyn"],
};

pub const COMPANIES: Halves = Halves {
    beginnings: &["Brim", "Calb", "Dorv", "Kerr", "Norv", "Pold", "Quil", "Synd", "Tarv", "Veld", "Zorb"],
    endings: &["ane", "ex", "ico", "ium", "ora"],
};

pub const COUNTRIES: Halves = Halves {
    beginnings: &["Bel", "Dran", "Kor", "Mar", "Ost", "Sar", "Tol", "Val"],
    endings: &["avia", "dova", "enia", "mark", "oria"],
};

/// Beginnings and endings, any two of which make a name.
pub struct Halves {
    pub beginnings: &'static [&'static str],
    pub endings: &'static [&'static str],
}

impl Halves {
    fn draw(&self, random: &mut Random) -> String {
        format!("{}{}", random.pick(self.beginnings), random.pick(self.endings))
    }
}

/// All halves of names, and given names, which are never put together.
pub fn halves() -> [&'static Halves; 4] {
    [&TOWNS, &SURNAMES, &COMPANIES, &COUNTRIES]
}

pub fn given_names() -> &'static [&'static str] {
    &GIVEN_NAMES
}

pub fn town(random: &mut Random) -> String {
    TOWNS.draw(random)
}

pub fn company(random: &mut Random) -> String {
    COMPANIES.draw(random)
}

pub fn country(random: &mut Random) -> String {
    COUNTRIES.draw(random)
}

/// A person, with the given name told now and then. The surname settles the given name, so that
/// two people are never told apart by the part that one of the sentences leaves out.
pub fn person(random: &mut Random) -> String {
    let surname = SURNAMES.draw(random);
    let letters: usize = surname.bytes().map(usize::from).sum();
    let given_name = GIVEN_NAMES[letters % GIVEN_NAMES.len()];
    format!("({given_name} |||){surname}")
}
