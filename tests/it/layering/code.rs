//! Rust as far as names go: the words and signs of a text, without comments, literals and tests.

/// A word, or one sign; `::` is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Word(String),
    PathSign,
    Sign(char),
}

impl Token {
    pub fn is(&self, sign: char) -> bool {
        *self == Self::Sign(sign)
    }

    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }
}

/// The tokens of a text, but for what stands under `#[cfg(test)]`.
pub fn tokens(text: &str) -> Vec<Token> {
    without_tests(&all_tokens(text))
}

fn all_tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        rest = if first.is_whitespace() {
            after
        } else if rest.starts_with("//") {
            rest.find('\n').map_or("", |end| &rest[end..])
        } else if rest.starts_with("/*") {
            behind_comment(rest)
        } else if first == '"' {
            behind_string(after)
        } else if first == '\'' {
            behind_quote(after)
        } else if is_of_word(first) {
            let end = rest.find(|sign| !is_of_word(sign)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            behind_prefixed(word, behind).unwrap_or_else(|| {
                tokens.push(Token::Word(word.to_owned()));
                behind
            })
        } else if let Some(behind) = rest.strip_prefix("::") {
            tokens.push(Token::PathSign);
            behind
        } else if let Some(behind) = rest.strip_prefix("..") {
            // What follows is no member of what stands before.
            tokens.push(Token::Sign('…'));
            behind
        } else {
            tokens.push(Token::Sign(first));
            after
        };
    }
    tokens
}

fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// Comments nest.
fn behind_comment(text: &str) -> &str {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return &text[at..];
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    ""
}

/// What follows a string, from behind its first quote.
fn behind_string(text: &str) -> &str {
    let mut escaped = false;
    for (at, sign) in text.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

/// What follows a character or a lifetime, from behind its quote.
fn behind_quote(text: &str) -> &str {
    if let Some(escape) = text.strip_prefix('\\') {
        let end = escape
            .char_indices()
            .skip(1)
            .find(|(_, sign)| *sign == '\'');
        return end.map_or("", |(at, _)| &escape[at + 1..]);
    }
    let mut signs = text.char_indices();
    signs.next();
    if let Some((at, '\'')) = signs.next() {
        return &text[at + 1..];
    }
    text.trim_start_matches(is_of_word)
}

/// What follows a literal that begins with a word: `r"…"`, `b'…'`, `br#"…"#`.
fn behind_prefixed<'a>(word: &str, behind: &'a str) -> Option<&'a str> {
    match word {
        "b" if behind.starts_with('\'') => Some(behind_quote(&behind[1..])),
        "b" | "c" if behind.starts_with('"') => Some(behind_string(&behind[1..])),
        "r" | "br" | "cr" => {
            let text = behind.trim_start_matches('#');
            let hashes = &behind[..behind.len() - text.len()];
            let text = text.strip_prefix('"')?;
            let end = format!("\"{hashes}");
            Some(text.split_once(&end).map_or("", |(_, after)| after))
        }
        _ => None,
    }
}

/// Where the bracket that opens at `open` is closed, or the end.
pub fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// Whether an attribute opens here; its bracket may follow a `!`.
fn attribute(tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    let is = |at: usize, sign| tokens.get(at).is_some_and(|token: &Token| token.is(sign));
    if !is(at, '#') {
        return None;
    }
    let open = if is(at + 1, '!') { at + 2 } else { at + 1 };
    is(open, '[').then(|| (open, closing(tokens, open)))
}

fn is_for_tests(attribute: &[Token]) -> bool {
    let words: Vec<_> = attribute.iter().filter_map(Token::word).collect();
    matches!(
        words.as_slice(),
        ["cfg", "test"] | ["cfg", "all", "test", ..]
    )
}

/// Leaves out attributes, and what those for tests stand on.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((open, close)) = attribute(tokens, at) else {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        };
        let whole_file = tokens[at + 1].is('!');
        let for_tests = is_for_tests(&tokens[open..close]);
        at = close + 1;
        match (for_tests, whole_file) {
            (true, true) => return Vec::new(),
            (true, false) => at = end_of_item(tokens, at),
            _ => {}
        }
    }
    kept
}

/// What items begin with; anything else is a field, an arm or an expression.
const ITEMS: [&str; 16] = [
    "pub",
    "fn",
    "struct",
    "enum",
    "union",
    "trait",
    "type",
    "const",
    "static",
    "mod",
    "use",
    "impl",
    "unsafe",
    "async",
    "extern",
    "macro_rules",
];

/// Where the next item, field or arm begins.
pub fn end_of_item(tokens: &[Token], from: usize) -> usize {
    let mut at = from;
    while let Some((_, close)) = attribute(tokens, at) {
        at = close + 1;
    }
    let head = tokens[at..]
        .iter()
        .take_while(|token| !matches!(token, Token::Sign('{' | ';' | '=')));
    let head: Vec<_> = head.filter_map(Token::word).collect();
    let has = |words: &[&str]| head.iter().any(|word| words.contains(word));
    let is_item = ITEMS.contains(head.first().unwrap_or(&""));
    // These may have braces amid them.
    let has_semicolon = has(&["use", "const", "static", "type"])
        && !has(&["fn", "impl", "trait", "struct", "enum"]);
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Sign('{') if !has_semicolon => return closing(tokens, at) + 1,
            Token::Sign('(' | '[' | '{') => at = closing(tokens, at),
            Token::Sign(';') => return at + 1,
            Token::Sign(',') if !is_item => return at + 1,
            // The last field or arm has no comma.
            Token::Sign('}') => return at,
            _ => {}
        }
        at += 1;
    }
    tokens.len()
}
