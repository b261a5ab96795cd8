// Package growing is the k6 executor `growing-arrival-rate`: ramping-arrival-rate that makes further VUs
// before an arrival has to be dropped for want of one.
//
// k6's own executors make a VU beyond preAllocatedVUs only as the answer to a dropped arrival, one a drop: a
// target that slows down under load then gets less of it, just where the load was to show what happens. Here
// so many VUs are kept free as arrivals are due in the next seconds. Options are those of ramping-arrival-rate, and
// arrivalSpacing: arrivals come at random, as from users who know nothing of each other, or evenly.
package growing

import (
	"fmt"
	"sync"

	"github.com/sirupsen/logrus"
	"gopkg.in/guregu/null.v3"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/lib/executor"

	"dify-scale-tuner/scenarios/extension/arrivals"
)

// ExecutorType is the name in a scenario's options.
const ExecutorType = "growing-arrival-rate"

// Values of the option arrivalSpacing.
const (
	even   = "even"
	random = "random"
)

func init() {
	lib.RegisterExecutorConfigType(ExecutorType, func(name string, rawJSON []byte) (lib.ExecutorConfig, error) {
		config := &Config{RampingArrivalRateConfig: executor.NewRampingArrivalRateConfig(name)}
		err := lib.StrictJSONUnmarshal(rawJSON, config)
		return config, err
	})
}

// Config has the fields of ramping-arrival-rate, with their checks and defaults, and how arrivals are spaced.
type Config struct {
	*executor.RampingArrivalRateConfig
	// ArrivalSpacing is even where it is not set, as in ramping-arrival-rate.
	ArrivalSpacing null.String `json:"arrivalSpacing"`
	// Seed of random arrivals; the scenario's name is the other half of it.
	Seed null.Int `json:"seed"`

	drawOnce sync.Once
	drawn    arrivals.Curve
}

// Validate names every mistake at once.
func (c *Config) Validate() []error {
	failures := c.RampingArrivalRateConfig.Validate()
	if spacing := c.ArrivalSpacing; spacing.Valid && spacing.String != even && spacing.String != random {
		failures = append(failures, fmt.Errorf("arrivalSpacing is %q; it can be %s or %s", spacing.String, random, even))
	}
	return failures
}

// NewExecutor is called by k6 once for each scenario.
func (c *Config) NewExecutor(state *lib.ExecutionState, logger *logrus.Entry) (lib.Executor, error) {
	return &Executor{BaseExecutor: executor.NewBaseExecutor(c, state, logger), config: c, state: state}, nil
}

// Curve is the schedule of the scenario's arrivals, over all runners. It is drawn once: the executor follows it, and
// latency is timed from it.
func (c *Config) Curve() arrivals.Curve {
	c.drawOnce.Do(func() {
		rate := RampingCurve(c.RampingArrivalRateConfig)
		c.drawn = rate
		if c.ArrivalSpacing.String == random {
			c.drawn = arrivals.NewRandom(rate, c.Seed.Int64, c.Name)
		}
	})
	return c.drawn
}

// RampingCurve is the schedule of k6's own executor.
func RampingCurve(config *executor.RampingArrivalRateConfig) *arrivals.Ramping {
	stages := make([]arrivals.Stage, len(config.Stages))
	for i, stage := range config.Stages {
		stages[i] = arrivals.Stage{Duration: stage.Duration.TimeDuration(), Target: stage.Target.Int64}
	}
	return arrivals.NewRamping(config.StartRate.Int64, config.TimeUnit.TimeDuration(), stages)
}
