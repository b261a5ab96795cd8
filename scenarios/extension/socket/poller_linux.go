//go:build amd64 || arm64

package socket

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// tick is how long gathered connections are left alone. Longer, and two tokens of a quick model would come in one read,
// which has one stamp; shorter, and the wake-ups cost more than the reads.
const tick = time.Millisecond

// poller has the connections in sets of the kernel. Of the prompt one Go's own poller hears at once.
type poller struct {
	prompt   int
	gathered []*gathered // a connection's place in slots says which is its own

	mutex sync.Mutex
	slots []*conn
	ages  []int32 // of each slot, so that a late notice does not reach the next connection
	free  []int32
}

// gathered is a set that is asked once a tick, and wakes nobody. Each has a goroutine, which also reads for sinks; so there
// are more of them where there are more cores.
type gathered struct {
	set     int
	members atomic.Int64
	begin   chan struct{} // it is no longer empty
}

// slot is what the kernel hands back with a notice.
type slot struct{ index, age int32 }

// sharedPoller is nil where the kernel gives none.
var sharedPoller = sync.OnceValue(newPoller)

func newPoller() *poller {
	var sets []int
	for range 1 + (runtime.GOMAXPROCS(0)+1)/2 {
		set, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
		if err != nil {
			closeAll(sets)
			return nil
		}
		sets = append(sets, set)
	}
	p := &poller{prompt: sets[0]}
	for _, set := range sets[1:] {
		p.gathered = append(p.gathered, &gathered{set: set, begin: make(chan struct{}, 1)})
	}
	if !p.watchPrompt() {
		closeAll(sets)
		return nil
	}
	for _, each := range p.gathered {
		go each.watch(p)
	}
	return p
}

func closeAll(sets []int) {
	for _, set := range sets {
		_ = syscall.Close(set)
	}
}

// watchPrompt puts that set into Go's poller: a set is a file that is readable when one of its own is.
func (p *poller) watchPrompt() bool {
	if syscall.SetNonblock(p.prompt, true) != nil {
		return false
	}
	file := os.NewFile(uintptr(p.prompt), "epoll")
	// Only what Go's poller has taken can have a deadline.
	if file.SetReadDeadline(time.Time{}) != nil {
		return false
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return false
	}
	go func() {
		round := &round{poller: p}
		_ = raw.Read(func(fd uintptr) bool {
			round.pass(int(fd))
			return false // wait for more
		})
	}()
	return true
}

func (g *gathered) watch(p *poller) {
	round := &round{poller: p, buffer: make([]byte, sinkBytes)}
	for range g.begin {
		for g.members.Load() > 0 {
			if len(round.again) > 0 {
				runtime.Gosched()
			} else {
				time.Sleep(tick)
			}
			round.pass(g.set)
		}
	}
}

func (g *gathered) join() {
	if g.members.Add(1) == 1 {
		select {
		case g.begin <- struct{}{}:
		default:
		}
	}
}

func (p *poller) gatheredOf(c *conn) *gathered {
	return p.gathered[int(c.slot.index)%len(p.gathered)]
}

const interest = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | uint32(1)<<31 // EPOLLET

func (p *poller) add(c *conn) error {
	p.mutex.Lock()
	if last := len(p.free) - 1; last >= 0 {
		c.slot.index, p.free = p.free[last], p.free[:last]
	} else {
		c.slot.index = int32(len(p.slots))
		p.slots, p.ages = append(p.slots, nil), append(p.ages, 0)
	}
	p.slots[c.slot.index] = c
	c.slot.age = p.ages[c.slot.index]
	p.mutex.Unlock()
	err := p.register(c, p.prompt)
	if err != nil {
		p.release(c)
	}
	return err
}

func (p *poller) register(c *conn, set int) error {
	event := syscall.EpollEvent{Events: interest, Fd: c.slot.index, Pad: c.slot.age}
	return syscall.EpollCtl(set, syscall.EPOLL_CTL_ADD, c.fd, &event)
}

// move follows c.gathered. What is ready in one set is so at once in the other.
func (p *poller) move(c *conn) error {
	group := p.gatheredOf(c)
	from, to := p.prompt, group.set
	if c.gathered {
		group.join()
	} else {
		from, to = to, from
		group.members.Add(-1)
	}
	_ = syscall.EpollCtl(from, syscall.EPOLL_CTL_DEL, c.fd, nil)
	return p.register(c, to)
}

// remove is called before the file is closed, which takes it out of the kernel's sets.
func (p *poller) remove(c *conn) {
	if c.gathered {
		p.gatheredOf(c).members.Add(-1)
	}
	p.release(c)
}

func (p *poller) release(c *conn) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.slots[c.slot.index] = nil
	p.ages[c.slot.index]++
	p.free = append(p.free, c.slot.index)
}

// round is one look at a set, with what it needs for that.
type round struct {
	poller *poller
	events [256]syscall.EpollEvent
	heard  [256]*conn
	again  []*conn // may have more than they brought the last time
	buffer []byte  // for sinks; none, and readers are woken to give them what came
}

// sinkBytes is what a read for a sink brings at most: one that brings less needs no second to see that it was all.
const sinkBytes = 64 << 10

// pass hands on all notices there are, and does not wait. It asks until there are none: Go's poller tells only once of
// a set that was readable all the time.
func (r *round) pass(set int) {
	again := r.again
	r.again = nil
	for _, c := range again {
		r.hear(c, syscall.EPOLLIN)
	}
	for {
		n, err := pollNow(set, r.events[:])
		if err != nil || n == 0 {
			return
		}
		r.find(n)
		for i, c := range r.heard[:n] {
			if c != nil {
				r.hear(c, r.events[i].Events)
			}
		}
		clear(r.heard[:n])
	}
}

func (r *round) hear(c *conn, events uint32) {
	if c.hear(events, r.buffer) {
		r.again = append(r.again, c)
	}
}

func (r *round) find(n int) {
	r.poller.mutex.Lock()
	defer r.poller.mutex.Unlock()
	for i, event := range r.events[:n] {
		if r.poller.ages[event.Fd] == event.Pad {
			r.heard[i] = r.poller.slots[event.Fd]
		}
	}
}
