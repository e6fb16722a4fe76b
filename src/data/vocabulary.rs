//! A vocabulary of word pieces, trained on text (Schuster, Nakajima 2012), as the lines of an uncased `vocab.txt`.

use super::DataError;
use std::collections::BTreeSet;
use tokenizers::models::TrainerWrapper;
use tokenizers::models::wordpiece::{WordPiece, WordPieceTrainerBuilder};
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::{AddedToken, NormalizedString, Normalizer, Tokenizer};

const MARKS: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
/// Prefix of a piece inside a word.
const CONTINUATION: &str = "##";

/// Trains about `size` pieces. Every character of the text is a piece, and every letter and digit also as a continuation.
/// Digits are never joined, so that numbers are split into digits.
pub fn train_vocabulary(texts: &[&str], size: usize) -> Result<String, DataError> {
    let failed = |error: tokenizers::Error| DataError::Vocabulary { message: error.to_string() };
    let normalizer = BertNormalizer::new(true, true, None, true);
    let mut characters: BTreeSet<char> = ('0'..='9').collect();
    for &text in texts {
        let mut text = NormalizedString::from(text);
        normalizer.normalize(&mut text).map_err(failed)?;
        characters.extend(text.get().chars().filter(|found| !found.is_whitespace()));
    }
    let within =
        characters.iter().filter(|found| found.is_alphanumeric()).map(|found| format!("{CONTINUATION}{found}"));
    // in a fixed order: the trainer would number characters in hash order and break ties by number
    let given = MARKS.map(str::to_owned).into_iter().chain(characters.iter().map(char::to_string)).chain(within);
    let trainer = WordPieceTrainerBuilder::new()
        .vocab_size(size)
        .show_progress(false)
        .special_tokens(given.map(|piece| AddedToken::from(piece, true)).collect())
        .build();

    let mut tokenizer = Tokenizer::new(WordPiece::default());
    tokenizer.with_normalizer(Some(normalizer)).map_err(failed)?;
    let apart: [PreTokenizerWrapper; 2] = [BertPreTokenizer.into(), Digits::new(true).into()];
    tokenizer.with_pre_tokenizer(Some(Sequence::new(apart.into())));
    tokenizer.train(&mut TrainerWrapper::from(trainer), texts.iter()).map_err(failed)?;
    let mut numbered: Vec<(u32, String)> =
        tokenizer.get_vocab(true).into_iter().map(|(piece, number)| (number, piece)).collect();
    numbered.sort_unstable();
    let lines: Vec<String> = numbered.into_iter().map(|(_, piece)| piece).collect();
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::PairTokenizer;

    const TEXT: [&str; 3] = ["Profit rose 24 percent in 1999.", "Profits of 24 firms rose!", "The firm's profit"];

    #[test]
    fn the_text_it_was_trained_on_needs_no_unknown_word() {
        let vocabulary = train_vocabulary(&TEXT, 60).unwrap();
        assert_eq!(vocabulary, train_vocabulary(&TEXT, 60).unwrap());
        let tokenizer = PairTokenizer::from_vocabulary("vocab.txt", vocabulary.as_bytes(), true, 128).unwrap();
        let unknown = tokenizer.special("[UNK]").unwrap();
        for text in TEXT {
            let (tokens, _) = tokenizer.encode(text, Some("profits rise 8601")).unwrap();
            assert!(!tokens.contains(&unknown), "{text}: {tokens:?} by\n{vocabulary}");
        }
    }

    #[test]
    fn words_become_whole_pieces_and_digits_stay_apart() {
        let vocabulary = train_vocabulary(&TEXT, 90).unwrap();
        assert_eq!(vocabulary.lines().take(5).collect::<Vec<_>>(), MARKS);
        assert!(vocabulary.lines().any(|piece| piece == "profit"), "{vocabulary}");
        let digits = |piece: &str| piece.chars().filter(char::is_ascii_digit).count();
        assert!(vocabulary.lines().all(|piece| digits(piece) < 2), "{vocabulary}");
        let distinct: BTreeSet<&str> = vocabulary.lines().collect();
        assert_eq!(distinct.len(), vocabulary.lines().count());
    }
}
