package sse

import (
	"sync/atomic"
	"time"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/metrics"
)

// emitter sends the metrics of one request to k6. Without an endpoint it sends none: the script then
// measures something of its own.
type emitter struct {
	instruments *instruments
	samples     chan<- metrics.SampleContainer
	// tags are the VU's and the endpoint; the outcome joins them when it is known.
	tags        *metrics.TagSet
	active      *atomic.Int64
	isSilent    bool
	isScheduled bool
	isStream    bool
}

func (m *module) newEmitter(state *lib.State, p *params, scenario *lib.ScenarioState, isScheduled bool) *emitter {
	made := &emitter{
		instruments: m.instruments, samples: state.Samples, isSilent: p.endpoint == "", isScheduled: isScheduled,
		tags: p.tagsAndMeta.Tags.With("endpoint", p.endpoint), active: m.root.activeStreams(""),
	}
	if scenario != nil {
		made.active = m.root.activeStreams(scenario.Name)
	}
	return made
}

// push waits until k6 takes the samples. It does so even when the iteration was interrupted, for what
// became of the request must not be lost; k6 reads the channel until the last iteration has returned.
func (e *emitter) push(container metrics.SampleContainer) {
	if !e.isSilent {
		e.samples <- container
	}
}

// offer does not wait, and answers whether k6 took the samples.
func (e *emitter) offer(container metrics.SampleContainer) bool {
	if e.isSilent {
		return true
	}
	select {
	case e.samples <- container:
		return true
	default:
		return false
	}
}

func (e *emitter) sample(metric *metrics.Metric, tags *metrics.TagSet, at time.Time, value float64) metrics.Sample {
	return metrics.Sample{TimeSeries: metrics.TimeSeries{Metric: metric, Tags: tags}, Time: at, Value: value}
}

func (e *emitter) began(at time.Time, isStream bool) {
	e.isStream = isStream
	started := metrics.Samples{e.sample(e.instruments.requestsStarted, e.tags, at, 1)}
	if isStream {
		active := e.active.Add(1)
		started = append(started, e.sample(e.instruments.activeStreams, e.tags, at, float64(active)))
	}
	e.push(started)
}

// ended emits what is timed from the intended start. Each sample bears the moment it was measured at,
// not the end of the stream.
func (e *emitter) ended(c *call) {
	start := c.start()
	tags := e.tags.With("outcome", c.ending.outcome)
	samples := metrics.Samples{e.sample(e.instruments.requests, tags, c.end, 1)}
	timed := func(metric *metrics.Metric, at time.Time) {
		if !at.IsZero() {
			samples = append(samples, e.sample(metric, tags, at, metrics.D(at.Sub(start))))
		}
	}
	if e.isScheduled {
		timed(e.instruments.schedulingDelay, c.begin)
	}
	timed(e.instruments.timeToHeaders, c.headers)
	if s := c.stream; s != nil {
		timed(e.instruments.timeToFirstEvent, s.firstEvent)
		timed(e.instruments.timeToFirstToken, s.firstToken)
		timed(e.instruments.queueWait, s.workflowStarted)
		timed(e.instruments.streamDuration, s.end)
	} else if c.params.expectJSON {
		timed(e.instruments.requestDuration, c.end)
	}
	if e.isStream {
		active := e.active.Add(-1)
		samples = append(samples, e.sample(e.instruments.activeStreams, e.tags, c.end, float64(active)))
	}
	e.push(samples)
}
