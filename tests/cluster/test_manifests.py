#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""manifests/ on a real API server: everything is accepted, and the registration causes these calls and no others."""

import copy
import subprocess

from fixture import FINALIZER, PROGRAM, main
from registration import (CONFIGURATIONS, NAME, SERVICE, ManifestTest, RegistrationTest, container, head, in_base64,
                          ray_service, workers)


class Installed(ManifestTest):
    def get(self, kind, name=NAME):
        return self.cluster.must("get", "-n", NAME, kind, name, "-o", "json").json()

    def test_the_api_server_takes_all_of_it_without_a_warning(self):
        self.assertEqual((self.applied.code, self.applied.err), (0, ""), self.applied.text)

    def test_applying_it_again_changes_nothing(self):
        kinds = ("deployment", "mutatingwebhookconfiguration", "validatingwebhookconfiguration", "poddisruptionbudget")
        before = [self.get(kind)["metadata"]["generation"] for kind in kinds]
        self.cluster.must("apply", "-k", self.overlay)
        self.assertEqual([self.get(kind)["metadata"]["generation"] for kind in kinds], before)

    def test_the_secret_and_the_ca_bundle_are_those_of_certs_init(self):
        secret = self.get("secret", f"{NAME}-tls")
        self.assertEqual(secret["data"], {name: in_base64(self.overlay / "certs" / name)
                                          for name in ("tls.crt", "tls.key", "ca.crt")})
        for kind in CONFIGURATIONS:
            for hook in self.get(kind)["webhooks"]:
                self.assertEqual(hook["clientConfig"]["caBundle"], in_base64(self.overlay / "certs" / "ca.crt"))

    def test_the_service_has_the_name_in_the_certificate(self):
        for kind in CONFIGURATIONS:
            for hook in self.get(kind)["webhooks"]:
                service = hook["clientConfig"]["service"]
                self.assertEqual(f"{service['name']}.{service['namespace']}.svc", SERVICE)
                self.assertEqual(service["port"], 443)
        self.assertEqual(self.get("service")["spec"]["ports"][0]["port"], 443)

    def test_our_own_namespace_and_the_systems_are_left_alone(self):
        for kind in CONFIGURATIONS:
            for hook in self.get(kind)["webhooks"]:
                self.assertEqual(hook["namespaceSelector"]["matchExpressions"], [{
                    "key": "kubernetes.io/metadata.name", "operator": "NotIn",
                    "values": ["kube-system", "kube-node-lease", "kube-public", NAME]}])

    def test_a_pod_of_the_deployment_is_restricted_and_has_no_token(self):
        template = self.get("deployment")["spec"]["template"]
        pod = {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"],
               "metadata": {"name": "probe", "namespace": NAME, "labels": template["metadata"]["labels"]}}
        result = self.cluster.kubectl("create", "--dry-run=server", "-f", "-", stdin=pod)
        self.assertEqual((result.code, result.warnings), (0, []), result.text)
        self.assertIs(template["spec"]["automountServiceAccountToken"], False)
        pod["spec"] = copy.deepcopy(pod["spec"])
        del pod["spec"]["containers"][0]["securityContext"]["capabilities"]
        refused = self.cluster.kubectl("create", "--dry-run=server", "-f", "-", stdin=pod)
        self.assertIn("violates PodSecurity", refused.text)

    def test_nobody_gets_any_right(self):
        kinds = {line.split("/")[0].split(".")[0] for line in self.applied.out.splitlines()}
        self.assertFalse(kinds & {"role", "rolebinding", "clusterrole", "clusterrolebinding"}, kinds)

    def test_the_server_knows_the_flags(self):
        flags = [flag.split("=")[0] for flag in self.get("deployment")["spec"]["template"]["spec"]["containers"][0]["args"]]
        known = subprocess.run([PROGRAM, flags[0], "--help"], capture_output=True, text=True, timeout=60, check=True)
        for flag in flags[1:]:
            self.assertIn(flag + " ", known.stdout)


class Registered(RegistrationTest):
    """Who is asked for what, and what passes when nobody answers."""

    def test_create_and_update_ask_both(self):
        object_ = ray_service(marked=False)
        self.assertEqual(self.put("create", object_), [("/mutate", "CREATE"), ("/validate", "CREATE")])
        object_["spec"]["serveConfigV2"] = "applications: [] # changed"
        self.assertEqual(self.put("replace", object_), [("/mutate", "UPDATE"), ("/validate", "UPDATE")])

    def test_an_unchanged_spec_asks_nobody(self):
        self.put("create", ray_service())
        self.assertEqual(self.put("apply", ray_service()), [])
        self.assertEqual(self.kubectl("label", "rayservice", "svc", "a=b").code, 0)
        self.assertEqual(self.kubectl("patch", "rayservice", "svc", "--subresource=status", "--type=merge",
                                      "-p", '{"status":{"serviceStatus":"Running"}}').code, 0)
        self.assertEqual(self.recorder.calls(), [])

    def test_our_annotations_ask_mutate_alone(self):
        self.put("create", ray_service())
        for change in (f"{NAME}/inject=now", f"{NAME}/injected-"):
            self.assertEqual(self.kubectl("annotate", "rayservice", "svc", change).code, 0)
            self.assertEqual(self.recorder.calls(), [("/mutate", "UPDATE")], change)

    def test_the_namespaces_of_the_system_ask_nobody(self):
        for namespace in ("kube-system", NAME):
            result = self.cluster.kubectl("-n", namespace, "create", "-f", "-", stdin=ray_service())
            self.assertEqual((result.code, self.recorder.calls()), (0, []), result.text)

    def test_v1alpha1_is_asked_for_too(self):
        object_ = ray_service(marked=False)
        object_["apiVersion"] = "ray.io/v1alpha1"
        self.assertEqual(self.put("create", object_), [("/mutate", "CREATE"), ("/validate", "CREATE")])

    def test_restore_is_asked_where_inject_restored_nothing(self):
        self.put("create", ray_service())
        calls = self.refuse(ray_service(probe=False), "is gone from small", f'{NAME}/inject: "off"')
        self.assertEqual(calls[:2], [("/mutate", "UPDATE"), ("/mutate", "UPDATE")])

    def test_nobody_holds_up_a_deletion(self):
        object_ = ray_service()
        object_["metadata"]["finalizers"] = [FINALIZER]
        self.put("create", object_)
        self.down()
        self.assertEqual(self.kubectl("delete", "rayservice", "svc", "--wait=false").code, 0)
        released = self.kubectl("patch", "rayservice", "svc", "--type=merge", "-p", '{"metadata":{"finalizers":[]}}')
        self.assertEqual(released.code, 0, released.text)
        self.assertNotEqual(self.kubectl("get", "rayservice", "svc").code, 0)

    def test_down_nothing_is_held_up_but_a_loss(self):
        self.put("create", ray_service())
        self.put("create", ray_service("bare", marked=False, probe=False))
        self.down()
        self.put("create", ray_service("new", marked=False))
        for name, marked in (("svc", True), ("bare", False)):
            object_ = ray_service(name, marked=marked, probe=marked)
            object_["spec"]["serveConfigV2"] = "applications: [] # changed"
            self.put("replace", object_)
        self.refuse(ray_service(probe=False), 'failed calling webhook "restore.rayservice-webhook.ray.io"')

    def test_down_the_operator_adds_its_finalizer(self):
        """KubeRay writes the whole object back from its own types: empty structs appear (v1.7.0)."""
        object_ = ray_service()
        self.put("create", object_)
        self.down()
        object_["metadata"]["finalizers"] = [FINALIZER]
        head(object_)["template"]["metadata"] = {}
        workers(object_)[0].update(scaleStrategy={})
        workers(object_)[0]["template"]["metadata"] = {}
        container(object_)["resources"] = {}
        self.put("replace", object_)


class Guarded(RegistrationTest):
    """The ValidatingAdmissionPolicy alone: the mutating registration is gone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster.must("delete", "mutatingwebhookconfiguration", NAME)

    def changed(self, change):
        """A stored, marked object; and what it is after the change."""
        self.put("create", ray_service())
        object_ = ray_service()
        change(object_)
        return object_

    def test_refuses_to_lose_the_probe(self):
        self.refuse(self.changed(lambda it: container(it).pop("readinessProbe")),
                    "injected is gone from small: KubeRay would start a second RayCluster")

    def test_refuses_to_lose_num_cpus(self):
        self.refuse(self.changed(lambda it: head(it)["rayStartParams"].pop("num-cpus")),
                    "gone from the head's rayStartParams: KubeRay would start a second RayCluster")

    def test_refuses_to_lose_cpu_of_resources(self):
        object_ = ray_service()
        object_["metadata"]["annotations"][f"{NAME}/injected"] = '{"head":"resources.CPU"}'
        head(object_).update(rayStartParams={}, resources={"CPU": "0", "memory": "1Gi"})
        self.put("create", object_)
        del head(object_)["resources"]["CPU"]
        self.refuse(object_, "gone from the head's resources")
        head(object_)["resources"]["cpu"] = "2"
        self.put("replace", object_)

    def test_lets_the_owner_have_his_way(self):
        def opt_out(it):
            it["metadata"]["annotations"][f"{NAME}/inject"] = "off"
            container(it).pop("readinessProbe")

        def other_value(it):
            container(it)["readinessProbe"] = {"exec": {"command": ["false"]}}
            head(it)["rayStartParams"]["num-cpus"] = "2"

        def other_shape(it):
            head(it).update(rayStartParams={}, resources={"memory": "1Gi"})

        def other_port(it):
            container(it).pop("readinessProbe")
            container(it)["ports"] = [{"name": "serve", "containerPort": 9000}]

        def renamed(it):
            workers(it)[0]["groupName"] = "large"
            container(it).pop("readinessProbe")

        def removed(it):
            workers(it).clear()

        for change in (opt_out, other_value, other_shape, other_port, renamed, removed):
            with self.subTest(change.__name__):
                self.put("replace", self.changed(change))
            self.kubectl("delete", "rayservice", "svc")

    def test_guards_only_what_is_marked(self):
        for number, marks in enumerate(('{"head":"num-cpus"}', '{"head":"num-cpus","groups":["smaller"]}', "{}", "")):
            object_ = ray_service(f"svc-{number}")
            object_["metadata"]["annotations"][f"{NAME}/injected"] = marks
            self.put("create", object_)
            container(object_).pop("readinessProbe")
            self.put("replace", object_)


class Enforced(RegistrationTest):
    """The component enforce: nothing gets in unchecked, and KubeRay works on."""

    COMPONENTS = ["../../components/enforce"]
    OPERATOR = ("--as=system:serviceaccount:ray-system:kuberay-operator", "--as-group=system:serviceaccounts")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster.must("create", "clusterrolebinding", "operator", "--clusterrole=cluster-admin",
                         "--group=system:serviceaccounts")

    def setUp(self):
        super().setUp()
        self.object = ray_service()
        self.put("create", self.object)
        self.down()

    def test_nothing_gets_in_unchecked(self):
        unanswered = 'failed calling webhook "validate.rayservice-webhook.ray.io"'
        self.assertIn(unanswered, self.kubectl("create", "-f", "-", stdin=ray_service("new")).text)
        self.object["spec"]["serveConfigV2"] = "applications: [] # changed"
        self.refuse(self.object, unanswered)
        self.object["metadata"]["finalizers"] = [FINALIZER]
        self.refuse(self.object, unanswered)

    def test_kuberay_works_on(self):
        self.object["metadata"]["finalizers"] = [FINALIZER]
        workers(self.object)[0]["scaleStrategy"] = {}
        result = self.kubectl(*self.OPERATOR, "replace", "-f", "-", stdin=self.object)
        self.assertEqual(result.code, 0, result.text)
        self.object["spec"]["serveConfigV2"] = "applications: [] # changed"
        self.assertNotEqual(self.kubectl(*self.OPERATOR, "replace", "-f", "-", stdin=self.object).code, 0)
        self.assertEqual(self.kubectl("delete", "rayservice", "svc", "--wait=false").code, 0)
        released = self.kubectl(*self.OPERATOR, "patch", "rayservice", "svc", "--type=merge",
                                "-p", '{"metadata":{"finalizers":[]}}')
        self.assertEqual(released.code, 0, released.text)


class Mounted(ManifestTest):
    """Components that mount something: the flag says where."""

    COMPONENTS = ["../../components/policy", "../../components/mtls", "../../components/record"]

    def assert_mounted(self, flag, name, file):
        self.assertEqual((self.applied.code, self.applied.err), (0, ""), self.applied.text)
        pod = self.cluster.must("get", "-n", NAME, "deployment", NAME, "-o", "json").json()["spec"]["template"]["spec"]
        server = pod["containers"][0]
        mounts = {volume["configMap"]["name"]: mount["mountPath"] for volume in pod["volumes"]
                  for mount in server["volumeMounts"] if mount["name"] == volume["name"] and "configMap" in volume}
        self.assertIn(f"{flag}={mounts[name]}/{file.name}", server["args"])
        stored = self.cluster.must("get", "-n", NAME, "configmap", name, "-o", "json").json()["data"]
        self.assertEqual(stored, {file.name: file.read_text()})
        return server["args"]

    def test_the_policy(self):
        self.assert_mounted("--policy", f"{NAME}-policy", self.overlay / "../../components/policy/policy.yaml")

    def test_the_client_ca(self):
        """What that keeps out: test_mtls.py."""
        arguments = self.assert_mounted("--client-ca", f"{NAME}-client-ca",
                                        self.overlay / "../../components/mtls/client-ca.crt")
        self.assertIn("--client-name=kube-apiserver", arguments)

    def test_records_have_room(self):
        pod = self.cluster.must("get", "-n", NAME, "deployment", NAME, "-o", "json").json()["spec"]["template"]["spec"]
        server = pod["containers"][0]
        (mount,) = (each for each in server["volumeMounts"] if each["name"] == "records")
        (volume,) = (each for each in pod["volumes"] if each["name"] == "records")
        self.assertIn(f"--record={mount['mountPath']}", server["args"])
        self.assertNotIn("readOnly", mount)
        (size,) = (int(each.partition("=")[2][:-2]) for each in server["args"] if each.startswith("--record-size="))
        # 8 files, what --record-files says by itself; and one more while the oldest goes.
        self.assertGreaterEqual(int(volume["emptyDir"]["sizeLimit"][:-2]), 9 * size)


if __name__ == "__main__":
    main()
