package growing

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"go.k6.io/k6/v2/errext"
	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/metrics"
)

// scene is one run of the executor with VUs that do what the test says.
type scene struct {
	t         *testing.T
	state     *lib.ExecutionState
	config    *Config
	samples   chan metrics.SampleContainer
	iterate   func(ctx context.Context) error
	makeTakes time.Duration

	mutex   sync.Mutex
	made    int
	globals []uint64
	starts  []time.Time
}

func newScene(t *testing.T, options, segment string) *scene {
	t.Helper()
	parsed, err := lib.GetParsedExecutorConfig("chat", ExecutorType, []byte(options))
	if err != nil {
		t.Fatal(err)
	}
	config := parsed.(*Config)
	if failures := config.Validate(); len(failures) > 0 {
		t.Fatal(failures)
	}
	tuple, err := lib.NewExecutionTuple(executionSegment(t, segment), nil)
	if err != nil {
		t.Fatal(err)
	}
	registry := metrics.NewRegistry()
	run := &lib.TestRunState{
		TestPreInitState: &lib.TestPreInitState{BuiltinMetrics: metrics.RegisterBuiltinMetrics(registry)},
		Options:          lib.Options{SystemTags: &metrics.DefaultSystemTagSet}, RunTags: registry.RootTagSet(),
	}
	planned, most := config.GetPreAllocatedVUs(tuple), config.GetMaxVUs(tuple)
	s := &scene{
		t: t, config: config, samples: make(chan metrics.SampleContainer, 10_000),
		state: lib.NewExecutionState(run, tuple, uint64(planned), uint64(most)), makeTakes: 2 * time.Millisecond,
	}
	s.state.SetInitVUFunc(func(context.Context, *logrus.Entry) (lib.InitializedVU, error) {
		time.Sleep(s.makeTakes)
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.made++
		return &fakeVU{scene: s}, nil
	})
	for range planned {
		s.state.AddInitializedVU(&fakeVU{scene: s})
	}
	return s
}

func executionSegment(t *testing.T, text string) *lib.ExecutionSegment {
	t.Helper()
	if text == "" {
		return nil
	}
	segment, err := lib.NewExecutionSegmentFromString(text)
	if err != nil {
		t.Fatal(err)
	}
	return segment
}

func (s *scene) run(ctx context.Context) error {
	s.t.Helper()
	logger := logrus.New()
	logger.SetOutput(io.Discard)
	executor, err := s.config.NewExecutor(s.state, logrus.NewEntry(logger))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := executor.Init(ctx); err != nil {
		s.t.Fatal(err)
	}
	return executor.Run(ctx, s.samples)
}

func (s *scene) drops() (count int) {
	for {
		select {
		case container := <-s.samples:
			for _, sample := range container.GetSamples() {
				if scenario, _ := sample.Tags.Get("scenario"); sample.Metric.Name != "dropped_iterations" || scenario != "chat" {
					s.t.Errorf("sample %s of scenario %q", sample.Metric.Name, scenario)
				}
				count++
			}
		default:
			return count
		}
	}
}

type fakeVU struct {
	scene  *scene
	params *lib.VUActivationParams
}

func (v *fakeVU) GetID() uint64 { return 1 }

func (v *fakeVU) Activate(params *lib.VUActivationParams) lib.ActiveVU {
	v.params = params
	go func() {
		<-params.RunContext.Done()
		params.DeactivateCallback(v)
	}()
	return v
}

func (v *fakeVU) RunOnce() error {
	_, global := v.params.GetNextIterationCounters()
	v.scene.mutex.Lock()
	v.scene.globals = append(v.scene.globals, global)
	v.scene.starts = append(v.scene.starts, time.Now())
	v.scene.mutex.Unlock()
	return v.scene.iterate(v.params.RunContext)
}

func lasting(length time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(length):
		case <-ctx.Done():
		}
		return nil
	}
}

func options(preAllocated, most int, gracefulStop string, stages ...string) string {
	return fmt.Sprintf(`{"executor":%q,"startRate":4,"timeUnit":"1s","preAllocatedVUs":%d,"maxVUs":%d,"gracefulStop":%q,"stages":[%s]}`,
		ExecutorType, preAllocated, most, gracefulStop, strings.Join(stages, ","))
}

const calm, jump, rush = `{"duration":"500ms","target":4}`, `{"duration":"0s","target":200}`, `{"duration":"1s","target":200}`

func TestMakesVUsBeforeAnArrivalIsDropped(t *testing.T) {
	t.Parallel()
	// 2 + 199 arrivals that all stay: k6's own executor drops most of them, one for each VU it makes.
	s := newScene(t, options(5, 400, "1s", calm, jump, rush), "")
	s.iterate = lasting(1500 * time.Millisecond)
	if err := s.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if dropped := s.drops(); dropped > 0 || len(s.globals) < 199 {
		t.Errorf("%d dropped and %d started, want none and some 201", dropped, len(s.globals))
	}
	if s.made < 150 || s.made > 395 {
		t.Errorf("%d VUs were made, want as many as were needed, and no more than maxVUs allows", s.made)
	}
}

func TestMakesNoVUWhileEnoughAreFree(t *testing.T) {
	t.Parallel()
	s := newScene(t, options(30, 400, "1s", `{"duration":"1s","target":4}`), "")
	s.iterate = lasting(10 * time.Millisecond)
	if err := s.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s.made != 0 || s.drops() != 0 {
		t.Errorf("%d VUs were made", s.made)
	}
}

func TestDropsWhatNoVUIsLeftFor(t *testing.T) {
	t.Parallel()
	s := newScene(t, options(2, 4, "100ms", calm, jump, rush), "")
	s.iterate = lasting(time.Minute)
	if err := s.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	// 201 are due and four VUs never come back; the last is due with the end.
	if started, dropped := len(s.globals), s.drops(); started != 4 || dropped < 190 {
		t.Errorf("%d started and %d dropped, want 4 and the rest", started, dropped)
	}
	if interrupted := s.state.GetPartialIterationCount(); interrupted != 4 {
		t.Errorf("%d iterations count as interrupted, want 4", interrupted)
	}
}

func TestStartsIterationsWhenTheyAreDueAndNumbersThem(t *testing.T) {
	t.Parallel()
	s := newScene(t, options(20, 20, "1s", `{"duration":"1s","target":36}`), "")
	s.iterate = lasting(0)
	if err := s.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	// 4/s to 36/s within a second: the area is 20, and the last of them is due at the very end.
	if len(s.globals) != 19 || s.state.GetFullIterationCount() != 19 {
		t.Fatalf("%d started, %d full; want 19", len(s.globals), s.state.GetFullIterationCount())
	}
	slices.Sort(s.globals)
	if s.globals[0] != 0 || s.globals[18] != 18 {
		t.Errorf("numbered %v", s.globals)
	}
	curve := s.config.Curve()
	for n, at := range s.starts {
		if late := at.Sub(s.starts[0]) - (curve.Due(int64(n)) - curve.Due(0)); late < -5*time.Millisecond || late > 300*time.Millisecond {
			t.Errorf("arrival %d was %v late", n, late)
		}
	}
}

func TestRunnersShareTheArrivals(t *testing.T) {
	t.Parallel()
	var all []uint64
	for _, segment := range []string{"0:1/3", "1/3:1"} {
		s := newScene(t, options(30, 30, "1s", `{"duration":"300ms","target":200}`), segment)
		s.iterate = lasting(0)
		if err := s.run(context.Background()); err != nil {
			t.Fatal(err)
		}
		all = append(all, s.globals...)
	}
	slices.Sort(all)
	for n, global := range all {
		if uint64(n) != global {
			t.Fatalf("arrivals %v, want each one once", all)
		}
	}
	if len(all) < 28 {
		t.Errorf("%d arrivals, want some 30", len(all))
	}
}

func TestTheEndOfTheRunCutsIterations(t *testing.T) {
	t.Parallel()
	s := newScene(t, options(5, 5, "30s", `{"duration":"20s","target":4}`), "")
	s.iterate = lasting(time.Minute)
	ctx, cancel := context.WithTimeout(context.Background(), 400*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if err := s.run(ctx); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v to end", took)
	}
}

func TestAScriptCanAbortTheTest(t *testing.T) {
	t.Parallel()
	s := newScene(t, options(5, 5, "30s", `{"duration":"20s","target":20}`), "")
	s.iterate = func(context.Context) error { return &errext.InterruptError{Reason: "enough"} }
	begin := time.Now()
	if err := s.run(context.Background()); err == nil || !errext.IsInterruptError(err) {
		t.Errorf("got %v, want the script's wish", err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v to end", took)
	}
}
