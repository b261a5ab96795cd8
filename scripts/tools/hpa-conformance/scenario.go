package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
)

// scenario is one random cluster with its HPA.
type scenario struct {
	trace       *trace
	spec        autoscalingv2.HorizontalPodAutoscalerSpec
	replicas    int32
	endMs       int64
	edits       []edit
	handScaling []handScaling
	// barrenFromMs begins five minutes in which no pod can be created.
	barrenFromMs int64
	// demand is the kind of course that the load takes.
	demand         string
	wavelengthMs   float64
	slowestStartMs int
	// Probabilities: of a further flip of readiness, of an API failing at a sync, of a sample missing, of a
	// sample of a pod that is gone, of a reading on the edge of the dead band, of a reading beyond int32.
	flapping, outages, missing, ghosts, edginess, hugeness float64
	perPodTargets                                          map[string]resourceTarget
	namedTargets                                           map[string]namedTarget
	requests                                               func(random *rand.Rand) requests
}

type edit struct {
	after time.Duration
	spec  json.RawMessage
}

type handScaling struct {
	atMs     int64
	replicas int32
}

type resourceTarget struct{ percent, milli float64 }

type namedTarget struct {
	milli     float64
	isAverage bool
}

func newScenario(kubernetes string, gates map[string]bool, random *rand.Rand) *scenario {
	s := &scenario{
		trace:          &trace{Kubernetes: kubernetes, FeatureGates: gates, ControllerFlags: randomFlags(random)},
		replicas:       int32(1 + random.Intn(12)),
		demand:         pick(random, "wave", "steps", "walk"),
		wavelengthMs:   60000 * (1 + 4*random.Float64()),
		slowestStartMs: pick(random, 5000, 30000, 120000),
		flapping:       pick(random, 0, 0, 0.5),
		outages:        pick(random, 0, 0, 0.05, 0.3),
		missing:        pick(random, 0, 0, 0.05, 0.2),
		ghosts:         pick(random, 0, 0, 0.1),
		edginess:       pick(random, 0, 0.1, 0.5),
		hugeness:       pick(random, 0, 0, 0, 0.05),
		perPodTargets:  map[string]resourceTarget{},
		namedTargets:   map[string]namedTarget{},
		requests:       randomRequests(random),
		barrenFromMs:   pick(random, never, never, never, 0, int64(random.Intn(1200000))),
	}
	if random.Float64() < 0.2 {
		s.trace.HPA.Status = randomStatus(random)
	}
	metrics := s.randomMetrics(random)
	first := randomSpec(random, metrics)
	s.trace.HPA.Spec = encode(first)
	s.spec = decodeSpec(s.trace.HPA.Spec)
	s.endMs = int64(pick(random, 20, 40)) * 60000
	for random.Float64() < 0.3 && len(s.edits) < 3 {
		// Whole spans of milliseconds that no sync falls on.
		after := time.Duration(random.Intn(500)*1000+137) * time.Millisecond
		s.edits = append(s.edits, edit{after, encode(randomSpec(random, metrics))})
	}
	for atMs := int64(0); random.Float64() < 0.4; {
		atMs += int64(random.Intn(900000))
		s.handScaling = append(s.handScaling, handScaling{atMs, int32(pick(random, 0, 1, 3, random.Intn(40)))})
	}
	return s
}

func (s *scenario) isBarren(nowMs int64) bool {
	return s.barrenFromMs <= nowMs && nowMs < s.barrenFromMs+300000
}

// randomStatus is what an earlier controller left, which knew of scaling to zero.
func randomStatus(random *rand.Rand) *statusRecord {
	status := &statusRecord{DesiredReplicas: int32(random.Intn(5)), Conditions: []condition{
		{"ScaledToZero", pick(random, "True", "True", "False"), "FromBefore"},
		{"AbleToScale", "True", "ReadyForNewScale"},
	}}
	return status
}

func randomFlags(random *rand.Rand) flags {
	if random.Float64() < 0.6 {
		return flags{0.1, 300, 300, 30, 15}
	}
	return flags{
		Tolerance:                      pick(random, 0, 0.05, 0.1, 0.25),
		DownscaleStabilizationSeconds:  pick(random, 0, 60, 300, 600),
		CPUInitializationPeriodSeconds: pick(random, 0, 60, 120, 300),
		InitialReadinessDelaySeconds:   pick(random, 0, 10, 30, 60),
		SyncPeriodSeconds:              pick(random, 5, 15, 30),
	}
}

// randomMetrics chooses what to scale on, and remembers the targets the load is made for.
func (s *scenario) randomMetrics(random *rand.Rand) []object {
	metrics := []object{}
	count := pick(random, 1, 1, 2, 3)
	if random.Float64() < 0.05 {
		s.perPodTargets["cpu"] = resourceTarget{percent: 80}
		return metrics
	}
	for len(metrics) < count {
		name := fmt.Sprintf("m%d", len(metrics))
		switch random.Intn(6) {
		case 0, 1:
			metrics = append(metrics, object{"type": "Resource", "resource": s.resource(random, object{})})
		case 2:
			container := pick(random, "app", "app", "side", "none")
			source := s.resource(random, object{"container": container})
			metrics = append(metrics, object{"type": "ContainerResource", "containerResource": source})
		case 3:
			metrics = append(metrics, object{"type": "Pods", "pods": object{
				"metric": object{"name": name}, "target": s.named(random, name, "AverageValue"),
			}})
		case 4:
			metrics = append(metrics, object{"type": "Object", "object": object{
				"describedObject": object{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "i"},
				"metric":          object{"name": name}, "target": s.objectTarget(random, name),
			}})
		case 5:
			metrics = append(metrics, object{"type": "External", "external": object{
				"metric": object{"name": name}, "target": s.named(random, name, pick(random, "Value", "AverageValue")),
			}})
		}
	}
	return metrics
}

func (s *scenario) resource(random *rand.Rand, source object) object {
	name := pick(random, "cpu", "cpu", "cpu", "memory")
	source["name"] = name
	target, known := s.perPodTargets[name]
	if !known && random.Float64() < 0.7 {
		target = resourceTarget{percent: pick(random, 50, 50, 80, 100, 150, float64(20+random.Intn(80)))}
	} else if !known {
		target = resourceTarget{milli: pick(random, 100, 250, 507, float64(50+random.Intn(900)))}
		if name == "memory" {
			target.milli *= 1 << 20
		}
	}
	s.perPodTargets[name] = target
	if target.percent > 0 {
		source["target"] = object{"type": "Utilization", "averageUtilization": int(target.percent)}
	} else {
		source["target"] = object{"type": "AverageValue", "averageValue": averageText(random, name, target.milli)}
	}
	return source
}

func averageText(random *rand.Rand, name string, milli float64) string {
	if name == "memory" && random.Float64() < 0.5 {
		return fmt.Sprintf("%dKi", int64(milli/1000/1024)+1)
	}
	return pick(random, fmt.Sprintf("%dm", int64(milli)), fmt.Sprintf("%du", int64(milli*1000)-1))
}

func (s *scenario) named(random *rand.Rand, name, kind string) object {
	target := namedTarget{float64(1 + random.Intn(100)), kind == "AverageValue"}
	text := pick(random, fmt.Sprint(target.milli), fmt.Sprintf("%v.5", target.milli), fmt.Sprintf("%vk", target.milli))
	switch text[len(text)-1] {
	case 'k':
		target.milli *= 1000
	case '5':
		if len(text) > 2 && text[len(text)-2] == '.' {
			target.milli += 0.5
		}
	}
	target.milli *= 1000
	s.namedTargets[name] = target
	if target.isAverage {
		return object{"type": kind, "averageValue": text}
	}
	return object{"type": kind, "value": text}
}

// objectTarget is a valid one, or one whose type names the field that is not there: the API server lets it by.
func (s *scenario) objectTarget(random *rand.Rand, name string) object {
	target := s.named(random, name, pick(random, "Value", "AverageValue"))
	if random.Float64() < 0.1 {
		target["type"] = pick(random, "Value", "AverageValue", "Utilization")
	}
	return target
}

func gateEnabled(name string) bool {
	if _, known := utilfeature.DefaultMutableFeatureGate.GetAll()[featuregate.Feature(name)]; !known {
		return false
	}
	return utilfeature.DefaultFeatureGate.Enabled(featuregate.Feature(name))
}

type object = map[string]any

func encode(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

// decodeSpec drops the fields that this version does not know, as its API server does.
func decodeSpec(text json.RawMessage) autoscalingv2.HorizontalPodAutoscalerSpec {
	var spec autoscalingv2.HorizontalPodAutoscalerSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		panic(err)
	}
	return spec
}

func pick[T any](random *rand.Rand, choices ...T) T { return choices[random.Intn(len(choices))] }
