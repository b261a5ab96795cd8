package sse

import (
	"errors"

	"go.k6.io/k6/v2/metrics"
)

// instruments are the metrics this module emits; their meaning is in docs/traffic.md.
type instruments struct {
	timeToHeaders, timeToFirstEvent, timeToFirstToken, interTokenGap *metrics.Metric
	streamDuration, requestDuration, queueWait, schedulingDelay      *metrics.Metric
	tokens, streamBytes, requests, requestsStarted, activeStreams    *metrics.Metric
	// sseEvent is the community extension's one metric, kept for scripts that use open().
	sseEvent *metrics.Metric
}

func newInstruments(registry *metrics.Registry) (*instruments, error) {
	var failures []error
	metric := func(name string, kind metrics.MetricType, unit metrics.ValueType) *metrics.Metric {
		made, err := registry.NewMetric(name, kind, unit)
		failures = append(failures, err)
		return made
	}
	duration := func(name string) *metrics.Metric { return metric(name, metrics.Trend, metrics.Time) }
	counter := func(name string) *metrics.Metric { return metric(name, metrics.Counter, metrics.Default) }
	made := &instruments{
		timeToHeaders:    duration("time_to_headers_ms"),
		timeToFirstEvent: duration("time_to_first_event_ms"),
		timeToFirstToken: duration("time_to_first_token_ms"),
		interTokenGap:    duration("inter_token_gap_ms"),
		streamDuration:   duration("stream_duration_ms"),
		requestDuration:  duration("request_duration_ms"),
		queueWait:        duration("queue_wait_ms"),
		schedulingDelay:  duration("scheduling_delay_ms"),
		tokens:           counter("tokens"),
		streamBytes:      metric("stream_bytes", metrics.Counter, metrics.Data),
		requests:         counter("requests"),
		requestsStarted:  counter("requests_started"),
		activeStreams:    metric("active_streams", metrics.Gauge, metrics.Default),
		sseEvent:         counter("sse_event"),
	}
	return made, errors.Join(failures...)
}
