use super::*;

/// Addresses that lead inside, in every spelling that has been used to hide them.
const INSIDE: &[&str] = &[
    "https://127.0.0.1/",
    "https://127.0.0.1:8443/hook",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.255.255.254/",
    "https://0.0.0.0/",
    "https://0/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://0300.0250.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/latest/meta-data/",
    "https://0xA9FEA9FE/",
    "https://169.254.170.2/v2/credentials",
    "https://100.64.0.1/",
    "https://100.100.100.200/latest/meta-data/",
    "https://100.127.255.255/",
    "https://168.63.129.16/machine",
    "https://192.0.0.192/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://198.51.100.7/",
    "https://203.0.113.9/",
    "https://192.88.99.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001:db8::1]/",
    "https://[3fff:0fff::1]/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://[fc00::1]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[100::1]/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://api.localhost/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://printer.local/",
    "https://kubernetes/",
    "https://delivery.default.svc.cluster.local./",
    "https://127\u{3002}0\u{3002}0\u{3002}1/",
    "https://\u{2460}\u{2461}\u{2466}.0.0.1/",
];

#[test]
fn no_spelling_of_an_inside_address_passes() {
    assert!(INSIDE.len() >= 60);
    for url in INSIDE {
        let refused = check(url, false);
        // The circled digits spell 127; the address is refused whichever way the parser takes them.
        let inside = matches!(
            refused,
            Err(TargetRefusal::PrivateAddress(_)
                | TargetRefusal::PrivateName(_)
                | TargetRefusal::NotAUrl)
        );
        assert!(inside, "{url}: {refused:?}");
    }
}

#[test]
fn an_allow_listed_endpoint_may_be_inside_and_unencrypted() {
    for url in ["http://127.0.0.1:9000/hook", "http://ops.default.svc:8080/", "https://10.1.2.3/"] {
        assert!(check(url, true).is_ok(), "{url}");
    }
}

#[test]
fn other_schemes_and_credentials_are_refused_even_when_listed() {
    for allow_private in [false, true] {
        for url in ["ftp://example.org/", "file:///etc/passwd", "gopher://x.org/", "data:,x"] {
            assert!(matches!(check(url, allow_private), Err(TargetRefusal::Scheme(_))), "{url}");
        }
        for url in
            ["https://user@example.org/", "https://example.org:pw@8.8.8.8/", "https://:p@x.org"]
        {
            assert_eq!(check(url, allow_private), Err(TargetRefusal::Credentials), "{url}");
        }
        for url in
            ["", "example.org/hook", "https://", "https://[fe80::1%25eth0]/", "https://1.2.3.4.5/"]
        {
            assert_eq!(check(url, allow_private), Err(TargetRefusal::NotAUrl), "{url}");
        }
    }
    assert_eq!(check("http://example.org/", false), Err(TargetRefusal::NotEncrypted));
}

#[test]
fn public_receivers_pass() {
    for url in [
        "https://example.org/hook",
        "https://example.org:8443/hook?token=x",
        "https://hooks.example.co.uk./",
        "https://8.8.8.8/",
        "https://172.32.0.1/",
        "https://100.128.0.1/",
        "https://[2a00:1450:4001:82a::200e]/",
        "https://internal.example.org/",
    ] {
        assert!(check(url, false).is_ok(), "{url}: {:?}", check(url, false));
    }
}
