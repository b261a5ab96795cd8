// Package arrivals says when an iteration of an open-model executor was due, which k6 itself does
// not tell a script: latency is timed from that moment, so that a generator or a server that stalls
// cannot hide its own delay.
package arrivals

import (
	"math"
	"sort"
	"time"
)

// Curve is the schedule of all arrivals of a scenario, over all runners, counted from 0.
type Curve interface {
	// Due is the moment of an arrival since the scenario's start; the last one's for those beyond it.
	Due(arrival int64) time.Duration
	// Count is the number of arrivals that are due at or before a moment.
	Count(until time.Duration) int64
}

// Stage is one of k6's: the rate goes linearly to Target over Duration; a duration of 0 is a jump.
type Stage struct {
	Duration time.Duration
	Target   int64
}

// Ramping is the schedule of k6's ramping-arrival-rate executor: arrival n (from 0) is due when the
// area under the rate reaches n+1.
type Ramping struct {
	pieces []piece
	end    time.Duration
}

// piece is a stage with what lies before it. Rates are per nanosecond, as in k6, so that its
// rounding is met.
type piece struct {
	start              time.Duration
	length             float64
	from, to           float64
	areaStart, areaEnd float64
}

// NewRamping takes rates per time unit.
func NewRamping(startRate int64, timeUnit time.Duration, stages []Stage) *Ramping {
	curve := &Ramping{}
	from, area := float64(startRate)/float64(timeUnit), 0.0
	for _, stage := range stages {
		to, length := float64(stage.Target)/float64(timeUnit), float64(stage.Duration)
		areaEnd := area + length*((to-from)/2+from)
		curve.pieces = append(curve.pieces, piece{curve.end, length, from, to, area, areaEnd})
		from, area = to, areaEnd
		curve.end += stage.Duration
	}
	return curve
}

// Due is the moment at which the area reaches the arrival's number, from 1.
//
// See k6 v2.2.0, lib/executor/ramping_arrival_rate.go, cal.
func (c *Ramping) Due(arrival int64) time.Duration {
	return c.reaches(float64(arrival + 1))
}

// reaches inverts the area within the piece that holds it; the end for an area that is never reached.
func (c *Ramping) reaches(area float64) time.Duration {
	// A replay has two pieces for each of its arrivals: to look through them all would cost more than the arrival.
	at := sort.Search(len(c.pieces), func(i int) bool { return area <= c.pieces[i].areaEnd })
	if at == len(c.pieces) {
		return c.end
	}
	p := c.pieces[at]
	return p.start + time.Duration(p.reaches(area-p.areaStart))
}

func (p piece) reaches(area float64) float64 {
	if p.from == p.to {
		return area / p.to
	}
	root := math.Sqrt(max(0, p.length*(p.from*p.from*p.length+2*area*(p.to-p.from))))
	return (p.from*p.length - root) / (p.from - p.to)
}

// Count is the area up to the moment.
func (c *Ramping) Count(until time.Duration) int64 {
	const rounding = 1e-6 // Due is cut to whole nanoseconds: what it names as due must count as due
	return int64(math.Floor(c.area(until) + rounding))
}

func (c *Ramping) area(until time.Duration) float64 {
	at := sort.Search(len(c.pieces), func(i int) bool {
		return until < c.pieces[i].start+time.Duration(c.pieces[i].length)
	})
	if at == len(c.pieces) {
		return c.wholeArea()
	}
	p := c.pieces[at]
	within := float64(until - p.start)
	if within <= 0 {
		return p.areaStart
	}
	return p.areaStart + within*(p.from+(p.to-p.from)*within/p.length/2)
}

func (c *Ramping) wholeArea() float64 {
	if len(c.pieces) == 0 {
		return 0
	}
	return c.pieces[len(c.pieces)-1].areaEnd
}

// Constant is the schedule of k6's constant-arrival-rate executor: arrival 0 is due at once.
type Constant struct {
	Period   time.Duration
	Duration time.Duration
}

// Due is a multiple of the period.
func (c Constant) Due(arrival int64) time.Duration {
	return min(time.Duration(arrival)*c.Period, c.Duration)
}

// Count includes the arrival at 0.
func (c Constant) Count(until time.Duration) int64 {
	if until < 0 {
		return 0
	}
	return int64(min(until, c.Duration)/c.Period) + 1
}
