package sse

import (
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/grafana/sobek"
	"gopkg.in/guregu/null.v3"

	"go.k6.io/k6/v2/js/modulestest"
	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/lib/netext"
	"go.k6.io/k6/v2/lib/types"
	"go.k6.io/k6/v2/metrics"

	"sync/atomic"

	"dify-scale-tuner/scenarios/extension/arrivals"
)

// vu is a k6 VU as far as this module sees one: its runtime, transport and the channel of samples.
type vu struct {
	t       testing.TB
	runtime *modulestest.Runtime
	state   *lib.State
	samples chan metrics.SampleContainer
	root    *rootModule
}

func newVU(t testing.TB) *vu {
	t.Helper()
	made := &vu{
		t: t, runtime: modulestest.NewRuntime(t), samples: make(chan metrics.SampleContainer, 10_000),
		root: &rootModule{trackers: map[string]*arrivals.Tracker{}, active: map[string]*atomic.Int64{}},
	}
	registry := made.runtime.VU.InitEnvField.Registry
	instance := made.root.NewModuleInstance(made.runtime.VU)
	if err := made.runtime.VU.Runtime().Set("sse", instance.Exports().Default); err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	dialer := netext.NewDialer(net.Dialer{Timeout: 2 * time.Second}, netext.NewResolver(net.LookupIP, 0, types.DNSfirst, types.DNSany))
	tlsConfig := &tls.Config{MinVersion: tls.VersionTLS12}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSClientConfig: tlsConfig, DisableCompression: true,
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	made.state = &lib.State{
		Options: lib.Options{
			SystemTags: &metrics.DefaultSystemTagSet, UserAgent: null.StringFrom("k6-test"), MaxRedirects: null.IntFrom(10),
		},
		Logger: made.runtime.VU.InitEnvField.Logger, Transport: transport, TLSConfig: tlsConfig, Dialer: dialer,
		CookieJar: jar, Samples: made.samples, BuiltinMetrics: made.runtime.BuiltinMetrics,
		Tags: lib.NewVUStateTags(registry.RootTagSet()),
	}
	made.runtime.MoveToVUContext(made.state)
	return made
}

// run runs a script and returns its last value.
func (v *vu) run(script string) sobek.Value {
	v.t.Helper()
	value, err := v.runtime.VU.Runtime().RunString(script)
	if err != nil {
		v.t.Fatalf("%v", err)
	}
	return value
}

// request calls sse.request and reads the result as the script would.
func (v *vu) request(url, params string) outcome {
	v.t.Helper()
	v.runtime.VU.Runtime().Set("url", url)
	text := v.run(`JSON.stringify(sse.request('POST', url, '{"query":"x"}', ` + params + `))`).String()
	var made outcome
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		v.t.Fatalf("%s: %v", text, err)
	}
	return made
}

// outcome has the field names that scripts see.
type outcome struct {
	Status                                        int
	Outcome, EndReason, Message, FirstEvent, Body string
	Headers                                       map[string]string
	Events                                        map[string]int
	Selected                                      map[string][]string
	Tokens, Bytes                                 int
	Times                                         struct{ StartAtMs, SchedulingDelayMs, HeadersMs, FirstEventMs, FirstTokenMs, QueueWaitMs, DurationMs *float64 }
}

// taken are the samples so far as "metric{endpoint,outcome}" → values.
func (v *vu) taken() map[string][]float64 {
	taken := map[string][]float64{}
	for {
		select {
		case container := <-v.samples:
			for _, sample := range container.GetSamples() {
				if strings.HasPrefix(sample.Metric.Name, "http_") {
					continue
				}
				endpoint, _ := sample.Tags.Get("endpoint")
				ended, _ := sample.Tags.Get("outcome")
				key := sample.Metric.Name + "{" + endpoint + "," + ended + "}"
				taken[key] = append(taken[key], sample.Value)
			}
		default:
			return taken
		}
	}
}
