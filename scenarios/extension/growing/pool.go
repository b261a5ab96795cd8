package growing

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/sirupsen/logrus"

	"go.k6.io/k6/v2/errext"
	"go.k6.io/k6/v2/lib"
)

// pool holds the activated VUs of one scenario, each waiting in its own goroutine for an iteration.
type pool struct {
	context  context.Context
	executor *Executor
	starts   chan struct{}

	size, running atomic.Int64
	ended         sync.WaitGroup // goroutines of VUs
	deactivated   sync.WaitGroup // VUs given back to k6

	abort     context.CancelCauseFunc
	abortedBy context.Context
}

func newPool(ctx context.Context, executor *Executor) *pool {
	abortedBy, abort := context.WithCancelCause(ctx)
	return &pool{context: abortedBy, executor: executor, starts: make(chan struct{}), abort: abort, abortedBy: abortedBy}
}

// add activates a VU and returns when it can be given an iteration.
func (p *pool) add(initialized lib.InitializedVU) {
	config := p.executor.config
	p.deactivated.Add(1)
	vu := initialized.Activate(&lib.VUActivationParams{
		RunContext: p.context, Scenario: config.Name, Exec: config.GetExec(), Env: config.GetEnv(), Tags: config.GetTags(),
		GetNextIterationCounters: p.executor.nextIteration,
		DeactivateCallback: func(returned lib.InitializedVU) {
			p.executor.state.ReturnVU(returned, false)
			p.deactivated.Done()
		},
	})
	p.size.Add(1)
	waiting := make(chan struct{})
	p.ended.Go(func() {
		close(waiting)
		for range p.starts {
			p.running.Add(1)
			p.executor.state.ModCurrentlyActiveVUsCount(+1)
			p.runOnce(vu)
			p.executor.state.ModCurrentlyActiveVUsCount(-1)
			p.running.Add(-1)
		}
	})
	<-waiting
}

// tryRun is false where no VU is free.
func (p *pool) tryRun() bool {
	select {
	case p.starts <- struct{}{}:
		return true
	default:
		return false
	}
}

func (p *pool) free() int64 {
	return p.size.Load() - p.running.Load()
}

// runOnce counts as k6's own executors do: an iteration that was interrupted is none.
func (p *pool) runOnce(vu lib.ActiveVU) {
	err := vu.RunOnce()
	if p.context.Err() != nil {
		p.executor.state.AddInterruptedIterations(1)
		return
	}
	if err != nil && errext.IsInterruptError(err) { // the script said test.abort()
		p.executor.state.AddInterruptedIterations(1)
		p.abort(err)
		return
	}
	if err != nil {
		text, fields := errext.Format(err)
		p.executor.GetLogger().WithFields(logrus.Fields(fields)).Error(text)
	}
	p.executor.state.AddFullIterations(1)
}

// close lets no further iteration begin and waits for those under way.
func (p *pool) close() {
	close(p.starts)
	p.ended.Wait()
}

// failure is the script's own wish to abort the test, if it had one.
func (p *pool) failure() error {
	if cause := context.Cause(p.abortedBy); cause != nil && errext.IsInterruptError(cause) {
		return cause
	}
	return nil
}
