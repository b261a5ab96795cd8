package socket

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"reflect"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/nettest"
)

// pair is a connection of ours and its other end.
func pair(t testing.TB) (ours Timed, theirs *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dialed, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs = Wrap(dialed), accepted.(*net.TCPConn)
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	return ours, theirs
}

// gatheredPair has brought a byte that the kernel stamped. It begins to stamp some moments after the first connection of
// a process asked for it.
func gatheredPair(t testing.TB) (ours Timed, theirs *net.TCPConn) {
	t.Helper()
	for range 100 {
		ours, theirs = pair(t)
		_, _ = theirs.Write([]byte("x"))
		_, _ = ours.Read(make([]byte, 1))
		ours.Gather(true)
		if isInGatheredSet(ours) {
			return ours, theirs
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Skip("no kernel's stamps")
	return nil, nil
}

func isInGatheredSet(connection Timed) bool {
	field := reflect.Indirect(reflect.ValueOf(connection)).FieldByName("gathered")
	return field.IsValid() && field.Bool()
}

var ways = map[string]func(testing.TB) (Timed, *net.TCPConn){"prompt": pair, "gathered": gatheredPair}

// eachWay runs a test in both sets of the poller.
func eachWay(t *testing.T, test func(*testing.T, Timed, *net.TCPConn)) {
	for name, newPair := range ways {
		t.Run(name, func(t *testing.T) {
			ours, theirs := newPair(t)
			test(t, ours, theirs)
		})
	}
}

func TestIsNotGatheredBeforeTheKernelHasStamped(t *testing.T) {
	ours, _ := pair(t)
	if ours.Gather(true); isInGatheredSet(ours) {
		t.Error("nothing has come, and what comes would be timed when it is read")
	}
}

// The suite that Go's own connections pass.
func TestIsAConnectionAsGosOwn(t *testing.T) {
	for name, newPair := range ways {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
				ours, theirs := newPair(t)
				return ours, theirs, func() { _, _ = ours.Close(), theirs.Close() }, nil
			})
		})
	}
}

func TestBringsAllBytesHoweverTheyCome(t *testing.T) {
	eachWay(t, func(t *testing.T, ours Timed, theirs *net.TCPConn) {
		sent := make([]byte, 3<<20)
		for i := range sent {
			sent[i] = byte(rand.Uint32())
		}
		go func() {
			for rest := sent; len(rest) > 0; {
				size := min(len(rest), 1+rand.IntN(20_000))
				_, _ = theirs.Write(rest[:size])
				rest = rest[size:]
				if rand.IntN(20) == 0 {
					time.Sleep(time.Duration(rand.IntN(2_000)) * time.Microsecond)
				}
			}
			_ = theirs.CloseWrite()
		}()
		var got []byte
		var err error
		for err == nil {
			var n int
			into := make([]byte, 1+rand.IntN(9_000))
			n, err = ours.Read(into)
			got = append(got, into[:n]...)
		}
		if err != io.EOF || !bytes.Equal(got, sent) {
			t.Errorf("%d bytes and %v, want %d and EOF", len(got), err, len(sent))
		}
	})
}

// The end comes with the last bytes: no further notice of it follows.
func TestSeesAnEndThatCameWithTheLastBytes(t *testing.T) {
	eachWay(t, func(t *testing.T, ours Timed, theirs *net.TCPConn) {
		_, _ = theirs.Write([]byte("last"))
		_ = theirs.CloseWrite()
		time.Sleep(20 * time.Millisecond)
		if got, err := io.ReadAll(ours); string(got) != "last" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		// Half closed: the other way still works.
		go func() { _, _ = ours.Write([]byte("answer")) }()
		if got, err := io.ReadAll(io.LimitReader(theirs, 6)); string(got) != "answer" {
			t.Errorf("after the half close: %q, %v", got, err)
		}
	})
}

func TestTellsOfAReset(t *testing.T) {
	eachWay(t, func(t *testing.T, ours Timed, theirs *net.TCPConn) {
		_ = theirs.SetLinger(0)
		time.AfterFunc(10*time.Millisecond, func() { _ = theirs.Close() })
		_, err := ours.Read(make([]byte, 1))
		var operation *net.OpError
		if !errors.Is(err, syscall.ECONNRESET) || !errors.As(err, &operation) || operation.Op != "read" {
			t.Errorf("got %v, want a read that was reset", err)
		}
	})
}

func TestAReadEndsWithADeadlineOrTheClose(t *testing.T) {
	eachWay(t, func(t *testing.T, ours Timed, theirs *net.TCPConn) {
		_ = ours.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("deadline: %v", err)
		}
		_ = ours.SetReadDeadline(time.Time{})
		_, _ = theirs.Write([]byte("x"))
		if n, err := ours.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("after the deadline was taken back: %d, %v", n, err)
		}
		time.AfterFunc(20*time.Millisecond, func() { _ = ours.Close() })
		if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	})
}

func TestAWriterWaitsForRoom(t *testing.T) {
	eachWay(t, func(t *testing.T, ours Timed, theirs *net.TCPConn) {
		const size = 16 << 20
		go func() {
			time.Sleep(50 * time.Millisecond)
			_, _ = io.Copy(io.Discard, theirs)
		}()
		if n, err := ours.Write(make([]byte, size)); n != size || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	})
}

// A reader that waits is told in whichever set the connection is by then.
func TestMovesBetweenTheSetsWhileBytesCome(t *testing.T) {
	ours, theirs := gatheredPair(t)
	const pieces = 2_000
	var done sync.WaitGroup
	done.Go(func() {
		for range pieces {
			_, _ = theirs.Write([]byte("x"))
			time.Sleep(50 * time.Microsecond)
		}
		_ = theirs.Close()
	})
	stop := make(chan struct{})
	done.Go(func() {
		for isGathered := true; ; isGathered = !isGathered {
			select {
			case <-stop:
				return
			default:
				ours.Gather(isGathered)
				time.Sleep(time.Duration(rand.IntN(300)) * time.Microsecond)
			}
		}
	})
	_ = ours.SetReadDeadline(time.Now().Add(20 * time.Second))
	got, err := io.ReadAll(ours)
	close(stop)
	done.Wait()
	if len(got) != pieces || err != nil {
		t.Errorf("%d bytes, %v; want %d", len(got), err, pieces)
	}
}

func TestAFileNumberThatIsUsedAgainHasNothingOfTheOldOne(t *testing.T) {
	for range 200 {
		ours, theirs := gatheredPair(t)
		_, _ = theirs.Write([]byte("a"))
		_, _ = ours.Close(), theirs.Close()
		again, other := pair(t)
		_, _ = other.Write([]byte("b"))
		into := make([]byte, 4)
		if n, err := again.Read(into); string(into[:n]) != "b" || err != nil {
			t.Fatalf("got %q, %v", into[:n], err)
		}
		_, _ = again.Close(), other.Close()
	}
}

func TestLeavesNoFileOpen(t *testing.T) {
	count := func() int {
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("no /proc")
		}
		return len(files)
	}
	gatheredPair(t) // the poller's own
	before := count()
	for range 50 {
		ours, theirs := pair(t)
		ours.Gather(true)
		_, _ = ours.Close(), theirs.Close()
	}
	if after := count(); after > before+5 {
		t.Errorf("%d files are open, and were %d before 50 connections", after, before)
	}
}
