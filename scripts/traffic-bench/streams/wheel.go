package main

import (
	"net"
	"sync"
	"time"
)

// wheel writes the events of many paced streams from one goroutine, each in the millisecond it is due in: a goroutine
// that sleeps for every stream would take more of the machine than the readers that are measured on it.
type wheel struct {
	begin time.Time
	mutex sync.Mutex
	slots [wheelSlots][]*pacedStream
	tick  int64 // the next millisecond to be written
}

const wheelSlots = 8192

type pacedStream struct {
	connection net.Conn
	counted    *counter
	shape      shape
	sent       int
	due        int64 // millisecond since the wheel's begin
	done       chan error
}

func newWheel() *wheel {
	w := &wheel{begin: time.Now()}
	go w.turn()
	return w
}

// run returns when the stream has been sent.
func (w *wheel) run(s *pacedStream) error {
	s.done = make(chan error, 1)
	w.mutex.Lock()
	s.due = time.Since(w.begin).Milliseconds() + s.shape.first.Milliseconds() + 1
	w.add(s)
	w.mutex.Unlock()
	return <-s.done
}

// add keeps to the wheel's size: what is due later than that comes round more than once.
func (w *wheel) add(s *pacedStream) {
	slot := max(s.due, w.tick) % wheelSlots
	w.slots[slot] = append(w.slots[slot], s)
}

func (w *wheel) turn() {
	var due []*pacedStream
	for {
		time.Sleep(time.Millisecond)
		now := time.Since(w.begin).Milliseconds()
		for ; w.tick <= now; w.tick++ {
			w.mutex.Lock()
			slot := w.tick % wheelSlots
			due = append(due[:0], w.slots[slot]...)
			w.slots[slot] = w.slots[slot][:0]
			w.mutex.Unlock()
			for _, s := range due {
				w.step(s)
			}
		}
	}
}

func (w *wheel) step(s *pacedStream) {
	if s.due <= w.tick {
		isOver, err := s.send()
		if isOver || err != nil {
			s.done <- err
			return
		}
		s.due += s.shape.gap.Milliseconds()
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if s.due <= w.tick {
		s.due = w.tick + 1
	}
	w.add(s)
}
