//! Settings that could never do anything are refused at the start, in words.

use crate::harness::builder;

#[test]
fn origins_and_hosts_that_no_client_sends() {
    for (origin, why) in [
        ("http://a/b", "must end behind the host"),
        ("a.example", "such as http://localhost:3000"),
        ("*", "such as http://localhost:3000"),
        ("http://a:99999", "a port up to 65535"),
    ] {
        let refused = builder()
            .allow_origin(origin)
            .start()
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains(why) && refused.contains(origin),
            "{refused}"
        );
    }
    for host in ["http://nova", "nova/", "*"] {
        let refused = builder().allow_host(host).start().unwrap_err().to_string();
        assert!(
            refused.contains("must be a name") && refused.contains(host),
            "{refused}"
        );
    }
    let good = builder()
        .allow_origin("http://a.example/")
        .allow_host("nova.test:8774");
    good.start().unwrap();
}
