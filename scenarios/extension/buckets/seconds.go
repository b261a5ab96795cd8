package buckets

import (
	"math"
	"slices"
	"time"

	"go.k6.io/k6/v2/metrics"
)

// Points are samples of one time series that a producer hands over in bulk. This output reads the
// points as they are; to any other output the container looks like ordinary samples.
type Points struct {
	metrics.TimeSeries
	// Nanoseconds since the Unix epoch, and the value; the same length.
	At     []int64
	Values []float64
}

// Add appends one point.
func (p *Points) Add(at time.Time, value float64) {
	p.At, p.Values = append(p.At, at.UnixNano()), append(p.Values, value)
}

// GetSamples makes the points readable for outputs that know only k6's own samples.
func (p *Points) GetSamples() []metrics.Sample {
	samples := make([]metrics.Sample, len(p.At))
	for i, at := range p.At {
		samples[i] = metrics.Sample{TimeSeries: p.TimeSeries, Time: time.Unix(0, at), Value: p.Values[i]}
	}
	return samples
}

// secondsTable adds samples up by second and series.
type secondsTable struct {
	startNanos int64
	series     *seriesTable
	seconds    map[int64]map[*series]*cell
	dropped    int64
}

func newSecondsTable(start time.Time) *secondsTable {
	return &secondsTable{
		startNanos: start.UnixNano(), series: newSeriesTable(), seconds: map[int64]map[*series]*cell{},
	}
}

func (t *secondsTable) addContainer(container metrics.SampleContainer) {
	if points, ok := container.(*Points); ok {
		t.addPoints(points)
		return
	}
	for _, sample := range container.GetSamples() {
		if found := t.series.of(sample.TimeSeries); found != nil {
			t.add(found, sample.Time.UnixNano(), sample.Value)
		}
	}
}

func (t *secondsTable) addPoints(points *Points) {
	found := t.series.of(points.TimeSeries)
	if found == nil {
		return
	}
	for i, at := range points.At {
		t.add(found, at, points.Values[i])
	}
}

// add counts what no bin can take instead of writing a line that no JSON reader accepts.
func (t *secondsTable) add(of *series, atNanos int64, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		t.dropped++
		return
	}
	second := max(0, (atNanos-t.startNanos)/int64(time.Second))
	cells := t.seconds[second]
	if cells == nil {
		cells = map[*series]*cell{}
		t.seconds[second] = cells
	}
	found := cells[of]
	if found == nil {
		found = &cell{}
		cells[of] = found
	}
	found.add(value, of.kind == metrics.Trend)
}

// takeUntil removes and returns the seconds before the one given, oldest first.
func (t *secondsTable) takeUntil(second int64) []bucket {
	var taken []bucket
	for at, cells := range t.seconds {
		if at < second {
			taken = append(taken, bucket{atSeconds: at, cells: cells})
			delete(t.seconds, at)
		}
	}
	slices.SortFunc(taken, func(a, b bucket) int { return int(a.atSeconds - b.atSeconds) })
	return taken
}

type bucket struct {
	atSeconds int64
	cells     map[*series]*cell
}
