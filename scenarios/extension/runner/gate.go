package runner

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "go.k6.io/k6/v2/api/v1"
	"go.k6.io/k6/v2/api/v1/client"
	"go.k6.io/k6/v2/lib"
	"gopkg.in/guregu/null.v3"
)

const (
	pollPeriod = 100 * time.Millisecond
	sayPeriod  = time.Second
	// The annotations reach the pod late by the kubelet's leave; after the start only their end matters.
	watchPeriod = time.Second
)

// Phase of k6 as far as a gate cares.
type Phase int

// k6 makes its VUs, has them and waits, or sends load.
const (
	Preparing Phase = iota
	Paused
	Running
)

// Control is k6's REST API.
type Control interface {
	Phase(ctx context.Context) Phase
	Resume(ctx context.Context) error
}

// Gate holds a paused k6 until the moment that the file `start-at` names, so that runners whose pods
// came up at different times begin together. Without that file somebody else resumes k6, and the
// gate only tells when. The file `alive-until` is a dead man's switch: load that nobody follows ends.
type Gate struct {
	Folder  string
	Control Control
	Output  io.Writer
	Stop    func()
	Now     func() time.Time

	saidAt  time.Time
	armedAt time.Time
}

// Run returns when k6 was told to stop, or with its context.
func (g *Gate) Run(ctx context.Context) {
	if g.wait(ctx) {
		g.watch(ctx)
	}
}

// wait returns whether load has begun.
func (g *Gate) wait(ctx context.Context) bool {
	isReady := false
	for {
		switch g.Control.Phase(ctx) {
		case Running:
			g.say(line{State: "started"})
			return true
		case Paused:
			if !isReady {
				isReady = true
				g.say(line{State: "ready"})
			}
			g.startWhenDue(ctx)
		case Preparing:
		}
		g.sayWaiting()
		if !pause(ctx, pollPeriod) || g.isAbandoned() {
			return false
		}
	}
}

// startWhenDue reads the moment anew each time: it may be put off while some runner has not heard of it.
func (g *Gate) startWhenDue(ctx context.Context) {
	startAt, ok := g.read("start-at")
	if !ok {
		return
	}
	if !startAt.Equal(g.armedAt) {
		g.armedAt = startAt
		g.say(line{State: "armed", StartAt: format(startAt)})
	}
	left := startAt.Sub(g.Now())
	if left > pollPeriod {
		return
	}
	if pause(ctx, left) {
		_ = g.Control.Resume(ctx)
	}
}

func (g *Gate) watch(ctx context.Context) {
	for pause(ctx, watchPeriod) {
		if g.isAbandoned() {
			return
		}
	}
}

// isAbandoned stops k6 when nobody has renewed `alive-until`.
func (g *Gate) isAbandoned() bool {
	until, ok := g.read("alive-until")
	if !ok || g.Now().Before(until) {
		return false
	}
	g.say(line{State: "abandoned"})
	g.Stop()
	return true
}

// sayWaiting lets the follower compare clocks, and see that the log is alive.
func (g *Gate) sayWaiting() {
	if g.Now().Sub(g.saidAt) >= sayPeriod {
		g.say(line{State: "waiting"})
	}
}

type line struct {
	Type    string `json:"type"`
	State   string `json:"state"`
	At      string `json:"at"`
	StartAt string `json:"startAt,omitempty"`
}

func (g *Gate) say(l line) {
	g.saidAt = g.Now()
	l.Type, l.At = "runner", format(g.saidAt)
	text, err := json.Marshal(l)
	if err != nil {
		panic(err) // strings of our own making
	}
	// One write: k6's lines come from elsewhere in this process.
	_, _ = g.Output.Write(append(text, '\n'))
}

func (g *Gate) read(name string) (time.Time, bool) {
	text, err := os.ReadFile(filepath.Join(g.Folder, name))
	if err != nil {
		return time.Time{}, false
	}
	moment, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(text)))
	return moment, err == nil
}

func format(moment time.Time) string {
	return moment.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

func pause(ctx context.Context, length time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(length):
		return true
	}
}

type restControl struct {
	client *client.Client
}

// Phase of a k6 whose REST API is not up yet is Preparing.
func (c *restControl) Phase(ctx context.Context) Phase {
	status, err := c.client.Status(ctx)
	switch {
	case err != nil || status.Status < lib.ExecutionStatusPausedBeforeRun:
		return Preparing
	case status.Status == lib.ExecutionStatusPausedBeforeRun:
		return Paused
	default:
		return Running
	}
}

func (c *restControl) Resume(ctx context.Context) error {
	_, err := c.client.SetStatus(ctx, v1.Status{Paused: null.BoolFrom(false)})
	return err
}
