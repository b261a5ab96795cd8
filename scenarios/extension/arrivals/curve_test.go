package arrivals

import (
	"testing"
	"time"

	"go.k6.io/k6/v2/lib"
)

func milliseconds(values ...int64) []time.Duration {
	durations := make([]time.Duration, len(values))
	for i, value := range values {
		durations[i] = time.Duration(value) * time.Millisecond
	}
	return durations
}

func stripeOf(t *testing.T, segment, sequence string) Stripe {
	t.Helper()
	var es *lib.ExecutionSegment
	var ess *lib.ExecutionSegmentSequence
	if segment != "" {
		made, err := lib.NewExecutionSegmentFromString(segment)
		if err != nil {
			t.Fatal(err)
		}
		es = made
	}
	if sequence != "" {
		made, err := lib.NewExecutionSegmentSequenceFromString(sequence)
		if err != nil {
			t.Fatal(err)
		}
		ess = &made
	}
	tuple, err := lib.NewExecutionTuple(es, ess)
	if err != nil {
		t.Fatal(err)
	}
	return NewStripe(tuple.GetStripedOffsets())
}

// The times are those of k6 v2.2.0, TestRampingArrivalRateCal in lib/executor: rates 0 to 1 over
// 5 s, 1 for 1 s, back to 0 over 5 s.
func TestRampingMeetsTheTimesOfK6(t *testing.T) {
	curve := NewRamping(0, time.Second, []Stage{{5 * time.Second, 1}, {time.Second, 1}, {5 * time.Second, 0}})
	cases := []struct {
		name, segment, sequence string
		want                    []time.Duration
	}{
		{"one runner", "", "", milliseconds(3162, 4472, 5500, 6527, 7837, 11000)},
		{"the first of three", "0:1/3", "0,1/3,1", milliseconds(4472, 7837)},
		{"a third, sequence not named", "0:1/3", "", milliseconds(4472, 7837)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			stripe := stripeOf(t, c.segment, c.sequence)
			for i, want := range c.want {
				got := curve.Due(stripe.Global(int64(i)))
				if (got - want).Abs() > time.Millisecond {
					t.Errorf("arrival %d is due at %v, want %v", i, got, want)
				}
			}
			if got := stripe.Local(curve.Count(11 * time.Second)); got != int64(len(c.want)) {
				t.Errorf("%d arrivals in all, want %d", got, len(c.want))
			}
		})
	}
}

func TestRampingJumpsInAStageWithoutDuration(t *testing.T) {
	// 10/s for 1 s, a jump, 20/s for 1 s: arrivals 1 to 10 in the first second, 11 to 30 in the second.
	curve := NewRamping(10, time.Second, []Stage{{time.Second, 10}, {0, 20}, {time.Second, 20}})
	for arrival, want := range map[int64]time.Duration{
		0: 100 * time.Millisecond, 9: time.Second, 10: 1050 * time.Millisecond, 29: 2 * time.Second,
		30: 2 * time.Second, // beyond the end
	} {
		if got := curve.Due(arrival); (got - want).Abs() > time.Microsecond {
			t.Errorf("arrival %d is due at %v, want %v", arrival, got, want)
		}
	}
}

func TestRampingPausesAtARateOfZero(t *testing.T) {
	curve := NewRamping(1, time.Second, []Stage{{time.Second, 1}, {0, 0}, {10 * time.Second, 0}, {0, 1}, {time.Second, 1}})
	if got := curve.Due(1); (got - 12*time.Second).Abs() > time.Microsecond {
		t.Errorf("the arrival after the pause is due at %v, want 12s", got)
	}
	if got := curve.Count(6 * time.Second); got != 1 {
		t.Errorf("%d arrivals by the middle of the pause, want 1", got)
	}
}

func TestCountIsTheInverseOfDue(t *testing.T) {
	curves := map[string]Curve{
		"ramping": NewRamping(3, 7*time.Second, []Stage{
			{3 * time.Second, 200}, {0, 50}, {4 * time.Second, 50}, {5 * time.Second, 900}, {time.Second, 0},
		}),
		"constant": Constant{Period: 33_333_333, Duration: 10 * time.Second},
	}
	for name, curve := range curves {
		total := curve.Count(time.Hour)
		if total < 100 {
			t.Errorf("%s has %d arrivals, too few to say anything", name, total)
		}
		for arrival := range total {
			due := curve.Due(arrival)
			if got := curve.Count(due); got != arrival+1 {
				t.Errorf("%s: arrival %d is due at %v, when %d are", name, arrival, due, got)
			}
			if got := curve.Count(due - 2*time.Microsecond); due > 0 && got != arrival {
				t.Errorf("%s: just before arrival %d, %d are due", name, arrival, got)
			}
		}
	}
}

func TestConstantBeginsAtOnce(t *testing.T) {
	curve := Constant{Period: 100 * time.Millisecond, Duration: time.Second}
	if got := curve.Due(0); got != 0 {
		t.Errorf("arrival 0 is due at %v, want 0s", got)
	}
	if got := curve.Due(7); got != 700*time.Millisecond {
		t.Errorf("arrival 7 is due at %v, want 700ms", got)
	}
}

func TestStripesOfAllRunnersCoverEachArrivalOnce(t *testing.T) {
	const sequence = "0,1/2,3/4,1"
	owners := map[int64]int{}
	for _, segment := range []string{"0:1/2", "1/2:3/4", "3/4:1"} {
		stripe := stripeOf(t, segment, sequence)
		for local := int64(0); ; local++ {
			global := stripe.Global(local)
			if global >= 40 {
				break
			}
			owners[global]++
			if got := stripe.Local(global + 1); got != local+1 {
				t.Errorf("%s has %d of the first %d arrivals, want %d", segment, got, global+1, local+1)
			}
		}
	}
	for arrival := range int64(40) {
		if owners[arrival] != 1 {
			t.Errorf("arrival %d has %d runners", arrival, owners[arrival])
		}
	}
}
