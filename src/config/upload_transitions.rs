//! What becomes of images whose data were uploaded.

/// How an image becomes active once its data have been uploaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadTransitions {
    /// At once: it is when the upload is answered.
    #[default]
    Immediate,
    /// So many seconds later on the space's clock.
    AfterSeconds(u32),
    /// Behind so many answers that show it saving.
    AfterReads(u32),
    /// When somebody says so through the control API.
    Manual,
}

/// Why a text does not say how images become active.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of immediate, clock=SECONDS, reads=N and manual")]
pub struct UploadTransitionsError(String);

impl std::str::FromStr for UploadTransitions {
    type Err = UploadTransitionsError;

    /// Reads `immediate`, `manual`, `clock=SECONDS` or `reads=N`; `clock` alone is five seconds, and
    /// `reads` three of them.
    fn from_str(text: &str) -> Result<Self, UploadTransitionsError> {
        let (word, number) = match text.split_once('=') {
            Some((word, number)) => (word, Some(number)),
            None => (text, None),
        };
        let other = || UploadTransitionsError(text.to_owned());
        let number_or = |usual| number.map_or(Ok(usual), str::parse).map_err(|_| other());
        match word {
            "clock" => Ok(Self::AfterSeconds(number_or(5)?)),
            "reads" => Ok(Self::AfterReads(number_or(3)?)),
            "immediate" if number.is_none() => Ok(Self::Immediate),
            "manual" if number.is_none() => Ok(Self::Manual),
            _ => Err(other()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UploadTransitions;

    #[test]
    fn words() {
        let read = |text: &str| text.parse::<UploadTransitions>().ok();
        assert_eq!(read("immediate"), Some(UploadTransitions::Immediate));
        assert_eq!(read("manual"), Some(UploadTransitions::Manual));
        assert_eq!(read("clock"), Some(UploadTransitions::AfterSeconds(5)));
        assert_eq!(read("clock=60"), Some(UploadTransitions::AfterSeconds(60)));
        assert_eq!(read("reads"), Some(UploadTransitions::AfterReads(3)));
        assert_eq!(read("reads=1"), Some(UploadTransitions::AfterReads(1)));
        for wrong in [
            "",
            "soon",
            "clock=",
            "clock=-1",
            "reads=many",
            "manual=1",
            "immediate=0",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
