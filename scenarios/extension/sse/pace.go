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
	push        func(metrics.SampleContainer)
	tags        *metrics.TagSet
	instruments *instruments
	since       time.Time
	bytes       int64
	gaps        *buckets.Points
	tokens      *buckets.Points
}

const paceBatch = time.Second

func newPace(instruments *instruments, tags *metrics.TagSet, push func(metrics.SampleContainer)) *pace {
	p := &pace{push: push, tags: tags, instruments: instruments}
	p.renew()
	return p
}

func (p *pace) renew() {
	p.gaps = &buckets.Points{TimeSeries: metrics.TimeSeries{Metric: p.instruments.interTokenGap, Tags: p.tags}}
	p.tokens = &buckets.Points{TimeSeries: metrics.TimeSeries{Metric: p.instruments.tokens, Tags: p.tags}}
}

func (p *pace) gap(at time.Time, length time.Duration) {
	p.gaps.Add(at, metrics.D(length))
}

// read is called once per read, after the gaps it brought.
func (p *pace) read(at time.Time, bytes, tokens int64) {
	if p.since.IsZero() {
		p.since = at
	}
	p.bytes += bytes
	if tokens > 0 {
		p.tokens.Add(at, float64(tokens))
	}
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
	if len(p.tokens.At) > 0 {
		p.push(p.tokens)
	}
	if len(p.gaps.At) > 0 {
		p.push(p.gaps)
	}
	p.since, p.bytes = at, 0
	p.renew()
}
