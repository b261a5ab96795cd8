package arrivals

import (
	"math"
	"sort"
	"strconv"
)

// draws are exponential ones of mean 1, added up. Each follows from its number alone, so what is kept is one sum
// in so many: a night of ten arrivals a second is some 70 kB, and a sum is found by a few draws behind a kept one.
type draws struct {
	stream uint32
	kept   []float64 // kept[i] is the sum of the first i*keptEvery draws
	count  int64     // of draws whose sum is at most the limit
}

const keptEvery = 32

func newDraws(stream uint32, limit float64) *draws {
	d := &draws{stream: stream}
	for sum := 0.0; ; d.count++ {
		if d.count%keptEvery == 0 {
			d.kept = append(d.kept, sum)
		}
		if sum += exponential(stream, d.count); sum > limit {
			return d
		}
	}
}

// sum of the draws up to the n-th, from 0 and included. It adds up in one order always: the same to the last bit.
func (d *draws) sum(n int64) float64 {
	sum := d.kept[n/keptEvery]
	for at := n - n%keptEvery; at <= n; at++ {
		sum += exponential(d.stream, at)
	}
	return sum
}

// countUpTo is the number of draws whose sum is at most the area.
func (d *draws) countUpTo(area float64) int64 {
	// The first of the kept ones is 0, so there is one that is not above the area.
	last := sort.Search(len(d.kept), func(i int) bool { return d.kept[i] > area }) - 1
	n, sum := int64(last)*keptEvery, d.kept[last]
	for ; n < d.count; n++ {
		if sum += exponential(d.stream, n); sum > area {
			break
		}
	}
	return n
}

// exponential is a draw of mean 1 by inversion, above 0 and at most 22.9.
func exponential(stream uint32, n int64) float64 {
	const half = 1.0 / (1 << 33)
	return -math.Log(float64(mulberry32(stream, uint32(n)))/(1<<32) + half)
}

// streamOf and mulberry32 are randomOf(seed, "arrivals", scenario) of scenarios/lib/random.ts: tune computes the
// same moments (scenarios/lib/random-arrivals.ts). FNV-1a of the names; the n-th number follows from n, as the
// generator's state grows by a constant.
func streamOf(seed int64, scenario string) uint32 {
	hash := uint32(0x811c9dc5)
	for _, char := range []byte(strconv.FormatInt(seed, 10) + "/arrivals/" + scenario) {
		hash = (hash ^ uint32(char)) * 0x01000193
	}
	return hash
}

func mulberry32(stream, n uint32) uint32 {
	state := stream + (n+1)*0x6d2b79f5
	mixed := (state ^ state>>15) * (1 | state)
	mixed = (mixed + (mixed^mixed>>7)*(61|mixed)) ^ mixed
	return mixed ^ mixed>>14
}
