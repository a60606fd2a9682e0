// SPDX-License-Identifier: Apache-2.0

// The baseline: a RayService webhook as one writes it today, on controller-runtime, with a typed
// object and the real PodTemplateSpec. It does not read serveConfigV2, so it does less than we do.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

func addProbe(c *corev1.Container) {
	c.ReadinessProbe = &corev1.Probe{PeriodSeconds: 5, FailureThreshold: 1, TimeoutSeconds: 5,
		ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"bash", "-c", "wget -q -O- http://localhost:8000/-/healthz | grep success"}}}}
}

type typed struct{ dec admission.Decoder }

func (h *typed) Handle(_ context.Context, req admission.Request) admission.Response {
	rs := &RayService{}
	if err := h.dec.Decode(req, rs); err != nil {
		return admission.Errored(400, err)
	}
	hs := &rs.Spec.RayClusterSpec.HeadGroupSpec
	if hs.RayStartParams == nil {
		hs.RayStartParams = map[string]string{}
	}
	hs.RayStartParams["num-cpus"] = "0"
	for i := range rs.Spec.RayClusterSpec.WorkerGroupSpecs {
		w := &rs.Spec.RayClusterSpec.WorkerGroupSpecs[i]
		if len(w.Template.Spec.Containers) > 0 {
			addProbe(&w.Template.Spec.Containers[0])
		}
	}
	out, err := json.Marshal(rs)
	if err != nil {
		return admission.Errored(500, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, out)
}

func main() {
	port := flag.Int("port", 9443, "")
	dir := flag.String("certs", ".", "folder of tls.crt and tls.key")
	flag.Parse()
	ctrllog.SetLogger(logr.Discard())
	sch := runtime.NewScheme()
	addTypes(sch)
	s := webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: *port, CertDir: *dir})
	s.Register("/mutate", &webhook.Admission{Handler: &typed{admission.NewDecoder(sch)}})
	if err := s.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
