package sse

import (
	"time"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/lib/executor"

	"dify-scale-tuner/scenarios/extension/arrivals"
	"dify-scale-tuner/scenarios/extension/growing"
)

// tracker is nil for an executor that has no arrival rate: there an iteration is due when it starts.
func (r *rootModule) tracker(scenario *lib.ScenarioState, options lib.Options) (*arrivals.Tracker, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if tracker, ok := r.trackers[scenario.Name]; ok {
		return tracker, nil
	}
	tracker, err := newTracker(scenario, options)
	if err == nil {
		r.trackers[scenario.Name] = tracker
	}
	return tracker, err
}

func newTracker(scenario *lib.ScenarioState, options lib.Options) (*arrivals.Tracker, error) {
	curve, maxVUs := curveOf(options.Scenarios[scenario.Name])
	if curve == nil {
		return nil, nil
	}
	whole, err := lib.NewExecutionTuple(options.ExecutionSegment, options.ExecutionSegmentSequence)
	if err != nil {
		return nil, err
	}
	// The executors deal arrivals out by the share of VUs that falls to a runner, not by its segment.
	share, err := whole.GetNewExecutionTupleFromValue(maxVUs)
	if err != nil {
		return nil, err
	}
	stripe := arrivals.NewStripe(share.GetStripedOffsets())
	return arrivals.NewTracker(scenario.Name, curve, stripe, scenario.StartTime, arrivals.Dropped), nil
}

func curveOf(config lib.ExecutorConfig) (curve arrivals.Curve, maxVUs int64) {
	switch c := config.(type) {
	case *growing.Config:
		return c.Curve(), c.MaxVUs.Int64
	case *executor.RampingArrivalRateConfig:
		return growing.RampingCurve(c), c.MaxVUs.Int64
	case *executor.ConstantArrivalRateConfig:
		period := time.Duration(float64(c.TimeUnit.TimeDuration()) / float64(c.Rate.Int64))
		return arrivals.Constant{Period: period, Duration: c.Duration.TimeDuration()}, c.MaxVUs.Int64
	}
	return nil, 0
}
