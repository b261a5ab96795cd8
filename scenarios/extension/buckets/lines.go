package buckets

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"go.k6.io/k6/v2/metrics"
)

// schemaVersion of the lines; their fields are described in tuner/contracts/load-buckets.ts.
const schemaVersion = 1

const isoMilliseconds = "2006-01-02T15:04:05.000Z07:00"

type headerFields struct {
	Type          string          `json:"type"`
	SchemaVersion int             `json:"schemaVersion"`
	StartAt       string          `json:"startAt"`
	Histogram     histogramFields `json:"histogram"`
	Runner        string          `json:"runner"`
}

type histogramFields struct {
	Scheme              string `json:"scheme"`
	SubBucketsPerOctave int    `json:"subBucketsPerOctave"`
}

type seriesFields struct {
	Type     string `json:"type"`
	ID       int    `json:"id"`
	Metric   string `json:"metric"`
	Kind     string `json:"kind"`
	Scenario string `json:"scenario"`
	Endpoint string `json:"endpoint"`
	Outcome  string `json:"outcome"`
}

type footerFields struct {
	Type           string `json:"type"`
	EndedAt        string `json:"endedAt"`
	DroppedSamples int64  `json:"droppedSamples"`
}

func headerLine(startAt time.Time, runner string) []byte {
	return jsonLine(headerFields{
		"header", schemaVersion, startAt.UTC().Format(isoMilliseconds),
		histogramFields{"log-linear", SubBucketsPerOctave}, runner,
	})
}

func seriesLine(s *series) []byte {
	return jsonLine(seriesFields{"series", s.id, s.metric, s.kind.String(), s.scenario, s.endpoint, s.outcome})
}

func footerLine(endedAt time.Time, droppedSamples int64) []byte {
	return jsonLine(footerFields{"footer", endedAt.UTC().Format(isoMilliseconds), droppedSamples})
}

func jsonLine(fields any) []byte {
	line, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings and integers of our own making
	}
	return append(line, '\n')
}

// bucketLines is written by hand: a soak writes them each second, and reflection would be most of its cost.
// A second becomes several lines where one would be longer than maxLine; readers add them up.
func bucketLines(lines []byte, of bucket, maxLine int) []byte {
	begin := len(lines)
	lines = appendBucketStart(lines, of.atSeconds)
	for i, s := range inOrder(of.cells) {
		valueAt := len(lines)
		if i > 0 {
			lines = append(lines, ',')
		}
		lines = appendValue(lines, s, of.cells[s])
		if i == 0 || len(lines)+len(bucketEnd)-begin <= maxLine {
			continue
		}
		lines = append(lines[:valueAt], bucketEnd...)
		begin = len(lines)
		lines = appendValue(appendBucketStart(lines, of.atSeconds), s, of.cells[s])
	}
	return append(lines, bucketEnd...)
}

const bucketEnd = "]}\n"

func appendBucketStart(line []byte, atSeconds int64) []byte {
	line = append(line, `{"type":"bucket","atSeconds":`...)
	line = strconv.AppendInt(line, atSeconds, 10)
	return append(line, `,"values":[`...)
}

func inOrder(cells map[*series]*cell) []*series {
	return slices.SortedFunc(maps.Keys(cells), func(a, b *series) int { return cmp.Compare(a.id, b.id) })
}

func appendValue(line []byte, s *series, c *cell) []byte {
	line = append(line, `{"id":`...)
	line = strconv.AppendInt(line, int64(s.id), 10)
	line = append(line, `,"count":`...)
	line = strconv.AppendInt(line, c.count, 10)
	line = appendNumber(line, "sum", c.sum)
	switch s.kind {
	case metrics.Trend:
		// Of one sample the sum says it all; most of a soak's lines hold such.
		if c.count > 1 {
			line = appendNumber(line, "min", c.min)
			line = appendNumber(line, "max", c.max)
		}
		line = appendBins(line, c)
	case metrics.Gauge:
		line = appendNumber(line, "min", c.min)
		line = appendNumber(line, "max", c.max)
		line = appendNumber(line, "last", c.last)
	}
	return append(line, '}')
}

// appendNumber leaves out the two digits that hold nothing but the rounding of sums.
func appendNumber(line []byte, name string, value float64) []byte {
	const digits = 15
	line = append(append(append(line, `,"`...), name...), `":`...)
	return strconv.AppendFloat(line, value, 'g', digits, 64)
}

func appendBins(line []byte, c *cell) []byte {
	if c.zeroCount > 0 {
		line = append(line, `,"zeroCount":`...)
		line = strconv.AppendInt(line, c.zeroCount, 10)
	}
	line = append(line, `,"bins":[`...)
	for i, index := range slices.Sorted(maps.Keys(c.bins)) {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(strconv.AppendInt(line, int64(index), 10), ',')
		line = strconv.AppendInt(line, c.bins[index], 10)
	}
	return append(line, ']')
}
