// Package conformance records what the real HorizontalPodAutoscaler controller decides in random clusters.
package conformance

import (
	"encoding/json"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

// trace is one file; the format is described in docs/hpa.md.
type trace struct {
	Kubernetes      string          `json:"kubernetes"`
	FeatureGates    map[string]bool `json:"featureGates,omitempty"`
	ControllerFlags flags           `json:"controllerFlags"`
	HPA             hpaObject       `json:"hpa"`
	Syncs           []*syncRecord   `json:"syncs"`
}

type flags struct {
	Tolerance                      float64 `json:"tolerance"`
	DownscaleStabilizationSeconds  int     `json:"downscaleStabilizationSeconds"`
	CPUInitializationPeriodSeconds int     `json:"cpuInitializationPeriodSeconds"`
	InitialReadinessDelaySeconds   int     `json:"initialReadinessDelaySeconds"`
	SyncPeriodSeconds              int     `json:"syncPeriodSeconds"`
}

type hpaObject struct {
	Spec   json.RawMessage `json:"spec"`
	Status *statusRecord   `json:"status,omitempty"`
}

type statusRecord struct {
	DesiredReplicas int32       `json:"desiredReplicas"`
	Conditions      []condition `json:"conditions"`
}

type syncRecord struct {
	AtMs            int64           `json:"atMs"`
	Spec            json.RawMessage `json:"spec,omitempty"`
	SpecReplicas    int32           `json:"specReplicas"`
	StatusReplicas  int32           `json:"statusReplicas"`
	Pods            []podRecord     `json:"pods"`
	Metrics         []answer        `json:"metrics"`
	ScaledTo        *int32          `json:"scaledTo"`
	DesiredReplicas int32           `json:"desiredReplicas"`
	Conditions      []condition     `json:"conditions"`
}

type podRecord struct {
	Name              string                      `json:"name"`
	Phase             string                      `json:"phase"`
	Ready             any                         `json:"ready"`
	ReadyTransitionMs int64                       `json:"readyTransitionMs"`
	StartTimeMs       *int64                      `json:"startTimeMs"`
	Deleted           bool                        `json:"deleted"`
	Requests          map[string]map[string]int64 `json:"requests"`
	PodRequests       map[string]int64            `json:"podRequests,omitempty"`
}

type answer struct {
	Pods   map[string]sample `json:"pods,omitempty"`
	Values []int64           `json:"values,omitempty"`
	Error  bool              `json:"error,omitempty"`
}

type sample struct {
	Value    int64 `json:"value"`
	AtMs     int64 `json:"atMs"`
	WindowMs int64 `json:"windowMs"`
}

type condition struct {
	Type   string `json:"type"`
	Status string `json:"status"`
	Reason string `json:"reason"`
}

func (s *syncRecord) setStatus(status autoscalingv2.HorizontalPodAutoscalerStatus) {
	s.DesiredReplicas = status.DesiredReplicas
	s.Conditions = make([]condition, 0, len(status.Conditions))
	for _, c := range status.Conditions {
		s.Conditions = append(s.Conditions, condition{string(c.Type), string(c.Status), c.Reason})
	}
}

// A bubble of testing/synctest begins at midnight UTC 2000-01-01; moments are counted from there.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func msOf(moment time.Time) int64 { return moment.Sub(epoch).Milliseconds() }

func momentOf(ms int64) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }
