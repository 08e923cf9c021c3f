//! A text reduced to its letters and digits, in lower case. Wrapped lines, quotes of every kind and punctuation
//! make no difference then.

/// So many places where a text was cut off are looked at.
const CUTS: usize = 200;

/// A text and its letters.
pub(super) struct Squeezed<'t> {
    /// The text.
    pub text: &'t str,
    /// Its letters and digits.
    pub letters: String,
    /// Where each of them is in the text.
    places: Vec<usize>,
    /// Whether each of them begins a word.
    begins: Vec<bool>,
    /// Before which letters the text was cut off, and its end.
    pub cuts: Vec<usize>,
}

impl<'t> Squeezed<'t> {
    pub(super) fn of(text: &'t str) -> Squeezed<'t> {
        let mut it = Squeezed {
            text,
            letters: String::with_capacity(text.len()),
            places: Vec::with_capacity(text.len()),
            begins: Vec::with_capacity(text.len()),
            cuts: Vec::new(),
        };
        let (mut dots, mut is_inside) = (0, false);
        for (place, letter) in text.char_indices() {
            if letter.is_ascii_alphanumeric() {
                it.letters.push(letter.to_ascii_lowercase());
                it.places.push(place);
                it.begins.push(!is_inside);
            }
            is_inside = letter.is_ascii_alphanumeric();
            dots = if letter == '.' { dots + 1 } else { 0 };
            if (dots == 3 || letter == '…') && it.cuts.len() < CUTS {
                it.cuts.push(it.letters.len());
            }
        }
        it.cuts.push(it.letters.len());
        it.cuts.dedup();
        it
    }

    /// Whether a word begins here, or the text ends.
    pub(super) fn begins_word(&self, at: usize) -> bool {
        self.begins.get(at).copied().unwrap_or(true)
    }

    /// The text between two letters.
    pub(super) fn between(&self, start: usize, end: usize) -> &'t str {
        let from = self.places.get(start).copied().unwrap_or(self.text.len());
        let last = end.checked_sub(1).and_then(|it| self.places.get(it));
        let to = last.map_or(from, |it| it + 1).max(from);
        self.text.get(from..to).unwrap_or_default()
    }

    /// The place in the text of a letter.
    pub(super) fn place(&self, letter: usize) -> usize {
        self.places.get(letter).copied().unwrap_or(self.text.len())
    }
}
