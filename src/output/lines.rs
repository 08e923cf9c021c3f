//! Sentences in lines that fit the terminal.

use unicode_width::UnicodeWidthStr;

use super::style::Look;

/// A sentence behind its label, its further lines below each other.
pub fn labelled(label: &str, text: &str, look: &Look) -> String {
    let lead = format!("  {label:<8} ");
    let lines = wrap(text, look.width, lead.width(), lead.width());
    let mut page = String::new();
    for (at, line) in lines.iter().enumerate() {
        let before = if at == 0 { lead.clone() } else { " ".repeat(lead.width()) };
        page.push_str(&format!("{before}{line}\n"));
    }
    page
}

/// Breaks a text into lines: the first after `lead` columns, the others after `indent`.
pub(super) fn wrap(text: &str, width: usize, indent: usize, lead: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = lead;
    for word in text.split_whitespace() {
        let current = lines.len() - 1;
        let gap = usize::from(!lines[current].is_empty());
        if column + gap + word.width() > width && (gap == 1 || column > indent) {
            lines.push(word.to_owned());
            column = indent + word.width();
        } else {
            if gap == 1 {
                lines[current].push(' ');
            }
            lines[current].push_str(word);
            column += gap + word.width();
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_to_its_column() {
        let mut look = Look::plain();
        look.width = 40;
        let text = labelled("because", "no identity policy has a statement that allows it", &look);
        assert_eq!(
            text,
            "  because  no identity policy has a\n           statement that allows it\n"
        );
    }
}
