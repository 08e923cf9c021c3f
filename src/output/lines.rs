//! Sentences in lines that fit the terminal.

use unicode_width::UnicodeWidthStr;

use super::style::Look;

/// A sentence behind its label, its further lines below each other.
pub fn labelled(label: &str, text: &str, look: &Look) -> String {
    let lead = format!("  {label:<8} ");
    hanging(&lead, lead.width(), text, look)
}

/// A sentence behind a lead, its further lines at `indent`.
pub fn hanging(lead: &str, indent: usize, text: &str, look: &Look) -> String {
    let mut page = String::new();
    for (at, line) in wrap(text, look.width, indent, lead.width()).iter().enumerate() {
        let before = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
        page.push_str(format!("{before}{line}").trim_end());
        page.push('\n');
    }
    page
}

/// A text from elsewhere behind a lead, as the terminal can show it.
pub fn quoted(lead: &str, indent: usize, text: &str, look: &Look) -> String {
    hanging(lead, indent, &look.shown(text), look)
}

/// A command line in lines that a shell reads as one, where it would be wider than `width`.
pub fn folded(command: &str, indent: usize, width: usize) -> String {
    // What follows the first line is indented twice, and each but the last ends with a backslash.
    let further = indent + 4;
    let lines = wrap(command, width.saturating_sub(2), further, indent);
    let separator = format!(" \\\n{:further$}", "");
    format!("{:indent$}{}\n", "", lines.join(&separator))
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

    #[test]
    fn a_folded_command_is_one_for_a_shell() {
        let command = "aws-ecs-preflight verify taskdef.json --expect-account 111122223333 -o text";
        assert_eq!(folded(command, 2, 80), format!("  {command}\n"));
        let folded = folded(command, 2, 40);
        assert_eq!(
            folded,
            "  aws-ecs-preflight verify \\\n      taskdef.json --expect-account \\\n      111122223333 -o text\n"
        );
        assert!(folded.lines().all(|line| line.len() <= 40), "{folded}");
        let joined = folded.replace("\\\n", "");
        assert_eq!(joined.split_whitespace().collect::<Vec<_>>().join(" "), command);
    }
}
