package buckets

import (
	"math"
	"slices"
	"time"

	"go.k6.io/k6/v2/metrics"
)

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
	if tokens, ok := container.(*Tokens); ok {
		t.addTokens(tokens)
		return
	}
	for _, sample := range container.GetSamples() {
		if found := t.series.of(sample.TimeSeries); found != nil {
			t.add(found, sample.Time.UnixNano(), sample.Value)
		}
	}
}

// add counts what no bin can take instead of writing a line that no JSON reader accepts.
func (t *secondsTable) add(of *series, atNanos int64, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		t.dropped++
		return
	}
	t.cell(of, t.secondOf(atNanos)).add(value, of.kind == metrics.Trend)
}

func (t *secondsTable) secondOf(atNanos int64) int64 {
	return max(0, (atNanos-t.startNanos)/int64(time.Second))
}

func (t *secondsTable) cell(of *series, second int64) *cell {
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
	return found
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
