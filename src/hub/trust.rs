//! Trusted certificate authorities: the system's, or those of the files named by the environment, as in OpenSSL and
//! Python's tools. The authority of an inspecting proxy is in one of them and in no list that a program could ship.

use super::error::HubError;
use rustls_native_certs::{load_certs_from_paths, load_native_certs};
use std::sync::Arc;
use ureq::tls::{Certificate, RootCerts};

/// Variables that name a file or folder of PEM certificates: OpenSSL's, which are combined, then those of Python's
/// `requests` and of curl, of which the first is used.
const OPENSSL: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
const OTHERS: [&str; 2] = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// the system's store; Mozilla's list where the system has none, as in a small container
    #[default]
    System,
    Named(Arc<Vec<Certificate<'static>>>),
}

impl Trust {
    pub fn of(given: impl Fn(&str) -> Option<String>) -> Result<Self, HubError> {
        let named = |name: &&'static str| given(name).map(|path| (*name, path));
        let mut variables: Vec<_> = OPENSSL.iter().filter_map(named).collect();
        if variables.is_empty() {
            variables.extend(OTHERS.iter().find_map(named));
        }
        if variables.is_empty() {
            return Ok(Self::System);
        }
        let (mut certificates, mut causes) = (Vec::new(), Vec::new());
        for (_, paths) in &variables {
            for path in std::env::split_paths(paths).filter(|path| !path.as_os_str().is_empty()) {
                let found = match path.is_dir() {
                    true => load_certs_from_paths(None, Some(&path)),
                    false => load_certs_from_paths(Some(&path), None),
                };
                certificates.extend(found.certs.iter().map(|found| Certificate::from_der(found).to_owned()));
                causes.extend(found.errors.first().map(ToString::to_string));
            }
        }
        if certificates.is_empty() {
            let given = variables.iter().map(|(name, path)| format!("{name} is {path}")).collect::<Vec<_>>().join(", ");
            let cause = causes.into_iter().next().unwrap_or_else(|| "it contains none".into());
            return Err(HubError::Certificates { given, cause });
        }
        Ok(Self::Named(Arc::new(certificates)))
    }

    pub fn roots(&self) -> RootCerts {
        match self {
            Self::Named(certificates) => RootCerts::Specific(certificates.clone()),
            Self::System => {
                let of_system = load_native_certs().certs;
                let certificates: Vec<_> =
                    of_system.iter().map(|found| Certificate::from_der(found).to_owned()).collect();
                match certificates.is_empty() {
                    true => RootCerts::WebPki,
                    false => RootCerts::Specific(Arc::new(certificates)),
                }
            }
        }
    }
}

/// The message for a server whose certificate is not trusted.
pub const UNKNOWN_AUTHORITY: &str = "its certificate is of an authority that is not trusted here; where a proxy inspects \
                                     connections, name the PEM file of its authority with SSL_CERT_FILE";
