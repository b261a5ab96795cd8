package arrivals

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
	"time"
)

// The moments were computed by another program (Python, its math.log, the area inverted by bisection).
func TestRandomArrivalsComeAtMomentsThatTuneKnowsToo(t *testing.T) {
	text, err := os.ReadFile("testdata/random-arrivals.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Scenario         string
		Seed                   int64
		StartArrivalsPerSecond int64
		Stages                 []struct{ DurationSeconds, ArrivalsPerSecond int64 }
		DueSeconds             []float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			var stages []Stage
			for _, stage := range c.Stages {
				stages = append(stages, Stage{time.Duration(stage.DurationSeconds) * time.Second, stage.ArrivalsPerSecond})
			}
			curve := NewRandom(NewRamping(c.StartArrivalsPerSecond, time.Second, stages), c.Seed, c.Scenario)
			for n, want := range c.DueSeconds {
				if got := curve.Due(int64(n)).Seconds(); math.Abs(got-want) > 1e-6 {
					t.Errorf("arrival %d is due at %v s, want %v", n, got, want)
				}
			}
			if got := curve.Count(time.Hour); got != int64(len(c.DueSeconds)) {
				t.Errorf("%d arrivals, want %d", got, len(c.DueSeconds))
			}
			if got := curve.Due(int64(len(c.DueSeconds))); got != curve.rate.end {
				t.Errorf("an arrival beyond the last is due at %v, want the end", got)
			}
		})
	}
}

func steadyRandom(perSecond int64, length time.Duration, seed int64, scenario string) *Random {
	return NewRandom(NewRamping(perSecond, time.Second, []Stage{{length, perSecond}}), seed, scenario)
}

func perSecond(curve Curve, seconds int) []float64 {
	counts := make([]float64, seconds)
	for second := range counts {
		from, to := time.Duration(second)*time.Second, time.Duration(second+1)*time.Second
		counts[second] = float64(curve.Count(to) - curve.Count(from))
	}
	return counts
}

func meanAndVariance(values []float64) (mean, variance float64) {
	for _, value := range values {
		mean += value / float64(len(values))
	}
	for _, value := range values {
		variance += (value - mean) * (value - mean) / float64(len(values)-1)
	}
	return mean, variance
}

func TestCountsPerSecondAreThoseOfAPoissonProcess(t *testing.T) {
	const rate, seconds = 8, 20_000
	counts := perSecond(steadyRandom(rate, seconds*time.Second, 3, "chat"), seconds)
	mean, variance := meanAndVariance(counts)
	// Of a Poisson process both are the rate; four standard errors: 4·√(8/n), and 4·√((8 + 2·8²)/n). Even
	// arrivals have a variance of 0.
	if math.Abs(mean-rate) > 4*math.Sqrt(rate/float64(seconds)) {
		t.Errorf("mean %v, want %v", mean, rate)
	}
	if math.Abs(variance-rate) > 4*math.Sqrt((rate+2.0*rate*rate)/seconds) {
		t.Errorf("variance %v, want %v", variance, rate)
	}
	// Neighbours know nothing of each other.
	if r := correlation(counts[1:], counts[:seconds-1]); math.Abs(r) > 4/math.Sqrt(seconds) {
		t.Errorf("seconds correlate with the one before by %v", r)
	}
}

func correlation(a, b []float64) float64 {
	meanA, varianceA := meanAndVariance(a)
	meanB, varianceB := meanAndVariance(b)
	sum := 0.0
	for i := range a {
		sum += (a[i] - meanA) * (b[i] - meanB)
	}
	return sum / float64(len(a)-1) / math.Sqrt(varianceA*varianceB)
}

// Kolmogorov and Smirnov's distance to 1 − e^(−rate·gap); 1.95/√n is passed by chance once in a thousand times.
func TestGapsAreExponential(t *testing.T) {
	const rate, count = 50, 50_000
	curve := steadyRandom(rate, 2000*time.Second, 1, "workflow")
	gaps := make([]float64, count)
	last := time.Duration(0)
	for n := range gaps {
		due := curve.Due(int64(n))
		gaps[n], last = (due - last).Seconds(), due
	}
	slices.Sort(gaps)
	worst := 0.0
	for n, gap := range gaps {
		expected := 1 - math.Exp(-rate*gap)
		worst = max(worst, math.Abs(expected-float64(n)/count), math.Abs(expected-float64(n+1)/count))
	}
	if worst > 1.95/math.Sqrt(count) {
		t.Errorf("distance %v to the exponential distribution", worst)
	}
}

func TestScenariosAndSeedsHaveDrawsOfTheirOwn(t *testing.T) {
	const seconds = 10_000
	chat := perSecond(steadyRandom(5, seconds*time.Second, 1, "chat"), seconds)
	others := map[string]*Random{
		"another scenario": steadyRandom(5, seconds*time.Second, 1, "workflow"),
		"another seed":     steadyRandom(5, seconds*time.Second, 2, "chat"),
	}
	for name, other := range others {
		if r := correlation(chat, perSecond(other, seconds)); math.Abs(r) > 4/math.Sqrt(seconds) {
			t.Errorf("%s: counts correlate by %v", name, r)
		}
	}
}

func TestRandomArrivalsFollowTheStages(t *testing.T) {
	// A ramp, a jump down, a pause, a spike, a way back to nothing.
	stages := []Stage{{200 * time.Second, 60}, {0, 5}, {100 * time.Second, 5}, {0, 0}, {50 * time.Second, 0},
		{0, 90}, {50 * time.Second, 90}, {100 * time.Second, 0}}
	rate := NewRamping(0, time.Second, stages)
	curve := NewRandom(rate, 1, "chat")
	for from := time.Duration(0); from < rate.end; from += 20 * time.Second {
		to := min(rate.end, from+20*time.Second)
		want, got := rate.area(to)-rate.area(from), float64(curve.Count(to)-curve.Count(from))
		if math.Abs(got-want) > 4.5*math.Sqrt(want) {
			t.Errorf("%v to %v: %v arrivals, want %v ± %.0f", from, to, got, want, math.Sqrt(want))
		}
	}
}

func TestRunnersShareRandomArrivals(t *testing.T) {
	curve := NewRandom(NewRamping(5, time.Second, []Stage{{20 * time.Second, 40}}), 9, "chat")
	total := curve.Count(time.Hour)
	var all []time.Duration
	for _, segment := range []string{"0:1/3", "1/3:2/3", "2/3:1"} {
		stripe := stripeOf(t, segment, "0,1/3,2/3,1")
		// Each runner draws for itself.
		own := NewRandom(NewRamping(5, time.Second, []Stage{{20 * time.Second, 40}}), 9, "chat")
		for local := range stripe.Local(total) {
			all = append(all, own.Due(stripe.Global(local)))
		}
	}
	slices.Sort(all)
	if int64(len(all)) != total || total < 350 {
		t.Fatalf("%d arrivals of three runners, %d of one", len(all), total)
	}
	for n, due := range all {
		if want := curve.Due(int64(n)); due != want {
			t.Fatalf("arrival %d is due at %v by three runners, %v by one", n, due, want)
		}
	}
}

func TestCountIsTheInverseOfDueAtRandom(t *testing.T) {
	// At 200,000/s some arrivals fall into one nanosecond's reach of another.
	for _, perSecond := range []int64{70, 200_000} {
		stages := []Stage{{200 * time.Millisecond, 2 * perSecond}, {0, perSecond}, {200 * time.Millisecond, 0}}
		curve := NewRandom(NewRamping(perSecond, time.Second, stages), 4, "chat")
		total := curve.Count(2 * time.Second)
		for n := range total {
			due := curve.Due(n)
			if count := curve.Count(due); count <= n || curve.Due(count-1) != due {
				t.Fatalf("arrival %d is due at %v, when %d are", n, due, count)
			}
			if count := curve.Count(due - 1); count > n || (count > 0 && curve.Due(count-1) >= due) {
				t.Fatalf("just before arrival %d, %d are due", n, count)
			}
		}
	}
}

func TestANightOfArrivalsIsKeptInLittleMemory(t *testing.T) {
	curve := steadyRandom(10, 8*time.Hour, 1, "chat")
	if kept := 8 * cap(curve.draws.kept); curve.draws.count < 280_000 || kept > 150_000 {
		t.Errorf("%d arrivals in %d bytes", curve.draws.count, kept)
	}
}

func BenchmarkRandomDue(b *testing.B) {
	curve := steadyRandom(10, 8*time.Hour, 1, "chat")
	for n := int64(0); b.Loop(); n += 7919 {
		curve.Due(n % curve.draws.count)
	}
}

func BenchmarkRandomDraw(b *testing.B) {
	for b.Loop() {
		steadyRandom(10, 8*time.Hour, 1, "chat")
	}
}
