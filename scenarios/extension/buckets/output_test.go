package buckets

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"
)

type fixture struct {
	t        *testing.T
	registry *metrics.Registry
	clock    time.Time
	output   *Output
	path     string
}

var startOfTest = time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)

// newFixture stops the clock: the test says when time passes, and flushes by hand.
func newFixture(t *testing.T) *fixture {
	path := filepath.Join(t.TempDir(), "load.ndjson")
	made, err := New(output.Params{ConfigArgument: path, Environment: map[string]string{"TUNE_RUNNER": "3"}})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, registry: metrics.NewRegistry(), clock: startOfTest, output: made.(*Output), path: path}
	f.output.now = func() time.Time { return f.clock }
	if err := f.output.Start(); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) metric(name string, kind metrics.MetricType) *metrics.Metric {
	return f.registry.MustNewMetric(name, kind)
}

func (f *fixture) add(metric *metrics.Metric, afterStart time.Duration, value float64, tags ...string) {
	set := f.registry.RootTagSet()
	for i := 0; i < len(tags); i += 2 {
		set = set.With(tags[i], tags[i+1])
	}
	f.output.AddMetricSamples([]metrics.SampleContainer{metrics.Sample{
		TimeSeries: metrics.TimeSeries{Metric: metric, Tags: set}, Time: startOfTest.Add(afterStart), Value: value,
	}})
}

func (f *fixture) stop() {
	if err := f.output.Stop(); err != nil {
		f.t.Fatal(err)
	}
}

type line struct {
	Type, StartAt, EndedAt, Runner, Metric, Kind, Scenario, Endpoint, Outcome string

	ID             int
	AtSeconds      int
	DroppedSamples int
	Values         []struct {
		ID, Count, ZeroCount int
		Sum, Min, Max, Last  float64
		Bins                 []int
	}
}

func (f *fixture) lines() (lines []line) {
	text, err := os.ReadFile(f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, raw := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		var read line
		if err := json.Unmarshal([]byte(raw), &read); err != nil {
			f.t.Fatalf("%q: %v", raw, err)
		}
		lines = append(lines, read)
	}
	return lines
}

func TestTheFileBeginsWithAHeaderAndEndsWithAFooter(t *testing.T) {
	f := newFixture(t)
	f.clock = startOfTest.Add(90 * time.Second)
	f.stop()
	lines := f.lines()
	if len(lines) != 2 || lines[0].StartAt != "2026-11-22T21:00:00.000Z" || lines[0].Runner != "3" ||
		lines[1].EndedAt != "2026-11-22T21:01:30.000Z" {
		t.Errorf("got %+v", lines)
	}
}

func TestAddsSamplesUpBySecondAndTags(t *testing.T) {
	f := newFixture(t)
	ttft := f.metric("time_to_first_token_ms", metrics.Trend)
	ok := []string{"scenario", "chat", "endpoint", "chat-messages", "outcome", "ok", "vu", "7"}
	f.add(ttft, 100*time.Millisecond, 100, ok...)
	f.add(ttft, 900*time.Millisecond, 100.5, ok...)
	f.add(ttft, 999*time.Millisecond, 0, ok...)
	f.add(ttft, 1100*time.Millisecond, 3, ok...)
	f.add(ttft, 1200*time.Millisecond, 3, "scenario", "chat", "endpoint", "chat-messages", "outcome", "cut")
	f.stop()
	lines := f.lines()
	if series := lines[1]; series.Metric != "time_to_first_token_ms" || series.Kind != "trend" ||
		series.Scenario != "chat" || series.Endpoint != "chat-messages" || series.Outcome != "ok" {
		t.Errorf("series %+v", series)
	}
	first := lines[2].Values[0]
	if first.Count != 3 || first.Sum != 200.5 || first.Min != 0 || first.Max != 100.5 || first.ZeroCount != 1 ||
		!reflect.DeepEqual(first.Bins, []int{484, 2}) { // 100 and 100.5 share the bin from 100 to 101
		t.Errorf("second 0: %+v", first)
	}
	if second := lines[4]; second.AtSeconds != 1 || len(second.Values) != 2 ||
		second.Values[1].ID != lines[3].ID || lines[3].Outcome != "cut" {
		t.Errorf("second 1: %+v after %+v", second, lines[3])
	}
}

func TestKeepsWhatEachKindOfMetricNeeds(t *testing.T) {
	f := newFixture(t)
	f.add(f.metric("tokens", metrics.Counter), 0, 5)
	f.add(f.metric("tokens", metrics.Counter), 0, 7)
	f.add(f.metric("active_streams", metrics.Gauge), 0, 9)
	f.add(f.metric("active_streams", metrics.Gauge), 0, 2)
	f.add(f.metric("checks", metrics.Rate), 0, 1)
	f.add(f.metric("checks", metrics.Rate), 0, 0)
	f.stop()
	got := map[string]string{}
	text, _ := os.ReadFile(f.path)
	for _, value := range strings.Split(string(text), `{"id":`)[1:] {
		id, rest, _ := strings.Cut(value, ",")
		got[id] = strings.TrimRight(strings.Split(rest, "}")[0], "}]\n")
	}
	want := map[string]string{
		"0": `"count":2,"sum":12`, "1": `"count":2,"sum":11,"min":2,"max":9,"last":2`, "2": `"count":2,"sum":1`,
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestASingleSampleIsWrittenOnceAndSumsWithoutTheNoiseOfRounding(t *testing.T) {
	f := newFixture(t)
	ttft := f.metric("time_to_first_token_ms", metrics.Trend)
	f.add(ttft, 0, 412.345678)
	for range 3 {
		f.add(ttft, time.Second, 0.1) // 0.1 + 0.1 + 0.1 is 0.30000000000000004
	}
	f.add(f.metric("stream_bytes", metrics.Counter), time.Second, 123456789012)
	f.stop()
	text, _ := os.ReadFile(f.path)
	for _, want := range []string{
		`"count":1,"sum":412.345678,"bins":[`, `"count":3,"sum":0.3,"min":0.1,"max":0.1,"bins":[`, `"sum":123456789012}`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
}

func TestLeavesOutWhatTheRecordingDoesNotNeed(t *testing.T) {
	f := newFixture(t)
	f.add(f.metric("http_req_duration", metrics.Trend), 0, 5)
	f.add(f.metric("iteration_duration", metrics.Trend), 0, 5)
	f.add(f.metric("iterations", metrics.Counter), 0, 5)
	f.stop()
	lines := f.lines()
	if len(lines) != 4 || lines[1].Metric != "iterations" {
		t.Errorf("got %+v", lines)
	}
}

func TestASecondIsWrittenWhenItIsOverAndAgainForLateSamples(t *testing.T) {
	f := newFixture(t)
	tokens := f.metric("tokens", metrics.Counter)
	f.add(tokens, 500*time.Millisecond, 1)
	f.output.write(startOfTest.Add(999 * time.Millisecond))
	if got := len(f.lines()); got != 1 {
		t.Errorf("%d lines within second 0, want the header alone", got)
	}
	f.output.write(startOfTest.Add(1001 * time.Millisecond))
	if got := len(f.lines()); got != 3 {
		t.Errorf("%d lines after second 0, want header, series and bucket: a killed run must be readable", got)
	}
	f.add(tokens, 700*time.Millisecond, 4)
	f.stop()
	lines := f.lines()
	if late := lines[3]; late.AtSeconds != 0 || late.Values[0].Sum != 4 {
		t.Errorf("late line %+v", late)
	}
}

func TestMemoryHoldsOnlyTheSecondsNotYetWritten(t *testing.T) {
	f := newFixture(t)
	tokens := f.metric("tokens", metrics.Counter)
	for second := range 1000 {
		f.add(tokens, time.Duration(second)*time.Second, 1, "user", time.Duration(second).String())
		f.output.write(startOfTest.Add(time.Duration(second) * time.Second))
	}
	if held := len(f.output.seconds.seconds); held > 1 {
		t.Errorf("%d seconds are held, want 1", held)
	}
	if held := len(f.output.seconds.series.byKey); held != 1 {
		t.Errorf("%d series, want 1: tags that are not kept make no series", held)
	}
	f.stop()
}

func TestCountsWhatIsNoNumber(t *testing.T) {
	f := newFixture(t)
	f.add(f.metric("tokens", metrics.Counter), 0, math.NaN())
	f.add(f.metric("tokens", metrics.Counter), 0, math.Inf(1))
	f.stop()
	if footer := f.lines()[1]; footer.DroppedSamples != 2 {
		t.Errorf("%d samples dropped, want 2", footer.DroppedSamples)
	}
}

func TestTokensEqualSamples(t *testing.T) {
	bulk, single := newFixture(t), newFixture(t)
	for _, f := range []*fixture{bulk, single} {
		tags := f.registry.RootTagSet().With("scenario", "chat")
		tokens := &Tokens{
			Count: metrics.TimeSeries{Metric: f.metric("tokens", metrics.Counter), Tags: tags},
			Gap:   metrics.TimeSeries{Metric: f.metric("inter_token_gap_ms", metrics.Trend), Tags: tags},
		}
		tokens.Points = append(tokens.Points, FirstToken(startOfTest.Add(900*time.Millisecond)))
		for i := range 50 { // several in one moment and over six seconds
			at, gap := time.Duration(900+i/2*200)*time.Millisecond, time.Duration(i%2*200)*time.Millisecond
			tokens.Points = append(tokens.Points, NextToken(startOfTest.Add(at), gap))
		}
		if f == bulk {
			f.output.AddMetricSamples([]metrics.SampleContainer{tokens})
		} else {
			f.output.AddMetricSamples([]metrics.SampleContainer{metrics.Samples(tokens.GetSamples())})
		}
		f.stop()
	}
	// Which of two series is met first decides their ids; what they hold is the same.
	if got, want := byName(bulk.lines()), byName(single.lines()); !reflect.DeepEqual(got, want) {
		t.Errorf("tokens in bulk %v and the samples made of them %v are written differently", got, want)
	}
	// Three tokens in second 0, the first of them without a gap; the others' gaps are 0 and 200 ms.
	second := byName(bulk.lines())
	if second["tokens 0"] != "3 3 [] 0" || !strings.HasPrefix(second["inter_token_gap_ms 0"], "2 200 ") {
		t.Errorf("second 0 has tokens %q and gaps %q", second["tokens 0"], second["inter_token_gap_ms 0"])
	}
}

// probe says who asks for its samples.
type probe struct{ isAskedByGroupSummary chan bool }

func (p *probe) GetSamples() []metrics.Sample {
	p.isAskedByGroupSummary <- isAskedByGroupSummary()
	return nil
}

func TestTokensMakeNoSamplesForKsixsGroupSummaryAlone(t *testing.T) {
	asked := &probe{isAskedByGroupSummary: make(chan bool, 1)}
	summary := lib.NewGroupSummary(logrus.New())
	if err := summary.Start(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is known
		summary.AddMetricSamples([]metrics.SampleContainer{asked})
		if !<-asked.isAskedByGroupSummary {
			t.Error("k6's group summary is not known any more: each token makes two samples for it")
		}
	}
	if err := summary.Stop(); err != nil {
		t.Fatal(err)
	}
	asked.GetSamples()
	if <-asked.isAskedByGroupSummary {
		t.Error("another output is taken for the group summary")
	}
}

func byName(lines []line) map[string]string {
	names, values := map[int]string{}, map[string]string{}
	for _, l := range lines {
		if l.Type == "series" {
			names[l.ID] = l.Metric
		}
		for _, v := range l.Values {
			values[fmt.Sprintf("%s %d", names[v.ID], l.AtSeconds)] = fmt.Sprint(v.Count, v.Sum, v.Bins, v.ZeroCount)
		}
	}
	return values
}

func TestHistogramsOfTwoRunnersAddUpToThatOfOne(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	halves := []*fixture{newFixture(t), newFixture(t)}
	whole := newFixture(t)
	for i := range 10_000 {
		value, at := math.Exp(random.NormFloat64()+6), time.Duration(random.IntN(5000))*time.Millisecond
		for _, f := range []*fixture{halves[i%2], whole} {
			f.add(f.metric("time_to_first_token_ms", metrics.Trend), at, value)
		}
	}
	merged, want := map[int]int{}, map[int]int{}
	collect := func(f *fixture, into map[int]int) {
		f.stop()
		for _, l := range f.lines() {
			for _, v := range l.Values {
				for i := 0; i < len(v.Bins); i += 2 {
					into[v.Bins[i]] += v.Bins[i+1]
				}
			}
		}
	}
	collect(halves[0], merged)
	collect(halves[1], merged)
	collect(whole, want)
	if !maps.Equal(merged, want) || len(want) < 100 {
		t.Errorf("%d bins merged, %d of one runner", len(merged), len(want))
	}
}

// writes keeps what came in each call of Write.
type writes struct{ pieces []string }

func (w *writes) Write(piece []byte) (int, error) {
	w.pieces = append(w.pieces, string(piece))
	return len(piece), nil
}

func TestADashWritesWholeLinesToStandardOutput(t *testing.T) {
	f := newFixture(t)
	stdout := &writes{}
	made, err := New(output.Params{ConfigArgument: "-", StdOut: stdout})
	if err != nil {
		t.Fatal(err)
	}
	f.output = made.(*Output)
	f.output.now = func() time.Time { return f.clock }
	if err := f.output.Start(); err != nil {
		t.Fatal(err)
	}
	ttft := f.metric("time_to_first_token_ms", metrics.Trend)
	for i := range 2000 { // more than any buffer of 4 KB holds
		f.add(ttft, 100*time.Millisecond, math.Pow(1.007, float64(i)), "scenario", "chat")
	}
	f.output.write(startOfTest.Add(2 * time.Second))
	f.stop()
	if len(stdout.pieces) != 3 {
		t.Errorf("%d writes, want one each for header, second and footer", len(stdout.pieces))
	}
	for _, piece := range stdout.pieces {
		if !strings.HasSuffix(piece, "}\n") || !strings.HasPrefix(piece, "{") {
			t.Errorf("a write of %d bytes holds a part of a line", len(piece))
		}
	}
	if len(stdout.pieces[1]) < 4096 {
		t.Errorf("the second's write has %d bytes, too few for this test", len(stdout.pieces[1]))
	}
}

func TestALogThatIsReadFromItsMiddleTellsItsSeriesWithinHalfAMinute(t *testing.T) {
	f := newFixture(t)
	stdout := &writes{}
	f.output.path, f.output.writer = "-", stdout
	tokens, streams := f.metric("tokens", metrics.Counter), f.metric("active_streams", metrics.Gauge)
	for second := range 100 {
		at := time.Duration(second) * time.Second
		f.clock = startOfTest.Add(at + time.Second)
		f.add(tokens, at, 1, "scenario", "chat")
		if second == 3 {
			f.add(streams, at, 1, "scenario", "workflow")
		}
		f.output.write(f.clock)
	}
	lines := strings.Split(strings.Join(stdout.pieces, ""), "\n")
	header := headerLine(startOfTest, "3")
	for from := range 60 {
		rest := strings.Join(lines[len(lines)/3+from:], "\n")
		at := strings.Index(rest, string(header))
		if at < 0 || strings.Count(rest[:at], `"type":"bucket"`) > 30 {
			t.Fatalf("read from line %d on, no header within 30 s", len(lines)/3+from)
		}
		known := strings.SplitN(rest[at:], `{"type":"bucket"`, 2)[0]
		if strings.Count(known, `"type":"series"`) != 2 || !strings.Contains(known, `"scenario":"workflow"`) {
			t.Fatalf("the header is followed by %q, want both series", known)
		}
	}
}

func TestAFileTellsItsSeriesOnce(t *testing.T) {
	f := newFixture(t)
	tokens := f.metric("tokens", metrics.Counter)
	for second := range 100 {
		f.add(tokens, time.Duration(second)*time.Second, 1)
		f.clock = startOfTest.Add(time.Duration(second+1) * time.Second)
		f.output.write(f.clock)
	}
	f.stop()
	if text, _ := os.ReadFile(f.path); strings.Count(string(text), `"type":"series"`) != 1 || strings.Count(string(text), "header") != 1 {
		t.Error("header or series came again")
	}
}

func TestNothingIsWrittenBehindALineThatBrokeOff(t *testing.T) {
	f := newFixture(t)
	full := &failingOnce{}
	f.output.writer = full
	tokens := f.metric("tokens", metrics.Counter)
	for second := range 5 {
		f.add(tokens, time.Duration(second)*time.Second, 1)
		f.output.write(startOfTest.Add(time.Duration(second+1) * time.Second))
	}
	if err := f.output.Stop(); err == nil || full.calls != 1 {
		t.Errorf("%d writes and error %v, want one write and the disk's error", full.calls, err)
	}
}

type failingOnce struct{ calls int }

func (w *failingOnce) Write(piece []byte) (int, error) {
	w.calls++
	return len(piece) / 2, errors.New("no space left on device")
}

func TestAFileThatCannotBeWrittenEndsTheRunBeforeItBegins(t *testing.T) {
	made, err := New(output.Params{ConfigArgument: filepath.Join(t.TempDir(), "missing", "load.ndjson")})
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Start(); err == nil || !strings.Contains(err.Error(), "missing/load.ndjson") {
		t.Errorf("got %v, want an error that names the file", err)
	}
	if _, err := New(output.Params{}); err == nil {
		t.Error("an output without a file was taken")
	}
}

// wholeLines is a log that takes each write for a line of its own, as a container runtime may.
type wholeLines struct {
	writes []string
}

func (w *wholeLines) Write(p []byte) (int, error) {
	w.writes = append(w.writes, string(p))
	return len(p), nil
}

func TestLinesOnStdoutAreShortAndEachIsWrittenAtOnce(t *testing.T) {
	stdout := &wholeLines{}
	made, err := New(output.Params{ConfigArgument: "-", StdOut: stdout})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, registry: metrics.NewRegistry(), clock: startOfTest, output: made.(*Output)}
	f.output.now = func() time.Time { return f.clock }
	if err := f.output.Start(); err != nil {
		t.Fatal(err)
	}
	trend := f.metric("time_to_first_token_ms", metrics.Trend)
	const scenarios, samples = 40, 700
	for i := range scenarios {
		for n := range samples {
			f.add(trend, time.Millisecond, 1.02*float64(n+1), "scenario", string(rune('A'+i)))
		}
	}
	f.stop()
	count := 0
	for _, write := range stdout.writes {
		if !strings.HasSuffix(write, "\n") {
			t.Fatalf("a write ends in the middle of a line: …%q", write[max(0, len(write)-40):])
		}
		for raw := range strings.Lines(write) {
			if len(raw) > 16<<10 {
				t.Errorf("a line of %d bytes", len(raw))
			}
			var read line
			if err := json.Unmarshal([]byte(raw), &read); err != nil {
				t.Fatal(err)
			}
			for _, value := range read.Values {
				count += value.Count
			}
		}
	}
	if count != scenarios*samples {
		t.Errorf("%d samples were written of %d", count, scenarios*samples)
	}
}
