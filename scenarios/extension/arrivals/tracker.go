package arrivals

import (
	"sync"
	"time"
)

// Tracker finds the due moment of each iteration of one scenario on one runner.
//
// k6 numbers the iterations it starts, not the arrivals it drops, and begins to count time a little
// after the start it reports (it activates the VUs in between). The first is put right by the drops
// that were reported; the second follows from the starts seen: the iteration numbered j is arrival j
// or a later one and none starts before it is due, so its start minus the due moment of arrival j is
// never less than the true beginning, and the smallest one seen is the best bound.
type Tracker struct {
	scenario string
	curve    Curve
	stripe   Stripe
	reported time.Time
	drops    *Drops

	mutex     sync.Mutex
	isStarted bool
	lateStart time.Duration // beginning of k6's clock after the start that it reports
}

// NewTracker takes the start of the scenario as k6 reports it.
func NewTracker(scenario string, curve Curve, stripe Stripe, reported time.Time, drops *Drops) *Tracker {
	return &Tracker{scenario: scenario, curve: curve, stripe: stripe, reported: reported, drops: drops}
}

// Start is an iteration that has begun.
type Start struct {
	tracker   *Tracker
	iteration int64
	at        time.Time
}

// Started takes k6's number of the iteration on this runner, from 0, and the moment it began.
func (t *Tracker) Started(iteration int64, at time.Time) Start {
	late := max(0, at.Sub(t.reported)-t.due(iteration))
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if !t.isStarted || late < t.lateStart {
		t.isStarted, t.lateStart = true, late
	}
	return Start{tracker: t, iteration: iteration, at: at}
}

func (t *Tracker) due(arrival int64) time.Duration {
	return t.curve.Due(t.stripe.Global(arrival))
}

// At is the moment the iteration began.
func (s Start) At() time.Time {
	return s.at
}

// Intended is the moment the iteration was due, never after its start. It is best asked for at the
// iteration's end: reports of drops take some 50 ms, and later starts tell more of k6's clock.
func (s Start) Intended() time.Time {
	t := s.tracker
	arrival := s.iteration + t.drops.Before(t.scenario, s.at)
	t.mutex.Lock()
	intended := t.reported.Add(t.lateStart + t.due(arrival))
	t.mutex.Unlock()
	if intended.After(s.at) {
		return s.at
	}
	return intended
}
