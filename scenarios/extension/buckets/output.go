// Package buckets is the k6 output `--out buckets=FILE|-`: metrics as one JSON line a second, with
// histograms that several runners can add up exactly.
//
// The file is complete up to the last whole second at any moment, so a killed run leaves a readable
// one; memory holds the seconds that are not written yet, however long the run.
package buckets

import (
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"

	"dify-scale-tuner/scenarios/extension/arrivals"
)

func init() {
	output.RegisterExtension("buckets", New)
}

const (
	flushPeriod = time.Second
	// On stdout the header and the series come again: whoever reads a log from somewhere in its middle (it was
	// rotated, or the reader came back) knows after so long what the numbers mean.
	repeatPeriod = 30 * time.Second
	// k6 hands samples over every 50 ms; a second is written once those of its end are surely here.
	grace = 250 * time.Millisecond
	// A container runtime cuts lines longer than 16 KiB into pieces, between which a line of stderr may fall.
	maxStdoutLine = 15 << 10
	maxFileLine   = math.MaxInt
)

// Output collects samples and writes them once a second.
type Output struct {
	output.SampleBuffer
	path    string
	runner  string
	stdout  io.Writer
	now     func() time.Time
	flusher *output.PeriodicFlusher

	file     io.Closer
	writer   io.Writer
	start    time.Time
	repeated time.Time // when header and series were last written; not looked at for a file
	seconds  *secondsTable
	failure  error
	pending  []byte // whole lines
	maxLine  int
}

// New is called by k6 with the text behind `--out buckets=`.
func New(params output.Params) (output.Output, error) {
	if params.ConfigArgument == "" {
		return nil, fmt.Errorf("--out buckets names no file; write --out buckets=load.ndjson, or buckets=- for stdout")
	}
	runner := params.Environment["TUNE_RUNNER"]
	if runner == "" {
		runner = "0"
	}
	return &Output{path: params.ConfigArgument, runner: runner, stdout: params.StdOut, now: time.Now}, nil
}

// Description is what k6 prints about the output.
func (o *Output) Description() string {
	return fmt.Sprintf("buckets (%s)", o.path)
}

// Start opens the file and writes the header; second 0 begins here.
func (o *Output) Start() error {
	if err := o.open(); err != nil {
		return err
	}
	flusher, err := output.NewPeriodicFlusher(flushPeriod, func() { o.write(o.now().Add(-grace)) })
	o.flusher = flusher
	return err
}

func (o *Output) open() error {
	o.maxLine = maxFileLine
	if o.path == "-" {
		o.writer, o.maxLine = o.stdout, maxStdoutLine
	} else {
		file, err := os.Create(o.path)
		if err != nil {
			return fmt.Errorf("--out buckets cannot write its file: %w", err)
		}
		o.file, o.writer = file, file
	}
	o.start = o.now()
	o.repeated = o.start
	o.seconds = newSecondsTable(o.start)
	o.pending = append(o.pending, headerLine(o.start, o.runner)...)
	return o.flush()
}

// AddMetricSamples keeps the samples for the next second's line, and tells the timing of iterations
// which arrivals were dropped.
func (o *Output) AddMetricSamples(containers []metrics.SampleContainer) {
	for _, container := range containers {
		if sample, ok := container.(metrics.Sample); ok && sample.Metric.Name == metrics.DroppedIterationsName {
			arrivals.Dropped.Add(tagOf(sample.Tags, "scenario"), sample.Time)
		}
	}
	o.SampleBuffer.AddMetricSamples(containers)
}

// Stop writes what is left and the footer, which is missing after a kill.
func (o *Output) Stop() error {
	o.flusher.Stop()
	end := o.now()
	o.write(end.Add(time.Hour))
	o.pending = append(o.pending, footerLine(end, o.seconds.dropped)...)
	_ = o.flush()
	if o.file != nil {
		if err := o.file.Close(); err != nil && o.failure == nil {
			o.failure = err
		}
	}
	return o.failure
}

// write puts out the seconds that ended before the moment given. The first failure (a full disk) is
// kept for Stop: k6 has no way to hear of it earlier, and the load is not the output's to end.
func (o *Output) write(until time.Time) {
	for _, container := range o.GetBufferedSamples() {
		o.seconds.addContainer(container)
	}
	o.repeat()
	for _, complete := range o.seconds.takeUntil(int64(until.Sub(o.start) / time.Second)) {
		o.announce(complete.cells)
		o.pending = bucketLines(o.pending, complete, o.maxLine)
	}
	_ = o.flush()
}

// repeat writes the header again, and with it every series: a header begins a new set of them.
func (o *Output) repeat() {
	if o.path != "-" || o.now().Sub(o.repeated) < repeatPeriod {
		return
	}
	o.repeated = o.now()
	o.pending = append(o.pending, headerLine(o.start, o.runner)...)
	for _, s := range o.seconds.series.announced() {
		o.pending = append(o.pending, seriesLine(s)...)
	}
}

func (o *Output) announce(cells map[*series]*cell) {
	for _, s := range inOrder(cells) {
		if !s.isAnnounced {
			s.isAnnounced = true
			o.pending = append(o.pending, seriesLine(s)...)
		}
	}
}

// flush hands whole lines over in one write, so that nothing else that writes to stdout lands within one.
func (o *Output) flush() error {
	// After a failure nothing more is written: the line it broke off must stay the last.
	if len(o.pending) > 0 && o.failure == nil {
		_, o.failure = o.writer.Write(o.pending)
	}
	o.pending = o.pending[:0]
	return o.failure
}

var _ metrics.SampleContainer = (*Tokens)(nil)
