package sse

import (
	"encoding/json"
	"fmt"
	"time"

	"dify-scale-tuner/scenarios/extension/difyevent"
)

// buffered: a complete answer that something between Dify and here held back. Its times say nothing of
// Dify, and its user saw no stream.
const buffered = "buffered"

// delivery tells a path that holds bytes back from a server that is slow. What it goes by cannot come from
// a slow, blocking or very fast model: the server's own account of the time, and pauses in the middle of an
// event, which Dify writes whole.
type delivery struct {
	lastRead             time.Time
	pauses, brokenPauses int
	lastPing             time.Time
	pingsTogether        bool
	statedSpan           time.Duration // by the server: between two events that both came
	seenSpan             time.Duration // between the same two, here
	isChatLatency        bool          // statedSpan is the model's whole latency, with the wait for its first token
}

const (
	// A pause is longer than TCP takes to send a lost segment again (200 ms at least).
	pauseLength = 250 * time.Millisecond
	fewPauses   = 4
	// Below this the server's account and ours differ for other reasons: load, scheduling, rounding.
	shortSpan = 2 * time.Second
	// The first answer of a conversation may be held by Dify itself for 1 s, until it has a name.
	shortChatLatency = 3 * time.Second
	heldRatio        = 0.05
	// Dify spends some 0.7 ms of CPU on each event: so many at once it can only have sent one by one.
	fewTokens    = 20
	fastestEvent = 200 * time.Microsecond
	// Pings are 10 s apart.
	pingsApart = 5 * time.Second
)

// read is called before the bytes of a read are looked at.
func (d *delivery) read(at time.Time, isMidEvent bool) {
	if !d.lastRead.IsZero() && at.Sub(d.lastRead) >= pauseLength {
		d.pauses++
		if isMidEvent {
			d.brokenPauses++
		}
	}
	d.lastRead = at
}

func (d *delivery) ping(at time.Time) {
	if !d.lastPing.IsZero() && at.Sub(d.lastPing) < pingsApart {
		d.pingsTogether = true
	}
	d.lastPing = at
}

// workflowFinished compares the run's own duration with what was seen of it: workflow_started is sent when
// the run starts.
func (d *delivery) workflowFinished(run difyevent.Run, sinceStarted time.Duration) {
	d.statedSpan, d.seenSpan = seconds(run.ElapsedSeconds), sinceStarted
}

// messageEnd takes the model's own times; a chatflow's are in its workflow_finished already.
func (d *delivery) messageEnd(data []byte, sinceFirstToken time.Duration) {
	if d.statedSpan > 0 {
		return
	}
	var said struct {
		Metadata struct {
			Usage struct {
				Latency        float64 `json:"latency"`
				TimeToGenerate float64 `json:"time_to_generate"`
			} `json:"usage"`
		} `json:"metadata"`
	}
	if json.Unmarshal(data, &said) != nil {
		return
	}
	usage := said.Metadata.Usage
	d.seenSpan, d.statedSpan = sinceFirstToken, seconds(usage.TimeToGenerate)
	if usage.TimeToGenerate == 0 {
		d.statedSpan, d.isChatLatency = seconds(usage.Latency), true
	}
}

// held says how the answer was held back, "" where nothing shows that it was.
func (d *delivery) held(tokens int64) string {
	switch {
	case d.pingsTogether:
		return "pings that are sent 10 s apart arrived together"
	case d.isSqueezed(tokens):
		return fmt.Sprintf("the server spent %.1f s on what arrived within %.3f s", d.statedSpan.Seconds(), d.seenSpan.Seconds())
	case d.brokenPauses >= fewPauses && d.brokenPauses*2 >= d.pauses:
		return fmt.Sprintf("%d of %d pauses fell into the middle of an event", d.brokenPauses, d.pauses)
	}
	return ""
}

func (d *delivery) isSqueezed(tokens int64) bool {
	if d.isChatLatency {
		return tokens >= fewTokens && d.statedSpan >= shortChatLatency && d.seenSpan < time.Duration(tokens)*fastestEvent
	}
	return d.statedSpan >= shortSpan && float64(d.seenSpan) < heldRatio*float64(d.statedSpan)
}

func seconds(value float64) time.Duration {
	return time.Duration(value * float64(time.Second))
}
