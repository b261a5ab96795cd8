package buckets

import (
	"runtime"
	"sync/atomic"
	"time"

	"go.k6.io/k6/v2/metrics"
)

// Tokens are tokens of one stream, each with the gap to the one before: samples of two time series in one
// list, handed over in bulk. This output reads the list as it is; to any other output the container looks like
// ordinary samples.
type Tokens struct {
	Count, Gap metrics.TimeSeries
	Points     []TokenPoint
}

// TokenPoint is small because writing it is a good part of what a token costs.
type TokenPoint struct {
	AtNanos  int64 // since the Unix epoch
	GapNanos int64 // noGap for the first token of a stream
}

const noGap = -1

// FirstToken of a stream.
func FirstToken(at time.Time) TokenPoint {
	return TokenPoint{at.UnixNano(), noGap}
}

// NextToken came so long after the one before.
func NextToken(at time.Time, gap time.Duration) TokenPoint {
	return TokenPoint{at.UnixNano(), max(0, int64(gap))}
}

// GetSamples makes the tokens readable for outputs that know only k6's own samples.
func (t *Tokens) GetSamples() []metrics.Sample {
	if isAskedByGroupSummary() {
		return nil
	}
	samples := make([]metrics.Sample, 0, 2*len(t.Points))
	for _, point := range t.Points {
		at := time.Unix(0, point.AtNanos)
		samples = append(samples, metrics.Sample{TimeSeries: t.Count, Time: at, Value: 1})
		if point.GapNanos != noGap {
			samples = append(samples, metrics.Sample{TimeSeries: t.Gap, Time: at, Value: metrics.D(time.Duration(point.GapNanos))})
		}
	}
	return samples
}

// groupSummary is part of every run and looks through all samples for checks, which these are not: to make
// samples for it to pass over would cost a token more than all else that is done with it.
const groupSummary = "go.k6.io/k6/v2/lib.(*GroupSummary).Start.func1"

var groupSummaryCall atomic.Uintptr

// isAskedByGroupSummary looks at who called the function that calls it.
func isAskedByGroupSummary() bool {
	var call [1]uintptr
	const twoUp = 3
	if runtime.Callers(twoUp, call[:]) == 0 {
		return false
	}
	if call[0] == groupSummaryCall.Load() {
		return true
	}
	frame, _ := runtime.CallersFrames(call[:]).Next()
	if frame.Function != groupSummary {
		return false
	}
	groupSummaryCall.Store(call[0])
	return true
}

// addTokens looks second and series up once for all tokens that share them.
func (t *secondsTable) addTokens(tokens *Tokens) {
	count, gap := t.series.of(tokens.Count), t.series.of(tokens.Gap)
	if count == nil || gap == nil {
		return
	}
	var counts, gaps *cell
	second := int64(-1)
	for _, point := range tokens.Points {
		if at := t.secondOf(point.AtNanos); at != second {
			second, counts, gaps = at, t.cell(count, at), nil
		}
		counts.add(1, false)
		if point.GapNanos == noGap {
			continue
		}
		if gaps == nil {
			gaps = t.cell(gap, second) // not before there is a gap, for an empty cell would be written
		}
		gaps.add(metrics.D(time.Duration(point.GapNanos)), true)
	}
}
