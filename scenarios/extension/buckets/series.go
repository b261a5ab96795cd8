package buckets

import (
	"cmp"
	"slices"
	"strings"

	"go.k6.io/k6/v2/metrics"
)

// series is one metric with the three tags that are kept.
type series struct {
	id                          int
	metric                      string
	kind                        metrics.MetricType
	scenario, endpoint, outcome string
	isAnnounced                 bool
}

type seriesKey struct{ metric, scenario, endpoint, outcome string }

// seriesTable finds the series of a sample. Its size is bounded by the distinct values of three
// tags; the cache in front of it is emptied when a script makes ever new values of other tags.
type seriesTable struct {
	byKey  map[seriesKey]*series
	cached map[metrics.TimeSeries]*series
}

const maxCachedTimeSeries = 10_000

func newSeriesTable() *seriesTable {
	return &seriesTable{byKey: map[seriesKey]*series{}, cached: map[metrics.TimeSeries]*series{}}
}

// of returns nil for a metric that is not recorded.
func (t *seriesTable) of(timeSeries metrics.TimeSeries) *series {
	if found, ok := t.cached[timeSeries]; ok {
		return found
	}
	if len(t.cached) >= maxCachedTimeSeries {
		clear(t.cached)
	}
	found := t.lookUp(timeSeries)
	t.cached[timeSeries] = found
	return found
}

func (t *seriesTable) lookUp(timeSeries metrics.TimeSeries) *series {
	if isLeftOut(timeSeries.Metric.Name) {
		return nil
	}
	key := seriesKey{
		metric:   timeSeries.Metric.Name,
		scenario: tagOf(timeSeries.Tags, "scenario"),
		endpoint: tagOf(timeSeries.Tags, "endpoint"),
		outcome:  tagOf(timeSeries.Tags, "outcome"),
	}
	if found, ok := t.byKey[key]; ok {
		return found
	}
	made := &series{
		id: len(t.byKey), metric: key.metric, kind: timeSeries.Metric.Type,
		scenario: key.scenario, endpoint: key.endpoint, outcome: key.outcome,
	}
	t.byKey[key] = made
	return made
}

// announced are the series that were written once, by id.
func (t *seriesTable) announced() []*series {
	var found []*series
	for _, each := range t.byKey {
		if each.isAnnounced {
			found = append(found, each)
		}
	}
	slices.SortFunc(found, func(a, b *series) int { return cmp.Compare(a.id, b.id) })
	return found
}

func tagOf(tags *metrics.TagSet, name string) string {
	if tags == nil {
		return ""
	}
	value, _ := tags.Get(name)
	return value
}

// isLeftOut names k6's own per-request metrics: timed from the actual start and without the reason
// of an end, they say the same as ours, less well.
func isLeftOut(metric string) bool {
	for _, prefix := range []string{"http_", "iteration_duration", "group_duration", "sse_event"} {
		if strings.HasPrefix(metric, prefix) {
			return true
		}
	}
	return false
}
