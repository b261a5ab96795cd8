package conformance

import (
	"context"
	"encoding/json"
	"math/rand"
	"sync"
	"testing/synctest"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	autoscalinglisters "k8s.io/client-go/listers/autoscaling/v2"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	cachetesting "k8s.io/client-go/tools/cache/testing"
	autoscalingdefaults "k8s.io/kubernetes/pkg/apis/autoscaling/v2"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	metricsclient "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
)

// run is one controller watching one cluster.
type run struct {
	lock    sync.Mutex
	trace   *trace
	cluster *cluster
	source  *cachetesting.FakeControllerSource
	hpa     *autoscalingv2.HorizontalPodAutoscaler
	// newSpec is what the next sync's record says about an edited HPA.
	newSpec json.RawMessage
	current *syncRecord
	// metric is the position in spec.metrics of the next call to the metrics client.
	metric int
	// world is processor time spent on playing the cluster, which is not the controller's.
	world time.Duration
}

// play runs the controller for the length of the scenario. It must be called inside a synctest bubble.
func play(scenario *scenario, random *rand.Rand) *run {
	r := &run{trace: scenario.trace, cluster: newCluster(scenario, random), source: cachetesting.NewFakeControllerSource()}
	r.hpa = &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "h", Namespace: "ns", UID: "uid", Generation: 1},
		Spec:       *scenario.spec.DeepCopy(),
	}
	autoscalingdefaults.SetDefaults_HorizontalPodAutoscaler(r.hpa)
	r.hpa.Status = earlierStatus(scenario.trace.HPA.Status)
	r.source.Add(r.hpa.DeepCopy())

	ctx, cancel := context.WithCancel(context.Background())
	time.Sleep(time.Duration(random.Intn(15000)) * time.Millisecond)
	controller, hpas := r.newController(ctx, scenario.trace.ControllerFlags)
	go hpas.Run(ctx.Done())
	go controller.Run(ctx, 1)
	for _, edit := range scenario.edits {
		time.Sleep(edit.after)
		r.edit(edit.spec)
	}
	time.Sleep(time.Until(momentOf(scenario.endMs)))
	// A sync that falls on the very end is let finish, and the watch outlives the controller.
	synctest.Wait()
	cancel()
	// Queues of older releases look every half second whether they are to end.
	time.Sleep(time.Second)
	synctest.Wait()
	r.source.Shutdown()
	r.endSync()
	return r
}

func earlierStatus(record *statusRecord) autoscalingv2.HorizontalPodAutoscalerStatus {
	if record == nil {
		return autoscalingv2.HorizontalPodAutoscalerStatus{}
	}
	status := autoscalingv2.HorizontalPodAutoscalerStatus{DesiredReplicas: record.DesiredReplicas}
	for _, c := range record.Conditions {
		status.Conditions = append(status.Conditions, autoscalingv2.HorizontalPodAutoscalerCondition{
			Type: autoscalingv2.HorizontalPodAutoscalerConditionType(c.Type), Status: v1.ConditionStatus(c.Status), Reason: c.Reason,
		})
	}
	return status
}

func (r *run) newController(ctx context.Context, flags flags) (*podautoscaler.HorizontalController, cache.SharedIndexInformer) {
	apps := schema.GroupVersion{Group: "apps", Version: "v1"}
	mapper := meta.NewDefaultRESTMapper([]schema.GroupVersion{apps})
	mapper.Add(apps.WithKind("Deployment"), meta.RESTScopeNamespace)
	seconds := func(count int) time.Duration { return time.Duration(count) * time.Second }
	resync := seconds(flags.SyncPeriodSeconds)
	hpas := hpaInformer{cache.NewSharedIndexInformer(listingSource{r.source}, &autoscalingv2.HorizontalPodAutoscaler{}, resync, byNamespace)}
	metrics := metricsclient.NewRESTMetricsClient(podMetrics{cluster: r.cluster}, customMetrics{cluster: r.cluster}, externalMetrics{r.cluster})
	return podautoscaler.NewHorizontalController(
		ctx, events{}, scales{run: r}, autoscalers{run: r}, mapper, recordingClient{metrics, r},
		hpas, podInformer{cache: r.cluster.pods},
		resync, seconds(flags.DownscaleStabilizationSeconds), flags.Tolerance,
		seconds(flags.CPUInitializationPeriodSeconds), seconds(flags.InitialReadinessDelaySeconds),
	), hpas.SharedIndexInformer
}

func (r *run) edit(spec json.RawMessage) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.newSpec = spec
	r.hpa = r.hpa.DeepCopy()
	r.hpa.Spec = decodeSpec(spec)
	r.hpa.Generation++
	autoscalingdefaults.SetDefaults_HorizontalPodAutoscaler(r.hpa)
	r.source.Modify(r.hpa.DeepCopy())
}

func (r *run) beginSync() *autoscalingv1.Scale {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.endSync()
	started := processorTime()
	r.cluster.advance(msOf(time.Now()))
	r.current = r.cluster.snapshot()
	r.current.Spec, r.newSpec = r.newSpec, nil
	r.metric = 0
	r.world += processorTime() - started
	return &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{Name: "x", Namespace: "ns"},
		Spec:       autoscalingv1.ScaleSpec{Replicas: r.current.SpecReplicas},
		Status:     autoscalingv1.ScaleStatus{Replicas: r.current.StatusReplicas, Selector: "app=x"},
	}
}

// endSync closes the record of the sync before: its status is known once the next one begins.
func (r *run) endSync() {
	if r.current == nil {
		return
	}
	r.current.setStatus(r.hpa.Status)
	r.trace.Syncs = append(r.trace.Syncs, r.current)
	r.current = nil
}

func (r *run) scaledTo(replicas int32) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.current.ScaledTo = &replicas
	r.cluster.setReplicas(replicas)
}

func (r *run) updateStatus(hpa *autoscalingv2.HorizontalPodAutoscaler) *autoscalingv2.HorizontalPodAutoscaler {
	r.lock.Lock()
	defer r.lock.Unlock()
	stored := r.hpa.DeepCopy()
	stored.Status = *hpa.Status.DeepCopy()
	r.source.Modify(stored)
	r.hpa = stored
	return stored.DeepCopy()
}

// note writes down an answer where its metric stands; metrics without any target are never asked for.
func (r *run) note(answer answer) {
	r.lock.Lock()
	defer r.lock.Unlock()
	for isBroken(r.hpa.Spec.Metrics[r.metric]) {
		r.metric++
	}
	for len(r.current.Metrics) < len(r.hpa.Spec.Metrics) {
		r.current.Metrics = append(r.current.Metrics, emptyAnswer)
	}
	r.current.Metrics[r.metric] = answer
	r.metric++
}

// listingSource says that it knows no streamed lists, for which an informer would wait for ever.
type listingSource struct {
	*cachetesting.FakeControllerSource
}

func (listingSource) IsWatchListSemanticsUnSupported() bool { return true }

type hpaInformer struct{ cache.SharedIndexInformer }

func (h hpaInformer) Informer() cache.SharedIndexInformer { return h.SharedIndexInformer }

func (h hpaInformer) Lister() autoscalinglisters.HorizontalPodAutoscalerLister {
	return autoscalinglisters.NewHorizontalPodAutoscalerLister(h.GetIndexer())
}

// podInformer stands for a cache that is filled by the cluster itself, at the moment of a sync.
type podInformer struct {
	cache.SharedIndexInformer
	cache cache.Indexer
}

func (p podInformer) Informer() cache.SharedIndexInformer { return p }

func (p podInformer) HasSynced() bool { return true }

func (p podInformer) Lister() corelisters.PodLister { return corelisters.NewPodLister(p.cache) }

var byNamespace = cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}

var emptyAnswer = answer{}

func isBroken(metric autoscalingv2.MetricSpec) bool {
	if metric.Type != autoscalingv2.ObjectMetricSourceType {
		return false
	}
	target := metric.Object.Target
	return !(target.Type == autoscalingv2.ValueMetricType && target.Value != nil ||
		target.Type == autoscalingv2.AverageValueMetricType && target.AverageValue != nil)
}

func ref[T any](value T) *T { return &value }
