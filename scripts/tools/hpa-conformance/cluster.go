package conformance

import (
	"math"
	"math/rand"
	"sort"

	"k8s.io/client-go/tools/cache"
)

// cluster is what the controller watches: pods that come and go, and a load that metrics are made of.
type cluster struct {
	scenario *scenario
	random   *rand.Rand
	pods     cache.Indexer
	nowMs    int64
	replicas int32
	// statusReplicas is what the Deployment's status says, which lags behind.
	statusReplicas int32
	alive          []*pod
	created        int
	// demand is how many replicas the load would keep busy at the target.
	demand float64
	// down says which metrics APIs fail at the present sync.
	down map[string]bool
}

func newCluster(scenario *scenario, random *rand.Rand) *cluster {
	c := &cluster{
		scenario: scenario, random: random, pods: cache.NewIndexer(cache.MetaNamespaceKeyFunc, byNamespace),
		replicas: scenario.replicas, demand: float64(scenario.replicas),
	}
	return c
}

func (c *cluster) setReplicas(replicas int32) { c.replicas = replicas }

// advance plays the cluster up to a moment, in half seconds.
func (c *cluster) advance(toMs int64) {
	for c.nowMs < toMs {
		c.nowMs = min(c.nowMs+500, toMs)
		c.replacePods()
		c.moveDemand()
		for len(c.scenario.handScaling) > 0 && c.scenario.handScaling[0].atMs <= c.nowMs {
			c.replicas = c.scenario.handScaling[0].replicas
			c.scenario.handScaling = c.scenario.handScaling[1:]
		}
	}
	c.replacePods()
	c.down = map[string]bool{}
	for _, api := range []string{"resource", "custom", "external"} {
		c.down[api] = c.random.Float64() < c.scenario.outages
	}
}

// replacePods does what a ReplicaSet does: it makes up for pods that ended, and deletes what is too many.
func (c *cluster) replacePods() {
	active := int32(0)
	kept := c.alive[:0]
	for _, p := range c.alive {
		if p.goneMs <= c.nowMs {
			continue
		}
		kept = append(kept, p)
		if p.isActive(c.nowMs) {
			active++
		}
	}
	c.alive = kept
	for ; active < c.replicas && !c.scenario.isBarren(c.nowMs); active++ {
		c.created++
		c.alive = append(c.alive, newPod(c.random, c.scenario, c.created, c.nowMs))
	}
	for index := len(c.alive) - 1; index >= 0 && active > c.replicas; index-- {
		if p := c.alive[index]; p.isActive(c.nowMs) {
			p.deletedMs = c.nowMs
			p.goneMs = c.nowMs + int64(c.random.Intn(40000))
			active--
		}
	}
	if c.random.Float64() < 0.5 {
		c.statusReplicas = active
	}
}

func (c *cluster) moveDemand() {
	s := c.scenario
	limit := 1.4 * float64(s.spec.MaxReplicas)
	switch s.demand {
	case "wave":
		c.demand = limit / 2 * (1 + math.Sin(float64(c.nowMs)/s.wavelengthMs))
	case "steps":
		if c.random.Float64() < 0.003 {
			c.demand = limit * c.random.Float64()
		}
		if c.random.Float64() < 0.002 {
			c.demand = 0
		}
	default:
		c.demand += (c.random.Float64() - 0.5) * limit / 60
	}
	c.demand = math.Max(0, math.Min(limit, c.demand))
}

// snapshot fills the controller's pod cache and returns the record of what it is about to read.
func (c *cluster) snapshot() *syncRecord {
	record := &syncRecord{
		AtMs: c.nowMs, SpecReplicas: c.replicas, StatusReplicas: c.statusReplicas,
		Pods: []podRecord{}, Metrics: []answer{},
	}
	objects := make([]interface{}, 0, len(c.alive))
	for _, p := range c.alive {
		object, podRecord := p.object(c.nowMs)
		objects = append(objects, object)
		record.Pods = append(record.Pods, podRecord)
	}
	if err := c.pods.Replace(objects, ""); err != nil {
		panic(err)
	}
	return record
}

func (c *cluster) serving() float64 {
	count := 0.0
	for _, p := range c.alive {
		if p.isServing(c.nowMs) {
			count++
		}
	}
	return math.Max(count, 1)
}

func sortedKeys[V any](values map[string]V) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
