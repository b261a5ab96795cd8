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
	tokens      *buckets.Tokens
	lastToken   time.Time
	since       time.Time
	bytes       int64
	push        func(metrics.SampleContainer)
	tags        *metrics.TagSet
	instruments *instruments
}

const paceBatch = time.Second

func newPace(instruments *instruments, tags *metrics.TagSet, push func(metrics.SampleContainer)) *pace {
	p := &pace{push: push, tags: tags, instruments: instruments}
	p.renew(0)
	return p
}

// renew makes room for as many tokens as came in the time before.
func (p *pace) renew(expected int) {
	p.tokens = &buckets.Tokens{
		Count:  metrics.TimeSeries{Metric: p.instruments.tokens, Tags: p.tags},
		Gap:    metrics.TimeSeries{Metric: p.instruments.interTokenGap, Tags: p.tags},
		Points: make([]buckets.TokenPoint, 0, expected+expected/4),
	}
}

func (p *pace) token(at time.Time) {
	if p.lastToken.IsZero() {
		p.tokens.First(at)
	} else {
		p.tokens.Next(at, at.Sub(p.lastToken))
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
	if tokens := len(p.tokens.Points); tokens > 0 {
		p.push(p.tokens)
		p.renew(tokens)
	}
}
