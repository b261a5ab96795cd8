// Package heap keeps k6's memory near what it needs.
//
// Most of it are script engines, one a VU, which live as long as the run. Go's collector would let the heap double
// before it looks again: a gigabyte of garbage beside a gigabyte of engines, and beside thirty megabytes too little
// to be worth a collection. Here garbage may grow to a fixed size, or to a share of what lives where that is more.
package heap

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	allowance     = 128 << 20
	largestShare  = 0.3 // of a large heap
	lookEvery     = time.Second
	defaultTarget = 100 // of Go
)

// Watch adjusts the collector for as long as the process runs. It leaves it alone where GOGC or GOMEMLIMIT say what
// the user wants.
func Watch() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	go func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		set := defaultTarget
		for range time.Tick(lookEvery) {
			metrics.Read(live)
			// Small changes are not worth it: each setting stops the world for a moment.
			if wanted := Percent(live[0].Value.Uint64()); wanted < set*9/10 || wanted > set*11/10 {
				debug.SetGCPercent(wanted)
				set = wanted
			}
		}
	}()
}

// Percent is the GOGC for a heap of so many living bytes.
func Percent(live uint64) int {
	const most = 400
	if live == 0 {
		return defaultTarget
	}
	garbage := max(allowance, largestShare*float64(live))
	return min(most, int(100*garbage/float64(live)))
}
