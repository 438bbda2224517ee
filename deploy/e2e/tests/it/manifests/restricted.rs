//! What OpenShift's security context constraint `restricted-v2` asks of a pod, and what this project asks on top.
//!
//! Source: the SCC as the kube-apiserver operator ships it: user and group from the namespace's range, all capabilities
//! dropped, no escalation, seccomp of the runtime, nothing of the host. On top: a read-only root file
//! system, a memory limit, a size limit on scratch space and no token for the Kubernetes API.

use serde_json::Value;

const VOLUMES: [&str; 7] =
    ["configMap", "csi", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"];

/// The rules that a pod's `spec` breaks, each named by its field; none for a pod that is admitted.
pub fn violations(pod: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        expect(&mut found, field, pod[field] != true);
    }
    expect(
        &mut found,
        "automountServiceAccountToken",
        pod["automountServiceAccountToken"] == false,
    );
    let context = &pod["securityContext"];
    expect(&mut found, "runAsNonRoot", context["runAsNonRoot"] == true);
    expect(&mut found, "seccompProfile", context["seccompProfile"]["type"] == "RuntimeDefault");
    for field in ["runAsUser", "runAsGroup", "fsGroup", "supplementalGroups", "seLinuxOptions"] {
        // The cluster chooses from the namespace's range.
        expect(&mut found, field, context.get(field).is_none());
    }
    for list in ["initContainers", "containers"] {
        for container in pod[list].as_array().into_iter().flatten() {
            check_container(&mut found, container);
        }
    }
    for volume in pod["volumes"].as_array().into_iter().flatten() {
        check_volume(&mut found, volume);
    }
    found
}

fn check_container(found: &mut Vec<String>, container: &Value) {
    let context = &container["securityContext"];
    expect(found, "privileged", context["privileged"] != true);
    expect(found, "allowPrivilegeEscalation", context["allowPrivilegeEscalation"] == false);
    expect(found, "readOnlyRootFilesystem", context["readOnlyRootFilesystem"] == true);
    let capabilities = &context["capabilities"];
    let drops_all =
        capabilities["drop"].as_array().is_some_and(|drop| drop.iter().any(|name| name == "ALL"));
    expect(found, "capabilities", drops_all && capabilities.get("add").is_none());
    for field in ["runAsUser", "runAsGroup", "seLinuxOptions", "seccompProfile", "runAsNonRoot"] {
        expect(found, field, context.get(field).is_none());
    }
    expect(
        found,
        "resources.limits.memory",
        container["resources"]["limits"]["memory"].is_string(),
    );
    for port in container["ports"].as_array().into_iter().flatten() {
        expect(found, "hostPort", port.get("hostPort").is_none());
        expect(
            found,
            "containerPort",
            port["containerPort"].as_u64().is_some_and(|port| port >= 1024),
        );
    }
}

fn check_volume(found: &mut Vec<String>, volume: &Value) {
    for kind in volume.as_object().into_iter().flatten().map(|(kind, _)| kind) {
        expect(found, kind, kind == "name" || VOLUMES.contains(&kind.as_str()));
    }
    if let Some(scratch) = volume.get("emptyDir") {
        expect(found, "emptyDir.sizeLimit", scratch["sizeLimit"].is_string());
    }
}

fn expect(found: &mut Vec<String>, field: &str, holds: bool) {
    if !holds {
        found.push(field.to_owned());
    }
}
