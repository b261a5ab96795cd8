package sse

import (
	"context"
	"net/http"
	"testing"
	"time"

	"gopkg.in/guregu/null.v3"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/lib/executor"
	"go.k6.io/k6/v2/lib/types"
)

// inScenario puts the VU into an iteration of a scenario, as its executor does.
func (v *vu) inScenario(config lib.ExecutorConfig, start time.Time, iteration *uint64) {
	v.state.Options.Scenarios = lib.ScenarioConfigs{"chat": config}
	v.state.GetScenarioLocalVUIter = func() uint64 { return *iteration }
	v.runtime.VU.CtxField = lib.WithScenarioState(context.Background(), &lib.ScenarioState{Name: "chat", StartTime: start})
}

func constantRate(perSecond int64) *executor.ConstantArrivalRateConfig {
	config := executor.NewConstantArrivalRateConfig("chat")
	config.Rate, config.Duration = null.IntFrom(perSecond), types.NullDurationFrom(time.Minute)
	config.PreAllocatedVUs, config.MaxVUs = null.IntFrom(10), null.IntFrom(10)
	return config
}

func TestLatencyIsTimedFromTheMomentTheIterationWasDue(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { streamTo(w, token, end) })
	v := newVU(t)
	var iteration uint64
	v.inScenario(constantRate(10), time.Now(), &iteration)
	const params = `{ endpoint: 'e', fromIntendedStart: true }`
	v.request(address, params)
	iteration = 1 // due after 100 ms
	time.Sleep(400 * time.Millisecond)
	got := v.request(address, params)
	if delay := got.Times.SchedulingDelayMs; delay == nil || *delay < 290 || *delay > 600 {
		t.Errorf("scheduling delay %v, want some 300 ms", delay)
	}
	if first := got.Times.FirstTokenMs; first == nil || *first < 290 {
		t.Errorf("first token after %v ms: the delay is hidden", first)
	}
	if taken := v.taken(); len(taken["scheduling_delay_ms{e,ok}"]) != 2 {
		t.Errorf("samples %v", taken)
	}
}

func TestAnExecutorWithoutArrivalRateHasNoSchedulingDelay(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { streamTo(w, token, end) })
	v := newVU(t)
	var iteration uint64
	v.inScenario(executor.NewConstantVUsConfig("chat"), time.Now().Add(-time.Minute), &iteration)
	got := v.request(address, `{ endpoint: 'e', fromIntendedStart: true }`)
	if got.Times.SchedulingDelayMs != nil || *got.Times.FirstTokenMs > 10_000 {
		t.Errorf("times %+v", got.Times)
	}
}

func TestRampingStagesAreReadFromTheExecutor(t *testing.T) {
	config := executor.NewRampingArrivalRateConfig("chat")
	config.StartRate, config.TimeUnit = null.IntFrom(2000), types.NullDurationFrom(1000*time.Second)
	config.Stages = []executor.Stage{{Duration: types.NullDurationFrom(10 * time.Second), Target: null.IntFrom(2000)}}
	curve, _ := curveOf(config)
	if got := curve.Due(3); (got - 2*time.Second).Abs() > time.Microsecond { // 2 a second: the fourth after 2 s
		t.Errorf("arrival 3 is due at %v, want 2s", got)
	}
}
