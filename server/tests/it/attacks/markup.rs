//! What a browser would take for markup, read as it reads.

/// What of these words a browser would take for markup, if anything: it reads the page as a browser does.
pub(crate) fn as_markup(page: &str) -> Option<String> {
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            continue;
        }
        let (tag, attributes, after) = read_tag(rest);
        rest = after;
        let hostile = |(name, value): &(String, String)| {
            name.starts_with("on") || name.contains("i9q") || value.starts_with("javascript:")
        };
        if tag == "i9q" || attributes.iter().any(hostile) {
            return Some(format!("<{tag} {attributes:?}>"));
        }
        // What is in these is no markup, up to their end.
        if ["script", "style", "textarea", "title"].contains(&tag.as_str()) {
            let end = format!("</{tag}");
            rest = rest.to_ascii_lowercase().find(&end).map_or("", |at| &rest[at..]);
        }
    }
    None
}

/// From behind its `<`: the name of a tag, its attributes, and what comes after it.
fn read_tag(text: &str) -> (String, Vec<(String, String)>, &str) {
    let ends = |letter: char| letter.is_ascii_whitespace() || letter == '/' || letter == '>';
    let (tag, mut rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
    let mut attributes = vec![];
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (tag.to_ascii_lowercase(), attributes, rest);
        }
        let (name, after) = rest.split_at(rest.find(|letter| ends(letter) || letter == '=').unwrap_or(rest.len()));
        let (value, after) = match after.strip_prefix('=') {
            None => ("", after),
            Some(value) if value.starts_with(['"', '\'']) => value[1..].split_once(&value[..1]).unwrap_or((value, "")),
            Some(value) => value.split_at(
                value.find(|letter: char| letter.is_ascii_whitespace() || letter == '>').unwrap_or(value.len()),
            ),
        };
        attributes.push((name.to_ascii_lowercase(), value.trim().to_ascii_lowercase()));
        rest = after;
    }
}

#[test]
fn markup_is_told_from_words() {
    for hostile in
        ["<p>a<i9q>b", "<a title=\"\" onfocus=i9q x>", "<a href='javascript:i9q'>", "<textarea></textarea><i9q>"]
    {
        assert!(as_markup(hostile).is_some(), "{hostile}");
    }
    for harmless in
        ["\" onfocus=i9q &lt;i9q>", "<a title=\"' onblur=i9q <i9q\">", "<textarea><i9q></textarea>", "<!--<i9q-->"]
    {
        assert_eq!(as_markup(harmless), None, "{harmless}");
    }
}
