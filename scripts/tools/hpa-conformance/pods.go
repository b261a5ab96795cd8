package conformance

import (
	"fmt"
	"math/rand"
	"reflect"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// never lies beyond the end of every scenario.
const never = int64(1) << 40

// pod is the life of one pod as moments in ms; what the controller sees of it follows from the time.
type pod struct {
	name                                       string
	createdMs, startMs, readyMs, endMs, goneMs int64
	deletedMs                                  int64
	// end is the phase from endMs on.
	end v1.PodPhase
	// flips are moments at which a pod that was ready stops being so, or is so again.
	flips []int64
	// lacksReadiness and lacksStart leave out the Ready condition and the start time for good.
	lacksReadiness, lacksStart, hasUnknownReadiness bool
	requests                                        requests
	// share is what this pod gets of the load compared with the others.
	share float64
	// hasNoSamples: metrics never know this pod.
	hasNoSamples bool
}

// requests of one pod; all milli-units.
type requests struct {
	containers map[string]map[string]int64
	// sidecar is the container that is a restartable init container, "" for none.
	sidecar string
	pod     map[string]int64
}

func newPod(random *rand.Rand, scenario *scenario, number int, nowMs int64) *pod {
	p := &pod{
		name: fmt.Sprintf("p%03d", number), createdMs: nowMs, endMs: never, goneMs: never, deletedMs: never,
		share: 0.7 + 0.6*random.Float64(), requests: scenario.requests(random),
	}
	p.startMs = halfSecond(nowMs + int64(random.Intn(8000)))
	p.readyMs = halfSecond(p.startMs + int64(random.Intn(scenario.slowestStartMs)))
	switch draw := random.Float64(); {
	case draw < 0.03:
		p.readyMs = never
	case draw < 0.06:
		p.lacksReadiness = true
	case draw < 0.08:
		p.lacksStart = true
	case draw < 0.10:
		p.hasUnknownReadiness = true
	case draw < 0.13:
		p.hasNoSamples = true
	case draw < 0.19:
		p.endMs = halfSecond(p.startMs + int64(random.Intn(900000)))
		p.end = []v1.PodPhase{v1.PodFailed, v1.PodFailed, v1.PodSucceeded, v1.PodUnknown}[random.Intn(4)]
	}
	for at := p.readyMs; random.Float64() < scenario.flapping && at < never; {
		at = halfSecond(at + 1000 + int64(random.Intn(300000)))
		p.flips = append(p.flips, at)
	}
	return p
}

func halfSecond(ms int64) int64 { return ms / 500 * 500 }

// isActive tells whether a ReplicaSet would count the pod.
func (p *pod) isActive(nowMs int64) bool {
	return p.deletedMs > nowMs && !(p.endMs <= nowMs && p.end != v1.PodUnknown)
}

func (p *pod) phase(nowMs int64) v1.PodPhase {
	switch {
	case p.endMs <= nowMs:
		return p.end
	case p.startMs <= nowMs:
		return v1.PodRunning
	default:
		return v1.PodPending
	}
}

// readiness is the Ready condition and the moment it last changed.
func (p *pod) readiness(nowMs int64) (v1.ConditionStatus, int64) {
	if p.endMs <= nowMs {
		return v1.ConditionFalse, p.endMs
	}
	if p.hasUnknownReadiness && p.readyMs <= nowMs {
		return v1.ConditionUnknown, p.readyMs
	}
	if p.readyMs > nowMs {
		return v1.ConditionFalse, halfSecond(p.createdMs)
	}
	status, since := v1.ConditionTrue, p.readyMs
	for _, flip := range p.flips {
		if flip > nowMs {
			break
		}
		since = flip
		if status == v1.ConditionTrue {
			status = v1.ConditionFalse
		} else {
			status = v1.ConditionTrue
		}
	}
	return status, since
}

func (p *pod) isServing(nowMs int64) bool {
	status, _ := p.readiness(nowMs)
	return p.phase(nowMs) == v1.PodRunning && status == v1.ConditionTrue && p.deletedMs > nowMs
}

// object is the pod as the controller's cache holds it, with its record for the trace.
func (p *pod) object(nowMs int64) (*v1.Pod, podRecord) {
	status, since := p.readiness(nowMs)
	object := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: p.name, Namespace: "ns", Labels: map[string]string{"app": "x"}},
		Status:     v1.PodStatus{Phase: p.phase(nowMs)},
	}
	record := podRecord{
		Name: p.name, Phase: string(object.Status.Phase), Requests: p.requests.containers, PodRequests: p.requests.pod,
	}
	if p.startMs <= nowMs && !p.lacksStart {
		object.Status.StartTime = ref(metav1.NewTime(momentOf(p.startMs)))
		record.StartTimeMs = ref(p.startMs)
	}
	if p.startMs <= nowMs && !p.lacksReadiness {
		object.Status.Conditions = []v1.PodCondition{{
			Type: v1.PodReady, Status: status, LastTransitionTime: metav1.NewTime(momentOf(since)),
		}}
		record.Ready = map[v1.ConditionStatus]any{"True": true, "False": false, "Unknown": "Unknown"}[status]
		record.ReadyTransitionMs = since
	}
	if p.deletedMs <= nowMs {
		object.DeletionTimestamp = ref(metav1.NewTime(momentOf(p.deletedMs)))
		record.Deleted = true
	}
	p.requests.fill(&object.Spec)
	return object, record
}

// fill writes the requests into the spec, with an init container that has ended and counts for nothing.
func (r requests) fill(spec *v1.PodSpec) {
	spec.InitContainers = []v1.Container{{Name: "prepare", Resources: v1.ResourceRequirements{Requests: quantities(map[string]int64{"cpu": 4000})}}}
	for _, name := range sortedKeys(r.containers) {
		container := v1.Container{Name: name, Resources: v1.ResourceRequirements{Requests: quantities(r.containers[name])}}
		if name == r.sidecar {
			container.RestartPolicy = ref(v1.ContainerRestartPolicyAlways)
			spec.InitContainers = append(spec.InitContainers, container)
		} else {
			spec.Containers = append(spec.Containers, container)
		}
	}
	// Versions before 1.32 have no such field.
	if field := reflect.ValueOf(spec).Elem().FieldByName("Resources"); r.pod != nil && field.IsValid() {
		field.Set(reflect.ValueOf(&v1.ResourceRequirements{Requests: quantities(r.pod)}))
	}
}

func quantities(milli map[string]int64) v1.ResourceList {
	list := v1.ResourceList{}
	for name, amount := range milli {
		list[v1.ResourceName(name)] = *resource.NewMilliQuantity(amount, resource.DecimalSI)
	}
	return list
}
