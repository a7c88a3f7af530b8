//! What answers a question.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::analytics::engine::without_secrets;

/// The address of a cluster. Its token lives in memory alone: shown and kept is the address without it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EngineAddress(String);

impl EngineAddress {
    /// The address with its token, for who connects.
    pub(super) fn whole(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EngineAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_secrets(&self.0))
    }
}

impl fmt::Debug for EngineAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What answers a question; as text `lake`, `local` or an address without its token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum EngineChoice {
    /// What `[engine]` of the lake names; this machine when it names none.
    #[default]
    Lake,
    /// This machine.
    Local,
    /// A cluster that speaks Spark Connect, by its address: `sc://host:15002`.
    Remote(EngineAddress),
}

impl EngineChoice {
    /// Reads `local` or `sc://host:port`.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "local" => Ok(Self::Local),
            _ if text.starts_with("sc://") && text.len() > 5 => Ok(Self::Remote(EngineAddress(text.to_owned()))),
            _ => Err("write local, or the address of a cluster such as sc://host:15002".to_owned()),
        }
    }
}

impl fmt::Display for EngineChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lake => f.write_str("lake"),
            Self::Local => f.write_str("local"),
            Self::Remote(address) => address.fmt(f),
        }
    }
}

impl From<EngineChoice> for String {
    fn from(choice: EngineChoice) -> Self {
        choice.to_string()
    }
}

impl TryFrom<String> for EngineChoice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text == "lake" { Ok(Self::Lake) } else { Self::parse(&text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_and_shown_holds_no_token() {
        for (text, kept) in [
            ("local", "local"),
            ("sc://host:15002", "sc://host:15002"),
            ("sc://host:443/;use_ssl=true;token=secret", "sc://host:443/;use_ssl=true"),
            ("sc://host:443/;x-token=secret", "sc://host:443"),
        ] {
            let choice = EngineChoice::parse(text).unwrap();
            assert_eq!(serde_json::to_value(&choice).unwrap(), kept);
            assert_eq!(choice.to_string(), kept);
            assert!(!format!("{choice:?}").contains("secret"));
            let again: EngineChoice = serde_json::from_value(kept.into()).unwrap();
            assert_eq!(again.to_string(), kept);
        }
        let whole = |choice: &EngineChoice| match choice {
            EngineChoice::Remote(address) => address.whole().to_owned(),
            _ => String::new(),
        };
        let secret = "sc://host:443/;use_ssl=true;token=secret";
        assert_eq!(whole(&EngineChoice::parse(secret).unwrap()), secret, "who connects has the token");
        for text in ["", "lake"] {
            assert_eq!(EngineChoice::try_from(text.to_owned()), Ok(EngineChoice::Lake));
        }
        assert!(EngineChoice::try_from("http://host".to_owned()).is_err());
    }
}
