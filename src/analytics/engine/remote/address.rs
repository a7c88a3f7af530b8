//! Addresses as they may be shown and kept: without what lets someone in.

/// Parts behind the host that tell nothing secret. Any other may be a token, also under a name of its own.
const SHOWN: [&str; 2] = ["use_ssl", "user_id"];

/// An address without its token: host and port, and of the parts behind them those that are known to be no secret.
#[must_use]
pub fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let host_end = rest.find(['/', '?', '#', ';']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(host_end);
    // What stands before an @ may be a password.
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let behind = behind.split(['?', '#']).next().unwrap_or_default();
    let parts = behind.trim_start_matches('/').split(';');
    let parts = parts.filter(|part| part.split_once('=').is_some_and(|(name, _)| SHOWN.contains(&name)));
    let parts: Vec<&str> = parts.collect();
    let start = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    if parts.is_empty() { format!("{start}{host}") } else { format!("{start}{host}/;{}", parts.join(";")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_left() {
        for (url, shown) in [
            ("sc://host:15002", "sc://host:15002"),
            ("sc://host:443/;use_ssl=true;token=secret", "sc://host:443/;use_ssl=true"),
            ("sc://host:443/;x-token=secret;user_id=me", "sc://host:443/;user_id=me"),
            ("sc://host:443/;use_ssl=true?token=secret", "sc://host:443/;use_ssl=true"),
            ("sc://host?token=secret", "sc://host"),
            ("sc://host;token=secret", "sc://host"),
            ("sc://me:secret@host:1/#token=secret", "sc://host:1"),
            ("secret", "secret"),
        ] {
            assert_eq!(without_secrets(url), shown, "{url}");
        }
    }
}
