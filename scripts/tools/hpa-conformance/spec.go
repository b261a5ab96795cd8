package conformance

import (
	"math/rand"
)

// randomSpec is a spec that the API server of the version accepts, as a user would write it.
func randomSpec(random *rand.Rand, metrics []object) object {
	spec := object{
		"scaleTargetRef": object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"},
		"maxReplicas":    3 + random.Intn(30),
	}
	if random.Float64() < 0.8 {
		spec["minReplicas"] = 1 + random.Intn(3)
	}
	if mayBeZero(metrics) && random.Float64() < 0.5 {
		spec["minReplicas"] = 0
	}
	if len(metrics) > 0 {
		spec["metrics"] = metrics
	}
	if random.Float64() < 0.7 {
		behavior := object{}
		if random.Float64() < 0.7 {
			behavior["scaleUp"] = randomRules(random)
		}
		if random.Float64() < 0.7 {
			behavior["scaleDown"] = randomRules(random)
		}
		spec["behavior"] = behavior
	}
	return spec
}

func mayBeZero(metrics []object) bool {
	if !gateEnabled("HPAScaleToZero") {
		return false
	}
	for _, metric := range metrics {
		if metric["type"] == "Object" || metric["type"] == "External" {
			return true
		}
	}
	return false
}

func randomRules(random *rand.Rand) object {
	rules := object{}
	if random.Float64() < 0.6 {
		rules["stabilizationWindowSeconds"] = pick(random, 0, 15, 30, 60, 120, 300, 600, random.Intn(3601))
	}
	if random.Float64() < 0.5 {
		rules["selectPolicy"] = pick(random, "Max", "Min", "Min", "Disabled")
	}
	if random.Float64() < 0.7 {
		policies := []object{}
		for count := 1 + random.Intn(3); count > 0; count-- {
			policies = append(policies, randomPolicy(random))
		}
		rules["policies"] = policies
	}
	if random.Float64() < 0.4 {
		rules["tolerance"] = pick(random, "0", "0.05", "100m", "0.1", "0.15", "330m", "1e-1", "0.2", "70m")
	}
	return rules
}

func randomPolicy(random *rand.Rand) object {
	kind := pick(random, "Pods", "Percent")
	value := pick(random, 1, 2, 4, 10, 25, 50, 100, 200, 1+random.Intn(300))
	if random.Float64() < 0.01 {
		value = 1<<31 - 1
	}
	return object{
		"type": kind, "value": value,
		"periodSeconds": pick(random, 15, 30, 60, 120, 300, 600, 1+random.Intn(1800)),
	}
}

// randomRequests is how the pods of one scenario ask for resources; a rollout may change it half way.
func randomRequests(random *rand.Rand) func(*rand.Rand) requests {
	cpu := pick(random, int64(100), 250, 500, 1000, int64(1+random.Intn(2000)))
	memory := int64(pick(random, 256, 512, 1024, 65536)) << 20 * 1000
	hasSide := random.Float64() < 0.4
	isSidecar := random.Float64() < 0.5
	lacking := pick(random, 0, 0, 0, 0, 0.02)
	differing := pick(random, 0, 0, 0.5)
	onPod := pick(random, 0, 0, 0, 0.7)
	withoutSide := pick(random, 0, 0, 0.1)
	cpuOnly := random.Float64() < 0.5
	return func(random *rand.Rand) requests {
		app := map[string]int64{"cpu": cpu, "memory": memory}
		if random.Float64() < differing {
			app["cpu"] = cpu/2 + 1
			app["memory"] = memory / 3
		}
		r := requests{containers: map[string]map[string]int64{"app": app}}
		if hasSide && random.Float64() >= withoutSide {
			r.containers["side"] = map[string]int64{"cpu": cpu/10 + 1, "memory": memory / 10}
			if isSidecar {
				r.sidecar = "side"
			}
		}
		if random.Float64() < lacking {
			delete(app, pick(random, "cpu", "memory"))
		}
		if random.Float64() < onPod {
			r.pod = map[string]int64{"cpu": 2 * cpu, "memory": 2 * memory}
			if cpuOnly {
				delete(r.pod, "memory")
			}
		}
		return r
	}
}
