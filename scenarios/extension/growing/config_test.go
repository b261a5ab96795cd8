package growing

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"go.k6.io/k6/v2/lib"

	"dify-scale-tuner/scenarios/extension/arrivals"
)

func TestOptionsAreThoseOfRampingArrivalRateAndSpacing(t *testing.T) {
	t.Parallel()
	if _, err := lib.GetParsedExecutorConfig("chat", ExecutorType, []byte(`{"executor":"growing-arrival-rate","maxVU":5}`)); err == nil ||
		!strings.Contains(err.Error(), "maxVU") {
		t.Errorf("got %v, want the misspelt option named", err)
	}
	config, err := lib.GetParsedExecutorConfig("chat", ExecutorType, []byte(options(7, 3, "1s", calm)))
	if err != nil {
		t.Fatal(err)
	}
	if failures := config.Validate(); len(failures) != 1 || !strings.Contains(failures[0].Error(), "maxVUs") {
		t.Errorf("got %v, want maxVUs named", failures)
	}
	_, err = lib.GetParsedExecutorConfig("chat", ExecutorType, []byte(`{"arrivalSpacings":"random"}`))
	if err == nil || !strings.Contains(err.Error(), "arrivalSpacings") {
		t.Errorf("got %v, want the misspelt option named", err)
	}
	if text, _ := json.Marshal(config); !strings.Contains(string(text), `"executor":"growing-arrival-rate"`) {
		t.Errorf("written as %s, which an archived test could not be read from", text)
	}
}

// spaced has 4/s to 200/s within a second, 102 arrivals.
func spaced(spacing string) string {
	return strings.Replace(options(60, 60, "1s", `{"duration":"1s","target":200}`), "{", "{"+spacing+",", 1)
}

func TestSpacingIsRandomOrEven(t *testing.T) {
	t.Parallel()
	config, err := lib.GetParsedExecutorConfig("chat", ExecutorType, []byte(spaced(`"arrivalSpacing":"poisson"`)))
	if err != nil {
		t.Fatal(err)
	}
	if failures := config.Validate(); len(failures) != 1 ||
		failures[0].Error() != `arrivalSpacing is "poisson"; it can be random or even` {
		t.Errorf("got %v, want the values named", failures)
	}
}

func TestRandomArrivalsStartWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	s := newScene(t, spaced(`"arrivalSpacing":"random","seed":5`), "")
	s.iterate = lasting(0)
	if err := s.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	rate := arrivals.NewRamping(4, time.Second, []arrivals.Stage{{Duration: time.Second, Target: 200}})
	curve := arrivals.NewRandom(rate, 5, "chat")
	if got, want := int64(len(s.starts)), curve.Count(time.Second); got != want || want == 102 {
		t.Fatalf("%d started, want the %d that were drawn, which are not the 102 of the area", got, want)
	}
	slices.SortFunc(s.starts, time.Time.Compare)
	for n, at := range s.starts {
		if late := at.Sub(s.starts[0]) - (curve.Due(int64(n)) - curve.Due(0)); late < -5*time.Millisecond || late > 300*time.Millisecond {
			t.Errorf("arrival %d was %v late", n, late)
		}
	}
}
