package arrivals

import "sort"

// Stripe is one runner's share of the arrivals: with N runners each takes every N-th or, with unequal
// shares, a repeating pattern. It is k6's own pattern for the runner's execution segment.
type Stripe struct {
	cycle     int64   // after so many arrivals the pattern begins anew
	positions []int64 // of this runner's arrivals within a cycle, ascending
}

// NewStripe takes what k6's ExecutionTuple.GetStripedOffsets returns: the first position, the steps
// from one to the next (the last one leads into the next cycle), and the length of a cycle.
func NewStripe(start int64, steps []int64, cycle int64) Stripe {
	positions := make([]int64, len(steps))
	at := start
	for i, step := range steps {
		positions[i] = at
		at += step
	}
	return Stripe{cycle: cycle, positions: positions}
}

// Global is the number among all arrivals of the runner's local-th one, both from 0.
func (s Stripe) Global(local int64) int64 {
	n := int64(len(s.positions))
	return local/n*s.cycle + s.positions[local%n]
}

// Local is how many of the first arrivals, over all runners, are this runner's.
func (s Stripe) Local(arrivals int64) int64 {
	within := arrivals % s.cycle
	n := sort.Search(len(s.positions), func(i int) bool { return s.positions[i] >= within })
	return arrivals/s.cycle*int64(len(s.positions)) + int64(n)
}
