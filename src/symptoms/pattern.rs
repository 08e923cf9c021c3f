//! A text of AWS with holes for what varies.

use super::squeezed::Squeezed;

/// How many letters a hole may hold.
const REACH: usize = 700;
/// Pieces up to this length must be whole words.
const SHORT: usize = 12;
/// So many letters at least make a piece that was cut off.
const CUT_PIECE: usize = 7;
/// So many suffice, if they are less than two fifths of the piece.
const CUT_WORDS: usize = 14;
/// So many letters at least make a text that was cut off, if they are most of it.
const CUT_TEXT: usize = 16;
/// So many suffice.
const CUT_LONG: usize = 26;
/// So many of one phrase suffice.
const CUT_PHRASE: usize = 20;

/// The pieces of a text between its holes, as letters.
#[derive(Debug)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    letters: usize,
}

#[derive(Debug, Default)]
struct Piece {
    letters: String,
    /// It may begin inside a word: a hole is directly before it.
    is_suffix: bool,
    /// It may end inside a word: `CannotPull...`.
    is_prefix: bool,
}

/// Where a pattern was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub start: usize,
    pub end: usize,
    /// How many letters of the pattern were found.
    pub letters: usize,
    /// The text ends before the pattern does.
    pub is_cut: bool,
}

impl Pattern {
    /// Holes are `<name>` and `...`. Without a blank before a hole, the word goes on: `CannotPull...`.
    pub(super) fn of(text: &str) -> Pattern {
        let (mut pieces, mut piece) = (Vec::new(), Piece::default());
        let (mut rest, mut is_inside) = (without_exception(text), false);
        while let Some(letter) = rest.chars().next() {
            let hole = hole(rest);
            if hole > 0 {
                piece.is_prefix = is_inside;
                rest = &rest[hole..];
                let is_suffix = rest.starts_with(|it: char| it.is_ascii_alphanumeric());
                pieces.push(std::mem::replace(&mut piece, Piece { is_suffix, ..Piece::default() }));
                is_inside = false;
                continue;
            }
            is_inside = letter.is_ascii_alphanumeric();
            if is_inside {
                piece.letters.push(letter.to_ascii_lowercase());
            }
            rest = &rest[letter.len_utf8()..];
        }
        pieces.push(piece);
        pieces.retain(|piece| !piece.letters.is_empty());
        let letters = pieces.iter().map(|it| it.letters.len()).sum();
        Pattern { pieces, letters }
    }

    /// How many letters it has.
    pub(super) fn letters(&self) -> usize {
        self.letters
    }

    /// The first place where it is in the text.
    pub(super) fn find(&self, text: &Squeezed) -> Option<Match> {
        let (first, rest) = self.pieces.split_first()?;
        let mut from = 0;
        let mut cut = None;
        while let Some(start) = find_piece(first, text, from, text.letters.len()) {
            match follow(start, start + first.letters.len(), rest, text) {
                Ok(end) => return Some(Match { start, end, letters: self.letters, is_cut: false }),
                Err(short) => cut = cut.or(self.long_enough(short)),
            }
            from = start + 1;
        }
        cut.or_else(|| {
            let (start, end) = text.cuts.iter().find_map(|at| cut_off(first, text, 0, *at))?;
            self.long_enough(Some(Match { start, end, letters: end - start, is_cut: true }))
        })
    }

    fn long_enough(&self, cut: Option<Match>) -> Option<Match> {
        let is_most = |it: &Match| it.letters >= CUT_TEXT && it.letters * 4 >= self.letters * 3;
        let long = if self.pieces.len() == 1 { CUT_PHRASE } else { CUT_LONG };
        cut.filter(|it| it.letters >= long || is_most(it))
    }
}

/// The end of the last piece; or what there is of them before the text is cut off.
fn follow(
    start: usize,
    end: usize,
    pieces: &[Piece],
    text: &Squeezed,
) -> Result<usize, Option<Match>> {
    let mut letters = end - start;
    let mut end = end;
    for piece in pieces {
        match find_piece(piece, text, end, end + REACH) {
            Some(at) => end = at + piece.letters.len(),
            None => {
                let near = |cut: &&usize| **cut >= end && **cut <= end + REACH;
                let cut =
                    text.cuts.iter().filter(near).find_map(|cut| cut_off(piece, text, end, *cut));
                return Err(cut.map(|(from, to)| {
                    letters += to - from;
                    Match { start, end: to, letters, is_cut: true }
                }));
            }
        }
        letters += piece.letters.len();
    }
    Ok(end)
}

fn find_piece(piece: &Piece, text: &Squeezed, from: usize, to: usize) -> Option<usize> {
    let length = piece.letters.len();
    let to = to.saturating_add(length).min(text.letters.len());
    let mut from = from;
    loop {
        let at = from + text.letters.get(from..to)?.find(&piece.letters)?;
        let begins = piece.is_suffix || text.begins_word(at);
        let ends = piece.is_prefix || text.begins_word(at + length);
        if length > SHORT || begins && ends {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The beginning of a piece, not all of it, directly before a cut.
fn cut_off(piece: &Piece, text: &Squeezed, from: usize, cut: usize) -> Option<(usize, usize)> {
    let longest = piece.letters.len().saturating_sub(1).min(cut.saturating_sub(from));
    let before = text.letters.get(..cut)?;
    let found = (CUT_PIECE..=longest).rev().find(|n| before.ends_with(&piece.letters[..*n]))?;
    // A word or two may begin anything.
    if found < CUT_WORDS && found * 5 < piece.letters.len() * 2 {
        return None;
    }
    Some((cut - found, cut))
}

/// The length of the hole that a text begins with; 0 if there is none.
fn hole(text: &str) -> usize {
    if text.starts_with("...") {
        return 3;
    }
    let Some(name) = text.strip_prefix('<') else { return 0 };
    match name.find('>') {
        Some(end) if end > 0 && !name[..end].contains(' ') => end + 2,
        _ => 0,
    }
}

/// Without the name of an exception of the API, which is written in several ways.
fn without_exception(text: &str) -> &str {
    match text.split_once(": ") {
        Some((name, rest)) if name.ends_with("Exception") && !name.contains(' ') => rest,
        _ => text,
    }
}
