//! The file that says what a snapshot is, and all of it but the images.
//!
//! Three lines: what it is and the digest of what follows; a card of what is told of it, and which files
//! are its; the rest. The second can be read without the third.

use super::error::SnapshotError;
use super::snapshot::{Rest, SnapshotInfo};
use crate::control::fixture::{Beside, read_beside};
use crate::control::{ClockPlace, Fixture, FixtureError, IdsPlace, read_uploads, written_uploads};
use crate::domain::{
    Image, Named, Timestamp, Token, TokenScope, TokenUser, TransitionPlan, hexadecimal,
};
use crate::service::identity::SavedTokens;
use crate::service::seed::Around;
use crate::service::transitions::{SavedCourse, SavedTransitions, SavedWait};
use crate::service::waldur::{Used, name_of};
use crate::store::{Seed, TokenDigest};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// What the first line begins with.
const MARK: &str = "nova-images snapshot ";

/// The version that this release writes and knows.
const VERSION: u32 = 1;

/// What is told of a snapshot, and which files are its.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub name: String,
    /// In microseconds, as are all times here.
    pub taken_at: i64,
    pub images: u64,
    pub bytes: u64,
    /// The file of the images.
    pub pages: String,
    /// SHA-256 of it.
    pub pages_digest: String,
    /// The names of image data.
    pub data: Vec<String>,
}

impl Card {
    /// What is told of it.
    pub fn info(&self) -> SnapshotInfo {
        SnapshotInfo {
            name: self.name.clone(),
            taken_at: Timestamp::from_micros(self.taken_at),
            images: self.images,
            bytes: self.bytes,
        }
    }
}

/// All else.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    clock: WrittenClock,
    ids: Option<WrittenIds>,
    over_nova_fake: bool,
    /// A fixture without images.
    around: String,
    waldur_started: i64,
    waldur_used: Vec<(usize, i64)>,
    /// What images go on by that are uploaded.
    uploads: String,
    courses: Vec<WrittenCourse>,
    tokens: Vec<WrittenToken>,
    /// Fixed ones, by their digests.
    revoked: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum WrittenClock {
    Standing(i64),
    Running(i64),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenIds {
    seed: u64,
    /// JSON has no numbers of this size.
    words: String,
}

/// How far an image had come in its plan.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCourse {
    image: String,
    left: String,
    waits: WrittenWait,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum WrittenWait {
    Until(i64),
    Reads(u32),
    Hand,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenToken {
    digest: String,
    revoked: bool,
    user: (String, String),
    user_domain: (String, String),
    scope: WrittenScope,
    roles: Vec<String>,
    methods: Vec<String>,
    audit_id: String,
    first_audit_id: Option<String>,
    issued_at: i64,
    expires_at: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum WrittenScope {
    Unscoped,
    System,
    Domain((String, String)),
    Project {
        project: (String, String),
        domain: (String, String),
    },
}

/// The text of a manifest.
pub fn write(card: &Card, rest: &Rest) -> Result<String, serde_json::Error> {
    let body = [
        serde_json::to_string(card)?,
        serde_json::to_string(&Written::of(rest))?,
    ];
    let body = body.join("\n") + "\n";
    let digest = hexadecimal(&Sha256::digest(&body));
    Ok(format!("{MARK}{VERSION} {digest}\n{body}"))
}

/// What a manifest tells of its snapshot.
///
/// # Errors
/// When it is damaged or of another version.
pub fn read_card(file: &Path, text: &str) -> Result<Card, SnapshotError> {
    let (card, _) = lines(file, text)?;
    serde_json::from_str(card).map_err(|error| SnapshotError::damaged(file, &error))
}

/// All of a snapshot but its images, which are there by now.
///
/// # Errors
/// When the manifest is damaged or of another version.
pub fn read_rest(file: &Path, text: &str, images: &Seed) -> Result<Rest, SnapshotError> {
    let (_, rest) = lines(file, text)?;
    let written: Written =
        serde_json::from_str(rest).map_err(|error| SnapshotError::damaged(file, &error))?;
    written.read(file, images)
}

/// The second line and the third.
fn lines<'t>(file: &Path, text: &'t str) -> Result<(&'t str, &'t str), SnapshotError> {
    let damaged = |why: &str| SnapshotError::damaged(file, &why);
    let (first, body) = text
        .split_once('\n')
        .ok_or_else(|| damaged("it ends in its first line"))?;
    let first = first
        .strip_prefix(MARK)
        .ok_or_else(|| damaged("it is no snapshot of nova-images"))?;
    let (version, digest) = first.split_once(' ').unwrap_or((first, ""));
    if version != VERSION.to_string() {
        return Err(SnapshotError::Version {
            file: file.to_owned(),
            found: version.to_owned(),
            known: VERSION,
        });
    }
    if hexadecimal(&Sha256::digest(body)) != digest {
        return Err(damaged("its digest is another"));
    }
    body.split_once('\n')
        .ok_or_else(|| damaged("it ends in its second line"))
}

impl Written {
    fn of(rest: &Rest) -> Self {
        let Rest {
            around,
            tokens,
            used,
            transitions,
            clock,
            ids,
        } = rest;
        let last = used.last.iter();
        let mut waldur_used: Vec<_> = last.map(|(place, at)| (*place, at.micros())).collect();
        waldur_used.sort_unstable();
        Self {
            clock: match clock {
                ClockPlace::Standing(at) => WrittenClock::Standing(at.micros()),
                ClockPlace::Running { ahead_micros } => WrittenClock::Running(*ahead_micros),
            },
            ids: ids.map(|place| WrittenIds {
                seed: place.seed,
                words: place.words.to_string(),
            }),
            over_nova_fake: around.over_nova_fake,
            around: around.to_fixture().to_json(),
            waldur_started: used.started.micros(),
            waldur_used,
            uploads: plan(&transitions.uploads),
            courses: transitions.courses.iter().map(WrittenCourse::of).collect(),
            tokens: tokens.issued.all().map(WrittenToken::of).collect(),
            revoked: tokens.revoked.iter().map(|it| hexadecimal(it)).collect(),
        }
    }

    fn read(self, file: &Path, images: &Seed) -> Result<Rest, SnapshotError> {
        let damaged = |why: &str| SnapshotError::damaged(file, &why);
        // Whatever it names was there.
        let any = |id: &str| Some(Image::builder(id).build());
        let beside = Beside {
            state: Fixture::default(),
            image: &any,
        };
        let read = read_beside("of the snapshot", &self.around, beside);
        let (fixture, _) = read.map_err(|error| SnapshotError::damaged(file, &error))?;
        let mut tokens = SavedTokens::default();
        for token in self.tokens {
            let (digest, token, is_revoked) = token
                .read()
                .ok_or_else(|| damaged("a token has no digest"))?;
            tokens.issued.insert(digest, token);
            if is_revoked {
                tokens.issued.revoke(&digest);
            }
        }
        for digest in &self.revoked {
            let digest = digest_of(digest).ok_or_else(|| damaged("a token has no digest"))?;
            tokens.revoked.insert(digest);
        }
        let unreadable = |error| SnapshotError::damaged(file, &error);
        let courses = self.courses.into_iter().map(WrittenCourse::read);
        let transitions = SavedTransitions {
            uploads: read_uploads(&self.uploads).map_err(unreadable)?,
            courses: courses.collect::<Result<_, _>>().map_err(unreadable)?,
        };
        let used = self.waldur_used.into_iter();
        Ok(Rest {
            transitions,
            around: around(fixture, self.over_nova_fake, images)?,
            tokens,
            used: Used {
                started: Timestamp::from_micros(self.waldur_started),
                last: used
                    .map(|(place, at)| (place, Timestamp::from_micros(at)))
                    .collect(),
            },
            clock: match self.clock {
                WrittenClock::Standing(at) => ClockPlace::Standing(Timestamp::from_micros(at)),
                WrittenClock::Running(ahead_micros) => ClockPlace::Running { ahead_micros },
            },
            ids: match self.ids {
                None => None,
                Some(ids) => Some(IdsPlace {
                    seed: ids.seed,
                    words: ids
                        .words
                        .parse()
                        .map_err(|_| damaged("how many ids were drawn is no number"))?,
                }),
            },
        })
    }
}

/// What stands around the images.
fn around(fixture: Fixture, over_nova_fake: bool, images: &Seed) -> Result<Around, SnapshotError> {
    let mut names = Vec::new();
    for id in fixture
        .instances
        .iter()
        .filter_map(|it| it.image_id.as_ref())
    {
        let image = images.image(id)?;
        names.extend(image.map(|image| (id.clone(), name_of(&image).to_owned())));
    }
    let name_of = |id: &str| {
        let found = names.iter().find(|(known, _)| known == id);
        found.map(|(_, name)| name.clone())
    };
    Ok(Around {
        over_nova_fake,
        ..Around::by(fixture, &name_of)
    })
}

impl WrittenCourse {
    fn of(course: &SavedCourse) -> Self {
        Self {
            image: course.image.clone(),
            left: plan(&course.left),
            waits: match course.waits {
                SavedWait::Until(at) => WrittenWait::Until(at.micros()),
                SavedWait::Reads(reads) => WrittenWait::Reads(reads),
                SavedWait::Hand => WrittenWait::Hand,
            },
        }
    }

    fn read(self) -> Result<SavedCourse, FixtureError> {
        Ok(SavedCourse {
            image: self.image,
            left: read_uploads(&self.left)?,
            waits: match self.waits {
                WrittenWait::Until(at) => SavedWait::Until(Timestamp::from_micros(at)),
                WrittenWait::Reads(reads) => SavedWait::Reads(reads),
                WrittenWait::Hand => SavedWait::Hand,
            },
        })
    }
}

/// Any plan is read as one of uploads is.
fn plan(plan: &TransitionPlan) -> String {
    written_uploads(plan).to_string()
}

impl WrittenToken {
    fn of((digest, token, revoked): (TokenDigest, Token, bool)) -> Self {
        let pair = |named: Named| (named.id, named.name);
        Self {
            digest: hexadecimal(&digest),
            revoked,
            user: (token.user.id, token.user.name),
            user_domain: pair(token.user.domain),
            scope: match token.scope {
                TokenScope::Unscoped => WrittenScope::Unscoped,
                TokenScope::System => WrittenScope::System,
                TokenScope::Domain(domain) => WrittenScope::Domain(pair(domain)),
                TokenScope::Project { project, domain } => WrittenScope::Project {
                    project: pair(project),
                    domain: pair(domain),
                },
            },
            roles: token.roles,
            methods: token.methods,
            audit_id: token.audit_id,
            first_audit_id: token.first_audit_id,
            issued_at: token.issued_at.micros(),
            expires_at: token.expires_at.map(Timestamp::micros),
        }
    }

    fn read(self) -> Option<(TokenDigest, Token, bool)> {
        let named = |(id, name): (String, String)| Named { id, name };
        let token = Token {
            user: TokenUser {
                id: self.user.0,
                name: self.user.1,
                domain: named(self.user_domain),
            },
            scope: match self.scope {
                WrittenScope::Unscoped => TokenScope::Unscoped,
                WrittenScope::System => TokenScope::System,
                WrittenScope::Domain(domain) => TokenScope::Domain(named(domain)),
                WrittenScope::Project { project, domain } => TokenScope::Project {
                    project: named(project),
                    domain: named(domain),
                },
            },
            roles: self.roles,
            methods: self.methods,
            audit_id: self.audit_id,
            first_audit_id: self.first_audit_id,
            issued_at: Timestamp::from_micros(self.issued_at),
            expires_at: self.expires_at.map(Timestamp::from_micros),
        };
        Some((digest_of(&self.digest)?, token, self.revoked))
    }
}

fn digest_of(text: &str) -> Option<TokenDigest> {
    let mut digest = TokenDigest::default();
    if text.len() != 2 * digest.len() {
        return None;
    }
    for (place, byte) in digest.iter_mut().enumerate() {
        let pair = text.get(2 * place..2 * place + 2)?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(digest)
}
