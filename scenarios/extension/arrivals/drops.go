package arrivals

import (
	"slices"
	"sync"
	"time"
)

// Drops holds the moments at which k6 dropped an arrival of a scenario for want of a free VU. k6 says
// so to its outputs alone, so ours passes it on.
type Drops struct {
	mutex      sync.Mutex
	byScenario map[string][]int64
}

// Dropped is filled by the output of this process.
var Dropped = &Drops{byScenario: map[string][]int64{}}

// Add notes a drop; those of one scenario come in the order of time.
func (d *Drops) Add(scenario string, at time.Time) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.byScenario[scenario] = append(d.byScenario[scenario], at.UnixNano())
}

// Before counts the drops of a scenario before a moment.
func (d *Drops) Before(scenario string, moment time.Time) int64 {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	before, _ := slices.BinarySearch(d.byScenario[scenario], moment.UnixNano())
	return int64(before)
}
