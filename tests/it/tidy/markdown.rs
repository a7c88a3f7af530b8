//! Markdown read far enough to follow its links.

/// A link or an image, and its line, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// As written, without a title.
    pub target: String,
    /// Line, from 1.
    pub line: usize,
}

/// Every link, image, reference and `src` or `href` of `text` outside code.
pub fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (line, prose) in prose_lines(text) {
        let prose = without_code_spans(prose);
        let mut targets: Vec<&str> = prose.match_indices("](").map(|(at, _)| inline_target(&prose[at + 2..])).collect();
        for attribute in ["src=\"", "href=\""] {
            let values = prose.match_indices(attribute).map(|(at, _)| &prose[at + attribute.len()..]);
            targets.extend(values.filter_map(|rest| rest.split('"').next()));
        }
        if let Some((_, target)) = prose.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
            targets.push(inline_target(target));
        }
        found.extend(
            targets.into_iter().filter(|t| !t.is_empty()).map(|target| Link { target: target.to_owned(), line }),
        );
    }
    found
}

/// The names by which links reach the headings of `text`.
pub fn anchors(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (_, line) in prose_lines(text) {
        let level = line.bytes().take_while(|b| *b == b'#').count();
        let Some(heading) = line.get(level..).filter(|rest| (1..=6).contains(&level) && rest.starts_with(' ')) else {
            continue;
        };
        let slug: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                _ => None,
            })
            .collect();
        // A heading that comes again gets a number.
        let again = found
            .iter()
            .filter(|anchor| **anchor == slug || anchor.strip_prefix(&format!("{slug}-")).is_some_and(is_number));
        found.push(match again.count() {
            0 => slug,
            n => format!("{slug}-{n}"),
        });
    }
    found
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Lines outside fenced code, numbered from 1.
fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => return Some((index + 1, line)),
            _ => {}
        }
        None
    })
}

/// The line with what stands between back quotes left out.
fn without_code_spans(line: &str) -> String {
    let mut parts = line.split('`');
    let mut out = parts.next().unwrap_or_default().to_owned();
    while let (Some(_code), Some(prose)) = (parts.next(), parts.next()) {
        out.push_str(prose);
    }
    out
}

/// `path "title")…` or `<path>)…`: the path.
fn inline_target(rest: &str) -> &str {
    if let Some(quoted) = rest.strip_prefix('<') {
        return quoted.split('>').next().unwrap_or_default();
    }
    rest.split([')', ' ']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_links_outside_code() {
        let text = "\
# Title
See [the format](docs/lake-format.md#labels \"title\") and ![picture](<docs/a b.png>).
`[not](code.md)` but [yes](yes.md) `a` [also](also.md)
```
[no](fenced.md)
```
~~~
``` [no](fenced.md)
~~~
[name]: ref.md
<img src=\"docs/x.png\" alt=\"[x]\"> <a href=\"y.md\">";
        let found: Vec<_> = links(text).into_iter().map(|link| (link.line, link.target)).collect();
        let expected = [
            (2, "docs/lake-format.md#labels"),
            (2, "docs/a b.png"),
            (3, "yes.md"),
            (3, "also.md"),
            (10, "ref.md"),
            (11, "docs/x.png"),
            (11, "y.md"),
        ];
        assert_eq!(found, expected.map(|(line, target)| (line, target.to_owned())));
    }

    #[test]
    fn headings_become_anchors() {
        let text = "# What `lake.toml` says\n## Clock, and time-zone\n```\n# no heading\n```\n#hashtag\n## Clock, and time-zone\n";
        assert_eq!(anchors(text), ["what-laketoml-says", "clock-and-time-zone", "clock-and-time-zone-1"]);
    }
}
