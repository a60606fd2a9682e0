// SPDX-License-Identifier: Apache-2.0

package main

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// RayService: the parts of the type that the sample objects fill, with the real PodTemplateSpec.
type RayService struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              RayServiceSpec `json:"spec,omitempty"`
}
type RayServiceSpec struct {
	ServeConfigV2   string         `json:"serveConfigV2,omitempty"`
	RayClusterSpec  RayClusterSpec `json:"rayClusterConfig,omitempty"`
	UpgradeStrategy *struct {
		Type *string `json:"type,omitempty"`
	} `json:"upgradeStrategy,omitempty"`
	ServeService *corev1.Service `json:"serveService,omitempty"`
}
type RayClusterSpec struct {
	HeadGroupSpec           HeadGroupSpec     `json:"headGroupSpec"`
	RayVersion              string            `json:"rayVersion,omitempty"`
	EnableInTreeAutoscaling *bool             `json:"enableInTreeAutoscaling,omitempty"`
	WorkerGroupSpecs        []WorkerGroupSpec `json:"workerGroupSpecs,omitempty"`
	Suspend                 *bool             `json:"suspend,omitempty"`
}
type HeadGroupSpec struct {
	ServiceType    corev1.ServiceType     `json:"serviceType,omitempty"`
	RayStartParams map[string]string      `json:"rayStartParams,omitempty"`
	Template       corev1.PodTemplateSpec `json:"template"`
}
type WorkerGroupSpec struct {
	GroupName      string                 `json:"groupName"`
	Replicas       *int32                 `json:"replicas,omitempty"`
	MinReplicas    *int32                 `json:"minReplicas"`
	MaxReplicas    *int32                 `json:"maxReplicas"`
	NumOfHosts     int32                  `json:"numOfHosts,omitempty"`
	RayStartParams map[string]string      `json:"rayStartParams,omitempty"`
	Template       corev1.PodTemplateSpec `json:"template"`
}

func (r *RayService) DeepCopyObject() runtime.Object { c := *r; return &c }

func addTypes(s *runtime.Scheme) {
	gv := schema.GroupVersion{Group: "ray.io", Version: "v1"}
	s.AddKnownTypes(gv, &RayService{})
	metav1.AddToGroupVersion(s, gv)
}
