//! The mirror over TLS, as behind a company's proxy, with a certificate of an unknown authority. Both certificates are valid
//! until 2120; the authority's key was discarded.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/tls")
}

/// The certificate of the authority.
pub fn authority() -> PathBuf {
    folder().join("authority.pem")
}

/// The address of a server that answers over TLS what the plain one at this address does, a request a connection.
pub fn in_front_of(address: &str) -> String {
    let certificates =
        CertificateDer::pem_file_iter(folder().join("server.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(folder().join("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(certificates, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let secure = format!("https://{}", listener.local_addr().unwrap());
    let plain = address.strip_prefix("http://").unwrap().to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (config, plain) = (config.clone(), plain.clone());
            // a client that rejects the certificate has disconnected
            std::thread::spawn(move || drop(pass_on(config, stream, &plain)));
        }
    });
    secure
}

fn pass_on(config: Arc<ServerConfig>, stream: TcpStream, plain: &str) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut secure = StreamOwned::new(connection, stream);
    let (mut asked, mut buffer) = (Vec::new(), [0; 4096]);
    while !asked.ends_with(b"\r\n\r\n") {
        match secure.read(&mut buffer)? {
            0 => return Ok(()),
            count => asked.extend_from_slice(&buffer[..count]),
        }
    }
    let mut server = TcpStream::connect(plain)?;
    server.write_all(&asked)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    secure.write_all(&answer)?;
    secure.conn.send_close_notify();
    secure.flush()
}
