package runner

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestSegmentsDealTheArrivalsOut(t *testing.T) {
	args := []string{"k6", "run", "--quiet", "script.js"}
	got, err := withSegment(args, "3", "1")
	want := []string{"k6", "run", "--execution-segment=1/3:2/3", "--execution-segment-sequence=0,1/3,2/3,1", "--quiet", "script.js"}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("got %v, %v", got, err)
	}
	last, _ := withSegment(args, "3", "2")
	if last[2] != "--execution-segment=2/3:1" {
		t.Fatalf("got %v", last)
	}
}

func TestArgumentsStayWhereNoGroupIsNamed(t *testing.T) {
	for _, given := range []struct{ args, runners, runner string }{
		{"k6 run script.js", "", ""},
		{"k6 run script.js", "1", "0"},
		{"k6 version", "3", "0"},
		{"k6", "3", "0"},
	} {
		args := strings.Fields(given.args)
		if got, err := withSegment(args, given.runners, given.runner); err != nil || !slices.Equal(got, args) {
			t.Errorf("%v: got %v, %v", given, got, err)
		}
	}
}

func TestANumberThatIsNoneIsNamed(t *testing.T) {
	for _, given := range [][2]string{{"x", "0"}, {"3", ""}, {"3", "3"}, {"3", "-1"}, {"0", "0"}} {
		if _, err := withSegment([]string{"k6", "run", "s"}, given[0], given[1]); err == nil {
			t.Errorf("%v was taken", given)
		}
	}
}

// fakeK6 is paused after a while and runs from the moment it is resumed.
type fakeK6 struct {
	mutex     sync.Mutex
	readyAt   time.Time
	resumedAt time.Time
}

func (k *fakeK6) Phase(context.Context) Phase {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	switch {
	case time.Now().Before(k.readyAt):
		return Preparing
	case k.resumedAt.IsZero():
		return Paused
	default:
		return Running
	}
}

func (k *fakeK6) Resume(context.Context) error {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.resumedAt = time.Now()
	return nil
}

type trial struct {
	folder  string
	k6      *fakeK6
	output  bytes.Buffer
	stopped time.Time
}

// run lets a gate work in virtual time; files are written at moments after the start.
func (g *trial) run(t *testing.T, length time.Duration, files map[time.Duration][2]string) (begin time.Time) {
	g.folder = t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		begin = time.Now()
		g.k6 = &fakeK6{readyAt: begin.Add(2 * time.Second)}
		for after, file := range files {
			time.AfterFunc(after, func() {
				text := file[1]
				if offset, err := time.ParseDuration(text); err == nil {
					text = begin.Add(offset).UTC().Format(time.RFC3339Nano)
				}
				_ = os.WriteFile(filepath.Join(g.folder, file[0]), []byte(text), 0o600)
			})
		}
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		gate := &Gate{
			Folder: g.folder, Control: g.k6, Output: &g.output, Now: time.Now,
			Stop: func() { g.stopped = time.Now() },
		}
		gate.Run(ctx)
	})
	return begin
}

func (g *trial) states() (states []string) {
	for text := range strings.Lines(g.output.String()) {
		state := strings.Split(text, `"`)[7]
		if state != "waiting" {
			states = append(states, state)
		}
	}
	return states
}

func TestK6BeginsAtTheMomentNamed(t *testing.T) {
	var g trial
	begin := g.run(t, 20*time.Second, map[time.Duration][2]string{5 * time.Second: {"start-at", "9s250ms"}})
	if late := g.k6.resumedAt.Sub(begin) - 9250*time.Millisecond; late < 0 || late > 10*time.Millisecond {
		t.Errorf("began %v late", late)
	}
	if got := g.states(); !slices.Equal(got, []string{"ready", "armed", "started"}) {
		t.Errorf("said %v", got)
	}
	if waiting := strings.Count(g.output.String(), "waiting"); waiting < 5 {
		t.Errorf("said only %d times that it waits", waiting)
	}
}

func TestTheMomentCanBePutOff(t *testing.T) {
	var g trial
	begin := g.run(t, 30*time.Second, map[time.Duration][2]string{
		3 * time.Second: {"start-at", "9s"}, 6 * time.Second: {"start-at", "15s"},
	})
	if late := g.k6.resumedAt.Sub(begin) - 15*time.Second; late < 0 || late > 10*time.Millisecond {
		t.Errorf("began %v late", late)
	}
	if got := g.states(); !slices.Equal(got, []string{"ready", "armed", "armed", "started"}) {
		t.Errorf("said %v", got)
	}
}

func TestAMomentThatIsOverMeansAtOnce(t *testing.T) {
	var g trial
	begin := g.run(t, 20*time.Second, map[time.Duration][2]string{7 * time.Second: {"start-at", "4s"}})
	if after := g.k6.resumedAt.Sub(begin); after < 7*time.Second || after > 7200*time.Millisecond {
		t.Errorf("began after %v", after)
	}
}

func TestNothingBeginsWithoutAMoment(t *testing.T) {
	for _, text := range []string{"", "soon"} {
		var g trial
		g.run(t, 20*time.Second, map[time.Duration][2]string{time.Second: {"start-at", text}})
		if !g.k6.resumedAt.IsZero() {
			t.Errorf("began with %q", text)
		}
	}
}

func TestLoadThatNobodyFollowsEnds(t *testing.T) {
	var g trial
	begin := g.run(t, 60*time.Second, map[time.Duration][2]string{
		time.Second:      {"start-at", "4s"},
		2 * time.Second:  {"alive-until", "20s"},
		10 * time.Second: {"alive-until", "40s"},
	})
	if after := g.stopped.Sub(begin); after < 40*time.Second || after > 42*time.Second {
		t.Errorf("stopped after %v", after)
	}
	if got := g.states(); !slices.Contains(got, "abandoned") {
		t.Errorf("said %v", got)
	}
}

func TestARunnerThatNobodyStartsEndsToo(t *testing.T) {
	var g trial
	begin := g.run(t, 60*time.Second, map[time.Duration][2]string{time.Second: {"alive-until", "9s"}})
	if after := g.stopped.Sub(begin); after < 9*time.Second || after > 10*time.Second {
		t.Errorf("stopped after %v", after)
	}
}
