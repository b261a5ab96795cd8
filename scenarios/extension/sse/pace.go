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
	push        func(metrics.SampleContainer)
	tags        *metrics.TagSet
	instruments *instruments
}

const paceBatch = time.Second

func newPace(instruments *instruments, tags *metrics.TagSet, push func(metrics.SampleContainer)) pace {
	return pace{push: push, tags: tags, instruments: instruments}
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

func (p *pace) flush(at time.Time) {
	if p.bytes > 0 {
		p.push(metrics.Sample{
			TimeSeries: metrics.TimeSeries{Metric: p.instruments.streamBytes, Tags: p.tags},
			Time:       at, Value: float64(p.bytes),
		})
	}
	p.since, p.bytes = at, 0
	tokens := len(p.points)
	if tokens == 0 {
		return
	}
	p.push(&buckets.Tokens{
		Count:  metrics.TimeSeries{Metric: p.instruments.tokens, Tags: p.tags},
		Gap:    metrics.TimeSeries{Metric: p.instruments.interTokenGap, Tags: p.tags},
		Points: p.points,
	})
	p.points = make([]buckets.TokenPoint, 0, tokens+tokens/4) // as many will come in the next second
}
