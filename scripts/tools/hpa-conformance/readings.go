package conformance

import (
	"math"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	customapi "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalapi "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	metricsapi "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// What the metrics APIs answer. Every metric's target is met when the demand equals the replicas, so that all
// of them matter; now and then a reading lies on the very edge of the dead band.

// mostPerPod keeps the sum over all pods below 2^53, beyond which tune refuses a trace.
const mostPerPod = 1 << 45

var edges = []float64{0.9, 1, 1.1, 0.5, 2, 0.95, 1.05}

// load is the ratio of observed to target.
func (c *cluster) load() float64 {
	if c.random.Float64() < c.scenario.edginess {
		return edges[c.random.Intn(len(edges))]
	}
	return c.demand / c.serving()
}

// sampled visits the pods that have a sample, those that are gone for a moment among them.
func (c *cluster) sampled(visit func(p *pod, at metav1.Time, window time.Duration)) {
	for _, p := range c.alive {
		if p.hasNoSamples || p.startMs+3000 > c.nowMs || c.random.Float64() < c.scenario.missing {
			continue
		}
		at := halfSecond(c.nowMs - int64(c.random.Intn(20000)))
		window := []time.Duration{10 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute}[c.random.Intn(4)]
		visit(p, metav1.NewTime(momentOf(max(at, 0))), window)
	}
	if c.random.Float64() < c.scenario.ghosts {
		ghost := &pod{name: "ghost", share: 1, requests: c.scenario.requests(c.random)}
		visit(ghost, metav1.NewTime(momentOf(halfSecond(c.nowMs))), time.Minute)
	}
}

func (c *cluster) resourceMetrics() (*metricsapi.PodMetricsList, error) {
	if c.down["resource"] {
		return nil, errDown
	}
	list := &metricsapi.PodMetricsList{}
	load := c.load()
	isEdge := c.random.Float64() < c.scenario.edginess
	c.sampled(func(p *pod, at metav1.Time, window time.Duration) {
		item := metricsapi.PodMetrics{
			ObjectMeta: metav1.ObjectMeta{Name: p.name, Namespace: "ns"},
			Timestamp:  at, Window: metav1.Duration{Duration: window},
		}
		share := p.share
		if isEdge {
			share = 1
		}
		for _, name := range sortedKeys(p.requests.containers) {
			if c.random.Float64() < c.scenario.missing/4 {
				continue
			}
			usage := map[string]int64{}
			for resourceName, target := range c.scenario.perPodTargets {
				amount := math.Ceil(load * share * c.targetOf(p, name, resourceName, target))
				usage[resourceName] = int64(math.Min(amount, mostPerPod))
			}
			item.Containers = append(item.Containers, metricsapi.ContainerMetrics{Name: name, Usage: quantities(usage)})
		}
		list.Items = append(list.Items, item)
	})
	return list, nil
}

// targetOf is what one container uses at the target: a share of its request, or of the average value.
func (c *cluster) targetOf(p *pod, container, resourceName string, target resourceTarget) float64 {
	if target.percent > 0 {
		return float64(p.requests.containers[container][resourceName]) * target.percent / 100
	}
	return target.milli / float64(len(p.requests.containers))
}

func (c *cluster) podsMetric(name string) (*customapi.MetricValueList, error) {
	if c.down["custom"] {
		return nil, errDown
	}
	list := &customapi.MetricValueList{}
	target := c.scenario.namedTargets[name]
	load := c.load()
	c.sampled(func(p *pod, at metav1.Time, window time.Duration) {
		list.Items = append(list.Items, customapi.MetricValue{
			DescribedObject: v1.ObjectReference{Kind: "Pod", Namespace: "ns", Name: p.name},
			Timestamp:       at,
			Value:           *resource.NewMilliQuantity(int64(load*p.share*target.milli), resource.DecimalSI),
		})
	})
	return list, nil
}

func (c *cluster) objectMetric(name string) (*customapi.MetricValue, error) {
	if c.down["custom"] {
		return nil, errDown
	}
	return &customapi.MetricValue{
		Timestamp: metav1.NewTime(momentOf(c.nowMs)),
		Value:     *resource.NewMilliQuantity(c.total(name), resource.DecimalSI),
	}, nil
}

func (c *cluster) externalMetric(name string) (*externalapi.ExternalMetricValueList, error) {
	if c.down["external"] {
		return nil, errDown
	}
	list := &externalapi.ExternalMetricValueList{}
	total := c.total(name)
	for series := c.random.Intn(4); series >= 0; series-- {
		part := total
		if series > 0 {
			part = c.random.Int63n(total + 1)
		}
		total -= part
		if c.random.Float64() < 0.02 {
			continue
		}
		list.Items = append(list.Items, externalapi.ExternalMetricValue{
			MetricName: name, Timestamp: metav1.NewTime(momentOf(c.nowMs)),
			Value: *resource.NewMilliQuantity(part, resource.DecimalSI),
		})
	}
	return list, nil
}

// total is the value of a metric that is not taken from pods, milli-units; huge once in a while.
func (c *cluster) total(name string) int64 {
	target := c.scenario.namedTargets[name]
	if c.random.Float64() < c.scenario.hugeness {
		return int64(math.Min(target.milli*math.Pow(2, 28+6*c.random.Float64()), 1<<52))
	}
	load := c.load()
	if target.isAverage {
		load *= float64(c.statusReplicas)
		if c.statusReplicas == 0 {
			load = c.demand
		}
	} else if c.replicas == 0 {
		load = c.demand
	}
	return int64(load * target.milli)
}
