package arrivals

import (
	"math/rand/v2"
	"testing"
	"time"
)

// scheduler acts as k6's executor does: it looks at the arrivals one after the other, each at the
// moment it is due or, when it is behind, as soon as it comes to it, and starts or drops it.
type scheduler struct {
	curve     Curve
	stripe    Stripe
	lateStart time.Duration
	stalls    map[int64]time.Duration // pause before it comes to an arrival
	isDropped func(arrival int64) bool
	jitter    func() time.Duration
	drops     *Drops
}

type run struct {
	start Start
	due   time.Time
}

func (s scheduler) run(tracker *Tracker, reported time.Time, arrivals int64) (runs []run) {
	clock := reported.Add(s.lateStart)
	iteration := int64(0)
	for arrival := range arrivals {
		due := reported.Add(s.lateStart + s.curve.Due(s.stripe.Global(arrival)))
		if clock.Before(due) {
			clock = due
		}
		clock = clock.Add(s.stalls[arrival])
		if s.isDropped(arrival) {
			s.drops.Add("chat", clock)
			continue
		}
		runs = append(runs, run{tracker.Started(iteration, clock.Add(s.jitter())), due})
		iteration++
	}
	return runs
}

func TestIntendedIsTheMomentAnIterationWasDue(t *testing.T) {
	curve := NewRamping(20, time.Second, []Stage{{30 * time.Second, 60}, {0, 10}, {30 * time.Second, 10}})
	never := func(int64) bool { return false }
	someAtTheTop := func(arrival int64) bool { return arrival > 900 && arrival < 1000 && arrival%3 == 0 }
	cases := []struct {
		name              string
		segment, sequence string
		lateStart         time.Duration
		stalls            map[int64]time.Duration
		isDropped         func(int64) bool
		worst             time.Duration // error allowed: the jitter of the best start
	}{
		{"on time", "", "", 0, nil, never, time.Millisecond},
		{"k6's clock beginning late", "", "", 40 * time.Millisecond, nil, never, time.Millisecond},
		{"the generator stalling", "", "", 3 * time.Millisecond, map[int64]time.Duration{300: 2 * time.Second}, never, time.Millisecond},
		{"stalling at the first arrival", "", "", 0, map[int64]time.Duration{0: time.Second}, never, time.Millisecond},
		{"arrivals dropped", "", "", 5 * time.Millisecond, nil, someAtTheTop, time.Millisecond},
		{
			// While behind, a drop within the jitter of a start cannot be told from one before it.
			"arrivals dropped after a stall", "", "", 5 * time.Millisecond,
			map[int64]time.Duration{500: 700 * time.Millisecond, 990: 300 * time.Millisecond}, someAtTheTop, 120 * time.Millisecond,
		},
		{"one of three runners", "1/3:2/3", "0,1/3,2/3,1", 5 * time.Millisecond, nil, someAtTheTop, time.Millisecond},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			reported := time.Unix(1_795_000_000, 0)
			stripe := stripeOf(t, c.segment, c.sequence)
			made := scheduler{
				curve: curve, stripe: stripe, lateStart: c.lateStart, stalls: c.stalls, isDropped: c.isDropped,
				jitter: func() time.Duration { return time.Duration(random.IntN(900)) * time.Microsecond },
				drops:  &Drops{byScenario: map[string][]int64{}},
			}
			tracker := NewTracker("chat", curve, stripe, reported, made.drops)
			runs := made.run(tracker, reported, stripe.Local(curve.Count(time.Hour)))
			if len(runs) < 300 {
				t.Fatalf("only %d iterations", len(runs))
			}
			for i, r := range runs {
				if wrong := r.start.Intended().Sub(r.due).Abs(); wrong > c.worst {
					t.Fatalf("iteration %d: intended is %v off", i, wrong)
				}
			}
		})
	}
}

func TestIntendedIsNeverAfterTheStart(t *testing.T) {
	tracker := NewTracker(
		"chat", Constant{Period: time.Second, Duration: time.Minute}, stripeOf(t, "", ""), time.Unix(0, 0), Dropped)
	at := time.Unix(0, 0).Add(-5 * time.Millisecond)
	if got := tracker.Started(0, at).Intended(); got.After(at) {
		t.Errorf("intended %v is after the start %v", got, at)
	}
}

func TestADelayIsSeenAtOnce(t *testing.T) {
	curve := Constant{Period: 100 * time.Millisecond, Duration: time.Minute}
	reported := time.Unix(1_795_000_000, 0)
	tracker := NewTracker("chat", curve, stripeOf(t, "", ""), reported, &Drops{})
	for iteration := range int64(5) {
		tracker.Started(iteration, reported.Add(curve.Due(iteration)))
	}
	last := tracker.Started(5, reported.Add(curve.Due(5)+time.Second))
	if delay := last.At().Sub(last.Intended()); delay != time.Second {
		t.Errorf("delay %v, want 1s", delay)
	}
}
