//! Encodes a sentence piece by piece, only as far as needed, so that the cost of a text of many megabytes depends on the part
//! that is used.

use crate::data::DataError;
use tokenizers::normalizers::NormalizerWrapper;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::{Error, Tokenizer};

/// Minimum bytes of a piece. Nearly every sentence is a single piece.
const PIECE: usize = 1 << 13;

pub struct Sentence<'t> {
    tokenizer: &'t Tokenizer,
    /// bytes after which a piece ends at the next space
    piece: usize,
    /// the part that is not encoded yet
    rest: &'t str,
    tokens: Vec<u32>,
}

impl<'t> Sentence<'t> {
    /// `in_pieces` needs a tokenizer that [`splits_at_spaces`]; else the whole text is one piece.
    pub fn new(tokenizer: &'t Tokenizer, text: &'t str, in_pieces: bool) -> Self {
        Self::in_pieces_of(tokenizer, text, if in_pieces { PIECE } else { text.len() })
    }

    pub fn in_pieces_of(tokenizer: &'t Tokenizer, text: &'t str, piece: usize) -> Self {
        Self { tokenizer, piece, rest: text, tokens: Vec::new() }
    }

    /// The number of tokens so far.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub fn is_whole(&self) -> bool {
        self.rest.is_empty()
    }

    /// Encodes the next piece.
    pub fn grow(&mut self) -> Result<(), DataError> {
        let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let bytes = self.rest.as_bytes();
        let end = bytes.iter().skip(self.piece).position(space).map_or(bytes.len(), |place| self.piece + place);
        let (piece, rest) = self.rest.split_at(end);
        self.rest = rest;
        let failed = |error: Error| DataError::Tokenizer { place: "the tokenizer".into(), message: error.to_string() };
        self.tokens.extend(self.tokenizer.encode_fast(piece, false).map_err(failed)?.get_ids());
        Ok(())
    }

    /// Encodes until there are this many tokens, or all.
    pub fn reach(&mut self, count: usize) -> Result<(), DataError> {
        while self.len() < count && !self.is_whole() {
            self.grow()?;
        }
        Ok(())
    }

    pub fn finish(&mut self) -> Result<(), DataError> {
        self.reach(usize::MAX)
    }

    /// The first tokens, at most `count`.
    pub fn first(&self, count: usize) -> &[u32] {
        &self.tokens[..count.min(self.len())]
    }

    /// The last tokens of a completely encoded sentence, at most `count`.
    pub fn last(&self, count: usize) -> &[u32] {
        &self.tokens[self.len().saturating_sub(count)..]
    }
}

/// Whether the pieces between spaces can be encoded separately: no step depends on text across a space.
pub fn splits_at_spaces(tokenizer: &Tokenizer) -> bool {
    let normalizes = matches!(tokenizer.get_normalizer(), None | Some(NormalizerWrapper::BertNormalizer(_)));
    let splits = matches!(tokenizer.get_pre_tokenizer(), Some(PreTokenizerWrapper::BertPreTokenizer(_)));
    let added = tokenizer.get_added_tokens_decoder();
    normalizes && splits && !added.values().any(|token| token.content.contains(char::is_whitespace))
}
