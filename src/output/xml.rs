//! Text in XML and HTML.

/// `text` escaped for an element or a quoted attribute.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML has no way to write these, not even escaped (https://www.w3.org/TR/xml/#charsets).
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => {
                escaped.push('\u{fffd}');
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_in_a_text_ends_an_element_an_attribute_or_a_section() {
        let text = "a<b>&\"'c ]]> \u{0}\u{1b}\u{ffff}\r\n";
        assert_eq!(
            escaped(text),
            "a&lt;b&gt;&amp;&quot;&#39;c ]]&gt; \u{fffd}\u{fffd}\u{fffd}\u{fffd}\n"
        );
    }
}
