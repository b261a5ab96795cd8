package conformance

import (
	"context"
	"errors"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	autoscalingclient "k8s.io/client-go/kubernetes/typed/autoscaling/v2"
	v1core "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/scale"
	metricsclient "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
	customapi "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalapi "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	metricsapi "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	resourceclient "k8s.io/metrics/pkg/client/clientset/versioned/typed/metrics/v1beta1"
	customclient "k8s.io/metrics/pkg/client/custom_metrics"
	externalclient "k8s.io/metrics/pkg/client/external_metrics"
)

// The controller talks to these instead of to an API server. Reading the scale is the first thing it does in a
// sync, so that is where the cluster is brought up to the present and the sync's record begins.

var errDown = errors.New("the API is down")

type scales struct {
	scale.ScaleInterface
	run *run
}

func (s scales) Scales(string) scale.ScaleInterface { return s }

func (s scales) Get(context.Context, schema.GroupResource, string, metav1.GetOptions) (*autoscalingv1.Scale, error) {
	return s.run.beginSync(), nil
}

func (s scales) Update(_ context.Context, _ schema.GroupResource, to *autoscalingv1.Scale, _ metav1.UpdateOptions) (*autoscalingv1.Scale, error) {
	s.run.scaledTo(to.Spec.Replicas)
	return to, nil
}

type autoscalers struct {
	autoscalingclient.HorizontalPodAutoscalerInterface
	run *run
}

func (a autoscalers) HorizontalPodAutoscalers(string) autoscalingclient.HorizontalPodAutoscalerInterface {
	return a
}

func (a autoscalers) UpdateStatus(_ context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler, _ metav1.UpdateOptions) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	return a.run.updateStatus(hpa), nil
}

type events struct{ v1core.EventInterface }

func (e events) Events(string) v1core.EventInterface { return e }

func (e events) CreateWithEventNamespace(event *v1.Event) (*v1.Event, error) { return event, nil }

func (e events) UpdateWithEventNamespace(event *v1.Event) (*v1.Event, error) { return event, nil }

func (e events) PatchWithEventNamespace(event *v1.Event, _ []byte) (*v1.Event, error) {
	return event, nil
}

func (e events) CreateWithEventNamespaceWithContext(_ context.Context, event *v1.Event) (*v1.Event, error) {
	return event, nil
}

func (e events) UpdateWithEventNamespaceWithContext(_ context.Context, event *v1.Event) (*v1.Event, error) {
	return event, nil
}

func (e events) PatchWithEventNamespaceWithContext(_ context.Context, event *v1.Event, _ []byte) (*v1.Event, error) {
	return event, nil
}

type podMetrics struct {
	resourceclient.PodMetricsInterface
	cluster *cluster
}

func (p podMetrics) PodMetricses(string) resourceclient.PodMetricsInterface { return p }

func (p podMetrics) List(context.Context, metav1.ListOptions) (*metricsapi.PodMetricsList, error) {
	return p.cluster.resourceMetrics()
}

type customMetrics struct {
	customclient.MetricsInterface
	cluster *cluster
}

func (c customMetrics) RootScopedMetrics() customclient.MetricsInterface { return c }

func (c customMetrics) NamespacedMetrics(string) customclient.MetricsInterface { return c }

func (c customMetrics) GetForObject(_ schema.GroupKind, _ string, name string, _ labels.Selector) (*customapi.MetricValue, error) {
	return c.cluster.objectMetric(name)
}

func (c customMetrics) GetForObjects(_ schema.GroupKind, _ labels.Selector, name string, _ labels.Selector) (*customapi.MetricValueList, error) {
	return c.cluster.podsMetric(name)
}

type externalMetrics struct{ cluster *cluster }

func (e externalMetrics) NamespacedMetrics(string) externalclient.MetricsInterface { return e }

func (e externalMetrics) List(name string, _ labels.Selector) (*externalapi.ExternalMetricValueList, error) {
	return e.cluster.externalMetric(name)
}

// recordingClient notes what the controller's own metrics client made of the answers, in the order of the
// calls, which is that of spec.metrics.
type recordingClient struct {
	metricsclient.MetricsClient
	run *run
}

func (r recordingClient) GetResourceMetric(ctx context.Context, resource v1.ResourceName, namespace string, selector labels.Selector, container string) (metricsclient.PodMetricsInfo, time.Time, error) {
	info, at, err := r.MetricsClient.GetResourceMetric(ctx, resource, namespace, selector, container)
	r.run.note(podsAnswer(info, err))
	return info, at, err
}

func (r recordingClient) GetRawMetric(name, namespace string, selector, metricSelector labels.Selector) (metricsclient.PodMetricsInfo, time.Time, error) {
	info, at, err := r.MetricsClient.GetRawMetric(name, namespace, selector, metricSelector)
	r.run.note(podsAnswer(info, err))
	return info, at, err
}

func (r recordingClient) GetObjectMetric(name, namespace string, object *autoscalingv2.CrossVersionObjectReference, selector labels.Selector) (int64, time.Time, error) {
	value, at, err := r.MetricsClient.GetObjectMetric(name, namespace, object, selector)
	r.run.note(valuesAnswer([]int64{value}, err))
	return value, at, err
}

func (r recordingClient) GetExternalMetric(name, namespace string, selector labels.Selector) ([]int64, time.Time, error) {
	values, at, err := r.MetricsClient.GetExternalMetric(name, namespace, selector)
	r.run.note(valuesAnswer(values, err))
	return values, at, err
}

func podsAnswer(info metricsclient.PodMetricsInfo, err error) answer {
	if err != nil {
		return answer{Error: true}
	}
	pods := make(map[string]sample, len(info))
	for name, metric := range info {
		pods[name] = sample{metric.Value, msOf(metric.Timestamp), metric.Window.Milliseconds()}
	}
	return answer{Pods: pods}
}

func valuesAnswer(values []int64, err error) answer {
	if err != nil {
		return answer{Error: true}
	}
	return answer{Values: values}
}
