//! The sockets that an emulator listens on.

use super::Listeners;
use super::address;
use super::entrance::Entrance;
use super::error::StartError;
use crate::config::ServerConfig;
use socket2::SockRef;
use std::net::{SocketAddr, TcpListener};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;

/// Binds every listener, before anything is opened.
pub(super) fn listen(
    shared_address: &str,
    config: &ServerConfig,
) -> Result<(Vec<(TcpListener, Entrance)>, Listeners), StartError> {
    let own = |address: &Option<String>| address.as_deref().map(bind).transpose();
    let (shared, bound) = bind(shared_address)?;
    let (identity, identity_bound) = own(&config.identity_listen)?.unzip();
    let (image, image_bound) = own(&config.image_listen)?.unzip();
    let (control, control_bound) = own(&config.control_listen)?.unzip();
    let listeners = Listeners {
        shared: bound,
        identity: identity_bound,
        image: image_bound,
        control: control_bound,
    };
    let mut sockets = vec![(shared, Entrance::shared(bound, control.is_some()))];
    let (shared_at, shared_port) = (bound, bound.port());
    sockets.extend(identity.map(|socket| (socket, Entrance::Identity { shared_port })));
    sockets.extend(image.map(|socket| (socket, Entrance::Image { shared_port })));
    let control = control.zip(control_bound);
    sockets.extend(control.map(|(socket, bound)| (socket, Entrance::control(bound, shared_at))));
    Ok((sockets, listeners))
}

fn bind(address: &str) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen {
        address: address.to_owned(),
        source,
    };
    let addresses = address::resolve(address).map_err(failed)?;
    let listener = TcpListener::bind(addresses.as_slice()).map_err(failed)?;
    // The standard library lets 128 connections wait, and those beyond for a second and more.
    let socket = SockRef::from(&listener);
    socket.listen(BACKLOG).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

#[cfg(test)]
mod tests {
    use super::bind;
    use std::net::TcpStream;
    use std::time::Duration;

    #[test]
    fn a16_a_burst_of_connections_waits_for_nobody() {
        // Nobody accepts them.
        let (_listener, address) = bind("127.0.0.1:0").unwrap();
        let limit = Duration::from_millis(500);
        let connect = |_| TcpStream::connect_timeout(&address, limit);
        let connected: Result<Vec<_>, _> = (0..400).map(connect).collect();
        assert!(connected.is_ok());
    }
}
