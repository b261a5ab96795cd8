package growing

import (
	"context"
	"sync"
	"time"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/lib/executor"
	"go.k6.io/k6/v2/metrics"

	"dify-scale-tuner/scenarios/extension/arrivals"
)

// Executor runs one scenario.
type Executor struct {
	*executor.BaseExecutor
	config *Config
	state  *lib.ExecutionState

	curve  arrivals.Curve
	stripe arrivals.Stripe

	iterationsMutex sync.Mutex
	iterations      *lib.SegmentedIndex
}

// Init deals arrivals out among runners as k6's own executors do: by the share of maxVUs that falls to each.
func (e *Executor) Init(context.Context) error {
	share, err := e.state.ExecutionTuple.GetNewExecutionTupleFromValue(e.config.MaxVUs.Int64)
	if err != nil {
		return err
	}
	e.iterations = lib.NewSegmentedIndex(share)
	e.curve, e.stripe = e.config.Curve(), arrivals.NewStripe(share.GetStripedOffsets())
	return nil
}

// Run returns when the last iteration has ended, or its graceful stop.
func (e *Executor) Run(parent context.Context, out chan<- metrics.SampleContainer) (err error) {
	runContext, cancel := context.WithCancel(parent)
	scenario := &lib.ScenarioState{Name: e.config.Name, Executor: e.config.Type, StartTime: time.Now()}
	scenario.ProgressFn = func() (float64, []string) { return e.progress(scenario), nil }
	pool := newPool(lib.WithScenarioState(runContext, scenario), e)
	planned, most := e.config.GetPreAllocatedVUs(e.state.ExecutionTuple), e.config.GetMaxVUs(e.state.ExecutionTuple)
	var growth *growth
	defer func() {
		growth.stop()
		pool.close() // waits for iterations under way, which the end of the graceful stop cuts short
		cancel()
		pool.deactivated.Wait()
		if err == nil {
			err = pool.failure()
		}
	}()
	for range planned {
		vu, err := e.state.GetPlannedVU(e.GetLogger(), false)
		if err != nil {
			return err
		}
		pool.add(vu)
	}
	// The clock begins here, with the VUs in place: this is the moment that iterations are told.
	scenario.StartTime = time.Now()
	time.AfterFunc(e.duration()+e.config.GetGracefulStop(), cancel)
	growth = startGrowth(pool, most-planned, func() int64 {
		return e.dueWithin(time.Since(scenario.StartTime), lookAhead)
	})
	e.arrive(pool, scenario.StartTime, func() { e.drop(parent, out) })
	return nil
}

// arrive starts each iteration when it is due.
func (e *Executor) arrive(pool *pool, start time.Time, drop func()) {
	end := e.duration()
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	total := e.stripe.Local(e.curve.Count(end))
	for arrival := range total {
		due := e.curve.Due(e.stripe.Global(arrival))
		if due >= end {
			break // as k6's own executors: what is due at the very end is not started
		}
		if wait := time.Until(start.Add(due)); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-pool.context.Done():
				return
			}
		} else if pool.context.Err() != nil || time.Since(start) >= end {
			return
		}
		if !pool.tryRun() {
			drop()
		}
	}
}

// dueWithin is the number of this runner's arrivals in the time after a moment.
func (e *Executor) dueWithin(from, length time.Duration) int64 {
	return e.stripe.Local(e.curve.Count(from+length)) - e.stripe.Local(e.curve.Count(from))
}

func (e *Executor) drop(ctx context.Context, out chan<- metrics.SampleContainer) {
	tags := e.state.Test.RunTags
	if e.state.Test.Options.SystemTags.Has(metrics.TagScenario) {
		tags = tags.With(metrics.TagScenario.String(), e.config.Name)
	}
	metrics.PushIfNotDone(ctx, out, metrics.Sample{
		TimeSeries: metrics.TimeSeries{Metric: e.state.Test.BuiltinMetrics.DroppedIterations, Tags: tags},
		Time:       time.Now(), Value: 1,
	})
}

func (e *Executor) nextIteration() (local, global uint64) {
	e.iterationsMutex.Lock()
	defer e.iterationsMutex.Unlock()
	localNumber, globalNumber := e.iterations.Next()
	return uint64(localNumber - 1), uint64(globalNumber - 1)
}

func (e *Executor) duration() time.Duration {
	var sum time.Duration
	for _, stage := range e.config.Stages {
		sum += stage.Duration.TimeDuration()
	}
	return sum
}

func (e *Executor) progress(scenario *lib.ScenarioState) float64 {
	return min(1, float64(time.Since(scenario.StartTime))/float64(max(1, e.duration())))
}
