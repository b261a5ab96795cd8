package growing

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// So many VUs are kept free as arrivals are due in this time: a VU is made in some milliseconds, and a jump
	// of the rate is seen before it comes.
	lookAhead   = 2 * time.Second
	fewestFree  = 10
	growthEvery = 50 * time.Millisecond
	// Making VUs takes CPU that reading streams needs: two at a time keep up with some hundreds a second.
	makers = 2
)

// growth makes VUs while fewer are free than arrivals are due soon.
type growth struct {
	pool      *pool
	remaining atomic.Int64 // VUs that may still be made
	dueSoon   func() int64
	done      chan struct{}
	running   sync.WaitGroup
}

func startGrowth(p *pool, unplanned int64, dueSoon func() int64) *growth {
	g := &growth{pool: p, dueSoon: dueSoon, done: make(chan struct{})}
	g.remaining.Store(unplanned)
	if unplanned > 0 {
		for range makers {
			g.running.Go(g.run)
		}
	}
	return g
}

func (g *growth) run() {
	ticker := time.NewTicker(growthEvery)
	defer ticker.Stop()
	for {
		select {
		case <-g.done:
			return
		case <-g.pool.context.Done():
			return
		case <-ticker.C:
		}
		for g.isShort() && g.makeOne() {
		}
	}
}

// isShort is false at the end, when nothing more is due.
func (g *growth) isShort() bool {
	soon := g.dueSoon()
	return soon > 0 && g.pool.free() < max(fewestFree, soon)
}

func (g *growth) makeOne() bool {
	select {
	case <-g.done:
		return false
	default:
	}
	if g.remaining.Add(-1) < 0 {
		return false
	}
	logger := g.pool.executor.GetLogger()
	vu, err := g.pool.executor.state.GetUnplannedVU(g.pool.context, logger)
	if err != nil {
		if g.pool.context.Err() == nil {
			logger.WithError(err).Error("A VU could not be made")
		}
		return false
	}
	g.pool.add(vu)
	return true
}

// stop waits for VUs that are being made; nil, before there was any growth, has none.
func (g *growth) stop() {
	if g == nil {
		return
	}
	close(g.done)
	g.running.Wait()
}
