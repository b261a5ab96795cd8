package socket

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// waiter holds one goroutine until there is a notice, a deadline passes or the connection is closed. A notice that
// nobody waits for is kept, and one for nothing costs an attempt.
type waiter struct {
	notice   chan struct{}
	state    atomic.Int32
	mutex    sync.Mutex // of the deadline
	timer    *time.Timer
	deadline int // counts deadlines, so that one that was replaced does nothing
}

const (
	waiting int32 = iota
	expired
	closed
)

func newWaiter() waiter {
	return waiter{notice: make(chan struct{}, 1)}
}

func (w *waiter) wait() { <-w.notice }

func (w *waiter) wake() {
	select {
	case w.notice <- struct{}{}:
	default:
	}
}

// failure is why waiting is over, or nil.
func (w *waiter) failure() error {
	switch w.state.Load() {
	case expired:
		return os.ErrDeadlineExceeded
	case closed:
		return net.ErrClosed
	}
	return nil
}

func (w *waiter) close() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.clearDeadline()
	w.state.Store(closed)
	w.wake()
}

// setDeadline answers false where the connection is closed.
func (w *waiter) setDeadline(at time.Time) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.state.Load() == closed {
		return false
	}
	w.clearDeadline()
	w.state.Store(waiting)
	if at.IsZero() {
		return true
	}
	if until := time.Until(at); until > 0 {
		number := w.deadline
		w.timer = time.AfterFunc(until, func() { w.expire(number) })
	} else {
		w.state.Store(expired)
		w.wake()
	}
	return true
}

func (w *waiter) clearDeadline() {
	w.deadline++
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
}

func (w *waiter) expire(number int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.deadline == number && w.state.Load() == waiting {
		w.state.Store(expired)
		w.wake()
	}
}
