//! A page of Markdown, as far as its fenced blocks and its links go.

/// What stands between two fences.
#[derive(Debug)]
pub struct Block {
    /// The word behind the first fence.
    pub language: String,
    /// The number of its first line.
    pub line: usize,
    pub text: String,
    /// Whether nothing but blank lines parts it from the block before it.
    pub follows: bool,
}

/// The blocks of a page.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut inside, mut follows) = (false, false);
    for (at, line) in page.lines().enumerate() {
        let text = line.trim_start();
        match text.strip_prefix("```") {
            Some(_) if inside => (inside, follows) = (false, true),
            Some(language) => {
                blocks.push(Block {
                    language: language.trim().to_owned(),
                    line: at + 2,
                    text: String::new(),
                    follows,
                });
                inside = true;
            }
            None if inside => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => follows &= text.is_empty(),
        }
    }
    assert!(!inside, "a fence is not closed");
    blocks
}

/// The targets of a page's links, blocks aside.
pub fn links(page: &str) -> Vec<String> {
    let mut inside = false;
    let prose = page.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        inside ^= is_fence;
        !inside && !is_fence
    });
    let prose: Vec<_> = prose.collect();
    let prose = prose.join("\n");
    let behind = prose.split("](").skip(1);
    behind
        .filter_map(|text| text.split_once(')'))
        .map(|(target, _)| target.to_owned())
        .collect()
}

/// The anchors of a page's headings, as hosts of Markdown make them.
pub fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        words
            .chars()
            .filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'))
            .map(|sign| if sign == ' ' { '-' } else { sign })
            .collect()
    };
    headings.map(anchor).collect()
}
