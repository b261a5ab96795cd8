package socket

import (
	"net"
	"runtime"
	"testing"
	"time"
)

func TestTellsWhenBytesCameAndNotWhenTheyWereRead(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no kernel's stamps")
	}
	eachWay(t, func(t *testing.T, ours Timed, theirs *net.TCPConn) {
		ours.Gather(false)
		into := make([]byte, 8)
		for round := range 3 {
			before := time.Now()
			_, _ = theirs.Write([]byte("x"))
			sent := time.Now()
			time.Sleep(60 * time.Millisecond)
			if _, err := ours.Read(into); err != nil {
				t.Fatal(err)
			}
			// The kernel begins to stamp some moments after it was asked to, for the first connection of a process.
			if at := ours.Arrived(); round > 0 && (at.Before(before.Add(-time.Millisecond)) || at.After(sent.Add(20*time.Millisecond))) {
				t.Errorf("round %d: arrived %v after it was sent, and was read 60 ms after that", round, at.Sub(before))
			}
		}
	})
}

func TestBytesComeInTheirOrderWhateverTheClockSays(t *testing.T) {
	ours, _ := pair(t)
	c, ok := ours.(interface{ note(int64) })
	if !ok {
		t.Skip("no kernel's stamps")
	}
	began := time.Now()
	c.note(began.UnixNano())
	first := ours.Arrived()
	c.note(time.Now().Add(-time.Hour).UnixNano()) // the clock was set forward
	if at := ours.Arrived(); at.Before(first) {
		t.Errorf("came %v before what came before it", first.Sub(at))
	}
	c.note(time.Now().Add(time.Hour).UnixNano()) // the clock was set back
	if at := ours.Arrived(); at.After(time.Now()) {
		t.Errorf("comes in %v", time.Until(at))
	}
}

func TestWithoutAStampItIsWhenItWasRead(t *testing.T) {
	near, far := net.Pipe()
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	ours := Wrap(near)
	if at := ours.Arrived(); !at.IsZero() {
		t.Errorf("nothing was read, and arrived at %v", at)
	}
	go func() { _, _ = far.Write([]byte("x")) }()
	before := time.Now()
	if _, err := ours.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	read := time.Now()
	time.Sleep(20 * time.Millisecond)
	if at := ours.Arrived(); at.Before(before) || at.After(read) {
		t.Errorf("arrived at %v, want between %v and %v", at, before, read)
	}
}

func TestAnEndHasAMomentOfItsOwn(t *testing.T) {
	eachWay(t, func(t *testing.T, ours Timed, theirs *net.TCPConn) {
		_, _ = theirs.Write([]byte("x"))
		into := make([]byte, 8)
		if _, err := ours.Read(into); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Millisecond)
		closed := time.Now()
		_ = theirs.Close()
		if n, err := ours.Read(into); n != 0 || err == nil {
			t.Fatalf("read %d, %v", n, err)
		}
		if at := ours.Arrived(); at.Before(closed) {
			t.Errorf("the end came %v before it was made", closed.Sub(at))
		}
	})
}
