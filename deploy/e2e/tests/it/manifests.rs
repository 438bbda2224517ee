//! The manifests: every kustomization renders, fits the schemas of its kinds, and is admitted by `restricted-v2`.
//!
//! kubectl and the schemas are installed by `./dev test`, which says where in `METERWATCH_TOOLS`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, thread};

use serde_json::{Value, json};

mod restricted;

use restricted::violations;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn setting(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `./dev test manifests`"))
}

/// The folders that hold a kustomization.
fn kustomizations() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![deploy().join("base"), deploy().join("overlays")];
    while let Some(folder) = open.pop() {
        if folder.join("kustomization.yaml").exists() {
            found.push(folder.clone());
        }
        let entries = fs::read_dir(&folder).expect("a folder of manifests");
        open.extend(
            entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()),
        );
    }
    assert!(found.len() >= 2, "a base and an overlay: {found:?}");
    found
}

fn render(folder: &Path) -> Vec<u8> {
    let output = Command::new("kubectl").arg("kustomize").arg(folder).output().expect("kubectl");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", folder.display());
    // Deprecated fields are told on stderr with success.
    assert!(said.trim().is_empty(), "{}: {said}", folder.display());
    output.stdout
}

/// Checks YAML against the schemas; the output holds the manifests as JSON.
fn check_schemas(yaml: Vec<u8>) -> Output {
    let python = Path::new(&setting("METERWATCH_TOOLS")).join("python/bin/python");
    let mut child = Command::new(&python)
        .arg(deploy().join("schemas/validate.py"))
        .arg(setting("METERWATCH_KUBERNETES"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    let mut stdin = child.stdin.take().expect("piped");
    let feeder = thread::spawn(move || stdin.write_all(&yaml));
    let output = child.wait_with_output().expect("an end");
    feeder.join().expect("no panic").expect("all was read");
    output
}

fn manifests(folder: &Path) -> Vec<Value> {
    let output = check_schemas(render(folder));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", folder.display());
    let manifests: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(manifests.len() > 10, "{}", folder.display());
    manifests
}

/// The description of the pods that a manifest makes, where it makes any.
fn pod(manifest: &Value) -> Option<&Value> {
    let path = match manifest["kind"].as_str()? {
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => "/spec/template",
        "CronJob" => "/spec/jobTemplate/spec/template",
        _ => return None,
    };
    manifest.pointer(path)
}

fn find<'a>(manifests: &'a [Value], kind: &str, name: &str) -> &'a Value {
    manifests
        .iter()
        .find(|manifest| manifest["kind"] == kind && manifest["metadata"]["name"] == name)
        .unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

#[test]
fn every_kustomization_fits_the_schemas() {
    for folder in kustomizations() {
        manifests(&folder);
    }
}

#[test]
fn every_pod_is_admitted_by_restricted_v2() {
    for folder in kustomizations() {
        let manifests = manifests(&folder);
        let pods: Vec<&Value> = manifests.iter().filter_map(pod).collect();
        assert_eq!(pods.len(), 4, "dashboard, worker, migrate, ingest");
        for pod in pods {
            assert_eq!(violations(&pod["spec"]), Vec::<String>::new(), "{}", folder.display());
        }
    }
}

#[test]
fn a_field_that_kubernetes_does_not_know_is_refused() {
    let rendered = String::from_utf8(render(&deploy().join("base"))).expect("UTF-8");
    for (right, wrong, kind) in [
        ("concurrencyPolicy: Forbid", "concurrencyPolitics: Forbid", "CronJob ingest"),
        ("timeZone: Etc/UTC", "timeZone: 1", "CronJob ingest"),
        ("minAvailable: 1", "minAvailable: []", "PodDisruptionBudget dashboard"),
        ("termination: edge", "termination: blunt", "Route dashboard"),
        ("kind: NetworkPolicy", "kind: NetworkPolitics", "NetworkPolitics"),
    ] {
        assert!(rendered.contains(right), "{right}");
        let output = check_schemas(rendered.replace(right, wrong).into_bytes());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{wrong} passed");
        assert!(said.contains(kind), "{wrong}: {said}");
    }
}

#[test]
fn a_rule_of_restricted_v2_that_is_broken_is_found() {
    let manifests = manifests(&deploy().join("base"));
    let pod = &pod(find(&manifests, "Deployment", "worker")).expect("a pod")["spec"];
    let breaks: [(&str, Value, &str); 12] = [
        ("/hostNetwork", json!(true), "hostNetwork"),
        ("/securityContext/runAsNonRoot", json!(false), "runAsNonRoot"),
        ("/securityContext/runAsUser", json!(1000), "runAsUser"),
        ("/securityContext/fsGroup", json!(1000), "fsGroup"),
        ("/securityContext/seccompProfile/type", json!("Unconfined"), "seccompProfile"),
        ("/containers/0/securityContext/privileged", json!(true), "privileged"),
        ("/containers/0/securityContext/runAsUser", json!(0), "runAsUser"),
        (
            "/containers/0/securityContext/allowPrivilegeEscalation",
            json!(true),
            "allowPrivilegeEscalation",
        ),
        (
            "/containers/0/securityContext/readOnlyRootFilesystem",
            json!(false),
            "readOnlyRootFilesystem",
        ),
        ("/containers/0/securityContext/capabilities/drop", json!(["NET_RAW"]), "capabilities"),
        ("/containers/0/securityContext/capabilities/add", json!(["SYS_ADMIN"]), "capabilities"),
        ("/volumes/0", json!({"name": "host", "hostPath": {"path": "/"}}), "hostPath"),
    ];
    for (path, value, word) in breaks {
        let mut broken = pod.clone();
        let (parent, key) = path.rsplit_once('/').expect("a path");
        match broken.pointer_mut(parent).expect("the parent") {
            Value::Object(fields) => drop(fields.insert(key.to_owned(), value)),
            Value::Array(items) => items[key.parse::<usize>().expect("an index")] = value,
            other => panic!("{parent} is {other}"),
        }
        let found = violations(&broken);
        assert!(found.len() == 1 && found[0].contains(word), "{path}: {found:?}");
    }
}

#[test]
fn ingest_runs_once_a_month_in_a_named_zone_and_never_twice_at_a_time() {
    let manifests = manifests(&deploy().join("overlays/example"));
    let spec = &find(&manifests, "CronJob", "ingest")["spec"];
    assert_eq!(spec["schedule"], "0 6 1 * *");
    assert_eq!(spec["timeZone"], "Europe/Berlin");
    assert_eq!(spec["concurrencyPolicy"], "Forbid");
    assert!(spec["startingDeadlineSeconds"].as_u64().expect("a deadline") >= 10);
}

#[test]
fn dashboard_is_probed_and_stays_up_during_a_rollout() {
    let manifests = manifests(&deploy().join("base"));
    let dashboard = find(&manifests, "Deployment", "dashboard");
    let container = &dashboard["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["livenessProbe"]["httpGet"]["path"], "/livez");
    assert_eq!(container["readinessProbe"]["httpGet"]["path"], "/readyz");
    assert_eq!(container["startupProbe"]["httpGet"]["path"], "/livez");
    assert_eq!(dashboard["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"], 0);
    assert!(dashboard["spec"]["replicas"].as_u64().expect("replicas") >= 2);
    assert_eq!(find(&manifests, "PodDisruptionBudget", "dashboard")["spec"]["minAvailable"], 1);
}

#[test]
fn every_pod_is_closed_to_the_network_unless_a_policy_opens_it() {
    let manifests = manifests(&deploy().join("base"));
    let deny = &find(&manifests, "NetworkPolicy", "meterwatch-default-deny")["spec"];
    assert_eq!(deny["policyTypes"], json!(["Ingress", "Egress"]));
    assert!(deny.get("ingress").is_none() && deny.get("egress").is_none());
    let chosen = deny["podSelector"]["matchLabels"].as_object().expect("labels");
    for pod in manifests.iter().filter_map(pod) {
        let labels = pod["metadata"]["labels"].as_object().expect("labels");
        assert!(chosen.iter().all(|(name, value)| labels.get(name) == Some(value)), "{labels:?}");
    }
}

#[test]
fn database_selector_of_the_overlay_names_the_database_alone() {
    let manifests = manifests(&deploy().join("overlays/example"));
    let policy = find(&manifests, "NetworkPolicy", "meterwatch-to-dns-and-database");
    let selector = &policy["spec"]["egress"][1]["to"][0]["podSelector"]["matchLabels"];
    assert_eq!(selector, &json!({"cnpg.io/cluster": "meterwatch-db"}));
}

#[test]
fn configurations_are_understood_by_the_binary() {
    for folder in kustomizations() {
        let output = Command::new(setting("METERWATCH_BIN"))
            .args(["config", "show", "--config"])
            .arg(folder.join("meterwatch.toml"))
            .env_remove("DATABASE_URL")
            .output()
            .expect("the binary");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", folder.display());
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains("0.0.0.0:8080"), "{shown}");
    }
}
