//! A filter of runs as a person writes it: `bs=8 dropout=off acc>0.75 state=failed`.
//!
//! Conditions between spaces all have to hold; values between commas are alternatives. `=` and `!=` compare numbers as
//! numbers and words whole, `~` looks for a part of a word, `<`, `<=`, `>`, `>=` compare numbers. A number may end in `%`
//! or in `s`, `m`, `h`, `d` for a time. What a run does not have fulfils no condition but `!=`.

use super::nearest::suggestion;
use std::fmt;

/// What a run says about a name.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterValue {
    Missing,
    Number(f64),
    Text(String),
    /// it has several, and one that fits is enough
    Several(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Holds,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// Longer ones first: `<` begins `<=`.
const OPERATORS: [(&str, Operator); 7] = [
    ("!=", Operator::NotEqual),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("=", Operator::Equal),
    ("~", Operator::Holds),
    ("<", Operator::Less),
    (">", Operator::More),
];

#[derive(Clone, Debug, PartialEq)]
struct Condition {
    name: String,
    operator: Operator,
    values: Vec<String>,
}

/// Conditions that all have to hold. The empty one keeps everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter(Vec<Condition>);

/// Why a condition cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("filter `{given}`: {fault}")]
pub struct FilterError {
    pub given: String,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("expected a name, one of = != ~ < <= > >=, and a value, for example bs=8 or acc>0.75")]
    Shape,
    #[error("unknown name `{name}`{suggestion}; known are {known}")]
    Name { name: String, suggestion: String, known: String },
    #[error("`{value}` is not a number")]
    Number { value: String },
}

impl Filter {
    /// Reads a filter over these names.
    pub fn parse(text: &str, names: &[&str]) -> Result<Self, FilterError> {
        text.split_whitespace().map(|given| condition(given, names)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether all conditions hold of what has these values.
    pub fn keeps(&self, value: impl Fn(&str) -> FilterValue) -> bool {
        self.0.iter().all(|condition| condition.holds(&value(&condition.name)))
    }
}

/// Whether a word is meant as a condition.
pub fn is_condition(word: &str) -> bool {
    word.contains(['=', '<', '>', '~'])
}

fn condition(given: &str, names: &[&str]) -> Result<Condition, FilterError> {
    let wrong = |fault| FilterError { given: given.to_owned(), fault };
    let shape = || wrong(Fault::Shape);
    let at = given.find(['!', '=', '<', '>', '~']).ok_or_else(shape)?;
    let (name, rest) = given.split_at(at);
    let found = OPERATORS.iter().find_map(|(sign, operator)| Some((rest.strip_prefix(sign)?, *operator)));
    let (values, operator) = found.ok_or_else(shape)?;
    let values: Vec<String> = values.split(',').map(str::to_owned).collect();
    if name.is_empty() {
        return Err(shape());
    }
    if !names.contains(&name) {
        let suggestion = suggestion(name, names.iter().copied());
        return Err(wrong(Fault::Name { name: name.to_owned(), suggestion, known: names.join(", ") }));
    }
    if values.iter().any(String::is_empty) {
        return Err(shape());
    }
    if operator.is_of_numbers()
        && let Some(value) = values.iter().find(|value| number(value).is_none())
    {
        return Err(wrong(Fault::Number { value: value.clone() }));
    }
    Ok(Condition { name: name.to_owned(), operator, values })
}

impl Operator {
    fn is_of_numbers(self) -> bool {
        matches!(self, Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast)
    }
}

impl Condition {
    fn holds(&self, found: &FilterValue) -> bool {
        let any = self.values.iter().any(|value| match self.operator {
            Operator::NotEqual => Self::one(Operator::Equal, found, value),
            operator => Self::one(operator, found, value),
        });
        any != (self.operator == Operator::NotEqual)
    }

    fn one(operator: Operator, found: &FilterValue, value: &str) -> bool {
        match found {
            FilterValue::Missing => false,
            FilterValue::Number(found) => {
                let Some(wanted) = number(value) else { return false };
                match operator {
                    Operator::Equal | Operator::NotEqual => (found - wanted).abs() <= 1e-9 * wanted.abs(),
                    Operator::Holds => found.to_string().contains(value),
                    Operator::Less => *found < wanted,
                    Operator::AtMost => *found <= wanted,
                    Operator::More => *found > wanted,
                    Operator::AtLeast => *found >= wanted,
                }
            }
            FilterValue::Text(found) => match operator {
                Operator::Holds => found.to_lowercase().contains(&value.to_lowercase()),
                Operator::Equal | Operator::NotEqual => found.eq_ignore_ascii_case(value),
                // a rate where others say "on"
                _ => number(found).is_some_and(|found| Self::one(operator, &FilterValue::Number(found), value)),
            },
            FilterValue::Several(all) => {
                all.iter().any(|found| Self::one(operator, &FilterValue::Text(found.clone()), value))
            }
        }
    }
}

/// `0.75`, `75%`, `90s`, `2h`.
fn number(text: &str) -> Option<f64> {
    let units = [("%", 0.01), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86400.0)];
    let unit = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)));
    let (digits, factor) = unit.unwrap_or((text, 1.0));
    digits.parse::<f64>().ok().map(|number| number * factor).filter(|number| number.is_finite())
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, condition) in self.0.iter().enumerate() {
            let sign = OPERATORS.iter().find(|(_, operator)| *operator == condition.operator).map_or("", |(s, _)| s);
            let space = if number > 0 { " " } else { "" };
            write!(formatter, "{space}{}{sign}{}", condition.name, condition.values.join(","))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 6] = ["bs", "dropout", "acc", "state", "arm", "age"];

    fn value(name: &str) -> FilterValue {
        match name {
            "bs" => FilterValue::Number(8.0),
            "dropout" => FilterValue::Text("0.2".into()),
            "acc" => FilterValue::Number(0.8),
            "state" => FilterValue::Text("failed".into()),
            "arm" => FilterValue::Several(vec!["baseline".into(), "no-dropout".into()]),
            "age" => FilterValue::Number(5400.0),
            _ => FilterValue::Missing,
        }
    }

    #[test]
    fn conditions_mean_what_they_say() {
        for (text, kept) in [
            ("", true),
            ("bs=8 state=failed", true),
            ("bs=8 state=finished", false),
            ("bs=2,8", true),
            ("bs!=2,8", false),
            ("bs!=2", true),
            ("acc>0.75", true),
            ("acc>75% acc<=80%", true),
            ("acc>=0.81", false),
            ("dropout<0.3", true),
            ("dropout=0.2", true),
            ("dropout=off", false),
            ("arm=no-dropout", true),
            ("arm~DROP", true),
            ("arm!=no-dropout", false),
            ("age<2h age>=90m", true),
        ] {
            assert_eq!(Filter::parse(text, &NAMES).unwrap().keeps(value), kept, "{text}");
        }
    }

    #[test]
    fn what_is_not_there_fulfils_no_condition() {
        let kept = |text: &str| Filter::parse(text, &NAMES).unwrap().keeps(|_| FilterValue::Missing);
        assert!(!kept("acc>0.1") && !kept("acc<=1") && !kept("acc=0") && kept("acc!=0"));
    }

    #[test]
    fn refusals_say_what_is_expected() {
        let message = |text: &str| Filter::parse(text, &NAMES).unwrap_err().to_string();
        assert!(message("stat=failed").contains("unknown name `stat`; did you mean `state`?"));
        assert!(message("acc>high").contains("`high` is not a number"));
        for shapeless in ["failed", "=8", "bs=", "bs=2,", "bs!8"] {
            assert!(message(shapeless).contains("for example bs=8"), "{shapeless}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,80}") {
            if let Ok(filter) = Filter::parse(&text, &NAMES) {
                let _ = filter.keeps(value);
            }
        }

        #[test]
        fn a_filter_survives_being_written(
            conditions in prop::collection::vec(
                (prop::sample::select(&NAMES[..]), prop::sample::select(&OPERATORS[..]), "[0-9]{1,4}(,[0-9]{1,3}%?)?"),
                0..5,
            )
        ) {
            let text: Vec<String> =
                conditions.iter().map(|(name, (sign, _), values)| format!("{name}{sign}{values}")).collect();
            let filter = Filter::parse(&text.join("  "), &NAMES).unwrap();
            prop_assert_eq!(filter.to_string(), text.join(" "));
            prop_assert_eq!(Filter::parse(&filter.to_string(), &NAMES).unwrap(), filter);
        }
    }
}
