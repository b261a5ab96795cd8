package arrivals

import "time"

// Random is a Poisson process whose rate is that of a Ramping: arrivals as users make them, who know nothing of
// each other. It is a process of rate 1 with its time changed: arrival n (from 0) is due when the area under the
// rate reaches the sum of the first n+1 exponential draws.
//
// See Çinlar, Introduction to Stochastic Processes, 1975, chapter 4.7.
type Random struct {
	rate  *Ramping
	draws *draws
}

// NewRandom gives the same moments for the same stages, seed and scenario, on any runner; scenarios have draws
// of their own.
func NewRandom(rate *Ramping, seed int64, scenario string) *Random {
	return &Random{rate: rate, draws: newDraws(streamOf(seed, scenario), rate.wholeArea())}
}

// Due is the end for an arrival that the area does not suffice for.
func (c *Random) Due(arrival int64) time.Duration {
	if arrival >= c.draws.count {
		return c.rate.end
	}
	return c.rate.reaches(c.draws.sum(arrival))
}

// Count is exact also for arrivals that are nearer to each other than the area can tell.
func (c *Random) Count(until time.Duration) int64 {
	count := c.draws.countUpTo(c.rate.area(until))
	for count < c.draws.count && c.Due(count) <= until {
		count++
	}
	for count > 0 && c.Due(count-1) > until {
		count--
	}
	return count
}
