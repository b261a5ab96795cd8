package sse

import (
	"time"

	"go.k6.io/k6/v2/metrics"

	"dify-scale-tuner/scenarios/extension/buckets"
)

// pace collects what a stream yields while it runs: gaps, tokens and bytes. They are handed on about
// once a second, all at once: a sample of its own per token would cost more than reading it. How the
// stream will end is not known yet, so these three carry no outcome.
type pace struct {
	points      []buckets.TokenPoint
	lastToken   time.Time
	since       time.Time
	bytes       int64
	emitter     *emitter
	held        []metrics.SampleContainer // that k6 had no room for yet
	tags        *metrics.TagSet
	instruments *instruments
}

const paceBatch = time.Second

func newPace(e *emitter) pace {
	return pace{emitter: e, tags: e.tags, instruments: e.instruments}
}

func (p *pace) token(at time.Time) {
	if p.lastToken.IsZero() {
		p.points = append(p.points, buckets.FirstToken(at))
	} else {
		p.points = append(p.points, buckets.NextToken(at, at.Sub(p.lastToken)))
	}
	p.lastToken = at
}

// read is called once per read, after the tokens it brought.
func (p *pace) read(at time.Time, bytes int64) {
	if p.since.IsZero() {
		p.since = at
	}
	p.bytes += bytes
	if at.Sub(p.since) >= paceBatch {
		p.flush(at)
	}
}

// finish hands on all there is; it waits until k6 takes it.
func (p *pace) finish(at time.Time) {
	p.flush(at)
	for _, container := range p.held {
		p.emitter.push(container)
	}
	p.held = nil
}

// offer does not wait: many streams are read by one goroutine.
func (p *pace) offer(container metrics.SampleContainer) {
	if len(p.held) > 0 || !p.emitter.offer(container) {
		p.held = append(p.held, container)
	}
}

func (p *pace) flush(at time.Time) {
	if p.bytes > 0 {
		p.offer(metrics.Sample{
			TimeSeries: metrics.TimeSeries{Metric: p.instruments.streamBytes, Tags: p.tags},
			Time:       at, Value: float64(p.bytes),
		})
	}
	p.since, p.bytes = at, 0
	tokens := len(p.points)
	if tokens == 0 {
		return
	}
	p.offer(&buckets.Tokens{
		Count:  metrics.TimeSeries{Metric: p.instruments.tokens, Tags: p.tags},
		Gap:    metrics.TimeSeries{Metric: p.instruments.interTokenGap, Tags: p.tags},
		Points: p.points,
	})
	p.points = make([]buckets.TokenPoint, 0, tokens+tokens/4) // as many will come in the next second
}
