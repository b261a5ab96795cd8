package buckets

import "math"

// cell holds what one series saw within one second.
type cell struct {
	count     int64
	sum       float64
	min, max  float64
	last      float64
	zeroCount int64
	bins      map[int]int64
}

// add takes one sample. Histograms are kept for trends alone: nobody asks for the percentile of a counter.
func (c *cell) add(value float64, isTrend bool) {
	if c.count == 0 {
		c.min, c.max = value, value
	} else {
		c.min, c.max = math.Min(c.min, value), math.Max(c.max, value)
	}
	c.count++
	c.sum += value
	c.last = value
	if isTrend {
		c.addToBin(value)
	}
}

func (c *cell) addToBin(value float64) {
	if value <= 0 {
		c.zeroCount++
		return
	}
	if c.bins == nil {
		c.bins = make(map[int]int64)
	}
	c.bins[BinIndex(value)]++
}
