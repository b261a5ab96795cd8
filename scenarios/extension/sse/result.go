package sse

import (
	"strings"
	"time"

	"go.k6.io/k6/v2/metrics"
)

// Result is what request() hands to the script. Times are milliseconds since the (intended) start,
// null where the moment did not come.
type Result struct {
	Status    int                 `js:"status"`
	Headers   map[string]string   `js:"headers"`
	Outcome   string              `js:"outcome"`
	EndReason string              `js:"endReason"`
	Message   string              `js:"message"`
	Events    map[string]int64    `js:"events"`
	Selected  map[string][]string `js:"selected"`
	// FirstEvent is the data of the first event other than ping.
	FirstEvent string `js:"firstEvent"`
	// Body of an answer that was no stream.
	Body   string `js:"body"`
	Tokens int64  `js:"tokens"`
	Bytes  int64  `js:"bytes"`
	Times  Times  `js:"times"`
}

// Times of one request.
type Times struct {
	// StartAt is the (intended) start as JavaScript's Date.now() would tell it, with its fractions.
	StartAt         float64 `js:"startAtMs"`
	SchedulingDelay any     `js:"schedulingDelayMs"`
	Headers         any     `js:"headersMs"`
	FirstEvent      any     `js:"firstEventMs"`
	FirstToken      any     `js:"firstTokenMs"`
	QueueWait       any     `js:"queueWaitMs"`
	Duration        any     `js:"durationMs"`
}

func (c *call) result() *Result {
	start := c.start()
	made := &Result{
		Status: c.exchange.status(), Headers: map[string]string{},
		Outcome: c.ending.outcome, EndReason: c.ending.reason, Message: c.ending.message,
		Events: map[string]int64{}, Selected: map[string][]string{},
		Body: string(c.body), Bytes: int64(len(c.body)),
		Times: Times{StartAt: float64(start.UnixNano()) / 1e6, Headers: since(start, c.headers), Duration: since(start, c.end)},
	}
	if c.module.vu.State().Options.DiscardResponseBodies.Bool {
		made.Body = ""
	}
	if c.emitter.isScheduled {
		made.Times.SchedulingDelay = since(start, c.begin)
	}
	if c.exchange.response != nil {
		for name, values := range c.exchange.response.Header {
			made.Headers[name] = strings.Join(values, ", ")
		}
	}
	if c.stream != nil {
		c.stream.describe(made, start)
	}
	return made
}

func (s *stream) describe(made *Result, start time.Time) {
	for _, counted := range s.counts {
		if counted.count > 0 {
			made.Events[counted.name] = counted.count
		}
	}
	made.Selected, made.FirstEvent = s.selected, s.first
	made.Tokens, made.Bytes = s.tokens, s.bytes
	made.Times.FirstEvent = since(start, s.firstEvent)
	made.Times.FirstToken = since(start, s.firstToken)
	made.Times.QueueWait = since(start, s.workflowStarted)
}

// since is nil, and so null, for a moment that did not come.
func since(start, moment time.Time) any {
	if moment.IsZero() {
		return nil
	}
	return metrics.D(moment.Sub(start))
}
