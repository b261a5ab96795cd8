// Package sse is the JavaScript module k6/x/sse: Server-Sent Events for k6.
//
// open() calls the script for each event and takes the arguments of the community extension of the
// same name. request() reads the whole stream in Go and calls the script for none: it hands back
// counts, times and the few events that were asked for, and emits the metrics itself.
package sse

import (
	"net/http"
	"sync"
	"sync/atomic"

	"go.k6.io/k6/v2/js/common"
	"go.k6.io/k6/v2/js/modules"

	"dify-scale-tuner/scenarios/extension/arrivals"
)

func init() {
	modules.Register("k6/x/sse", &rootModule{
		trackers: map[string]*arrivals.Tracker{}, active: map[string]*atomic.Int64{},
	})
}

var errInitContext = common.NewInitContextError("using sse in the init context is not supported")

// readBufferBytes of a VU, kept over all its streams: a VU reads one at a time.
//
// No larger than the buffer of net/http in front of it, for that is the most that a read brings.
const readBufferBytes = 4 << 10

// rootModule holds what the VUs of a process share.
type rootModule struct {
	mutex    sync.Mutex
	trackers map[string]*arrivals.Tracker
	active   map[string]*atomic.Int64
}

// module is what one VU sees.
type module struct {
	vu          modules.VU
	root        *rootModule
	instruments *instruments
	readBuffer  []byte
	transport   http.RoundTripper // made by the first request
}

// NewModuleInstance is called by k6 once per VU, in the init context.
func (r *rootModule) NewModuleInstance(vu modules.VU) modules.Instance {
	instruments, err := newInstruments(vu.InitEnv().Registry)
	if err != nil {
		common.Throw(vu.Runtime(), err)
	}
	return &module{vu: vu, root: r, instruments: instruments}
}

// Exports allows both `import sse from` and `import { request } from`.
func (m *module) Exports() modules.Exports {
	named := map[string]any{"open": m.open, "request": m.request}
	return modules.Exports{Default: named, Named: named}
}

func (m *module) buffer() []byte {
	if m.readBuffer == nil {
		m.readBuffer = make([]byte, readBufferBytes)
	}
	return m.readBuffer
}

// activeStreams is the number of streams under way in a scenario of this process.
func (r *rootModule) activeStreams(scenario string) *atomic.Int64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.active[scenario] == nil {
		r.active[scenario] = &atomic.Int64{}
	}
	return r.active[scenario]
}
