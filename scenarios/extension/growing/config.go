// Package growing is the k6 executor `growing-arrival-rate`: ramping-arrival-rate that makes further VUs
// before an arrival has to be dropped for want of one.
//
// k6's own executors make a VU beyond preAllocatedVUs only as the answer to a dropped arrival, one a drop: a
// target that slows down under load then gets less of it, just where the load was to show what happens. Here
// so many VUs are kept free as arrivals are due in the next seconds. Options are those of ramping-arrival-rate.
package growing

import (
	"github.com/sirupsen/logrus"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/lib/executor"

	"dify-scale-tuner/scenarios/extension/arrivals"
)

// ExecutorType is the name in a scenario's options.
const ExecutorType = "growing-arrival-rate"

func init() {
	lib.RegisterExecutorConfigType(ExecutorType, func(name string, rawJSON []byte) (lib.ExecutorConfig, error) {
		config := &Config{RampingArrivalRateConfig: executor.NewRampingArrivalRateConfig(name)}
		err := lib.StrictJSONUnmarshal(rawJSON, config.RampingArrivalRateConfig)
		return config, err
	})
}

// Config has the fields of ramping-arrival-rate, with their checks and defaults.
type Config struct {
	*executor.RampingArrivalRateConfig
}

// NewExecutor is called by k6 once for each scenario.
func (c *Config) NewExecutor(state *lib.ExecutionState, logger *logrus.Entry) (lib.Executor, error) {
	return &Executor{BaseExecutor: executor.NewBaseExecutor(c, state, logger), config: c, state: state}, nil
}

// CurveOf is the schedule of a ramping scenario's arrivals, over all runners.
func CurveOf(config *executor.RampingArrivalRateConfig) *arrivals.Ramping {
	stages := make([]arrivals.Stage, len(config.Stages))
	for i, stage := range config.Stages {
		stages[i] = arrivals.Stage{Duration: stage.Duration.TimeDuration(), Target: stage.Target.Int64}
	}
	return arrivals.NewRamping(config.StartRate.Int64, config.TimeUnit.TimeDuration(), stages)
}
