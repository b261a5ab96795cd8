package sse

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const dify = `{ endpoint: 'e', timeout: '20s', select: ['workflow_finished', 'message_end', 'error'] }`

// The recordings are sent at once, without their pauses: what tells of its own duration then counts as held back.
// Event counts are those of testdata, counted by hand with grep; each answer has 15 words but slow_ping's 3.
var recorded = []struct {
	name, file, params string
	status             int
	outcome, endReason string
	events             map[string]int
	tokens             int
	selected           []string
}{
	{
		"a chat", "chat_streaming_noautoname", dify, 200, "ok", "finished",
		map[string]int{"message": 16, "message_end": 1}, 15, []string{"message_end"},
	},
	{
		"a chat with pings before a slow model", "chat_streaming_slow_ping", dify, 200, "buffered", "finished",
		map[string]int{"ping": 2, "message": 4, "message_end": 1}, 3, []string{"message_end"},
	},
	{
		"a workflow", "workflow_streaming", dify, 200, "buffered", "finished",
		map[string]int{"workflow_started": 1, "node_started": 3, "node_finished": 3, "text_chunk": 17, "workflow_finished": 1},
		15, []string{"workflow_finished"},
	},
	{
		"a chatflow", "chatflow_streaming", dify, 200, "buffered", "finished",
		map[string]int{
			"workflow_started": 1, "node_started": 3, "node_finished": 3, "message": 17, "workflow_finished": 1, "message_end": 1,
		},
		15, []string{"message_end", "workflow_finished"},
	},
	{
		"a model's error within a chat", "err_llm_500_chat_streaming", dify, 200, "stream_error:invalid_param", "error_event",
		map[string]int{"error": 1}, 0, []string{"error"},
	},
	{
		"a model's rate limit within a chat", "err_llm_429_chat_streaming", dify, 200, "llm_throttled", "error_event",
		map[string]int{"error": 1}, 0, []string{"error"},
	},
	{
		"a model that breaks off", "err_llm_cut_midstream", dify, 200, "stream_error:invalid_param", "error_event",
		map[string]int{"message": 4, "error": 1}, 4, []string{"error"},
	},
	{
		"a failed workflow", "err_llm_500_workflow_streaming", dify, 200, "workflow_failed", "error_event",
		map[string]int{"workflow_started": 1, "node_started": 2, "node_finished": 2, "workflow_finished": 1},
		0, []string{"workflow_finished"},
	},
	{"a wrong key", "err_bad_key", dify, 401, "http_401", "refused", map[string]int{}, 0, nil},
	{"too many runs of the app", "err_over_limit_streaming", dify, 400, "over_app_limit", "refused", map[string]int{}, 0, nil},
	{"the wrong kind of app", "err_wrong_app_mode", dify, 400, "http_400:not_workflow_app", "refused", map[string]int{}, 0, nil},
	{"a blocking chat", "chat_blocking", `{ endpoint: 'e', expect: 'json' }`, 200, "ok", "finished", map[string]int{}, 0, nil},
	{"a blocking workflow", "workflow_blocking", `{ endpoint: 'e', expect: 'json' }`, 200, "ok", "finished", map[string]int{}, 0, nil},
	{
		"a blocking workflow that failed with status 200", "err_llm_500_workflow_blocking", `{ endpoint: 'e', expect: 'json' }`,
		200, "workflow_failed", "finished", map[string]int{}, 0, nil,
	},
	{"a stream that was asked for and did not come", "chat_blocking", dify, 200, "not_a_stream", "refused", map[string]int{}, 0, nil},
}

func TestRequestReadsWhatARealDifySends(t *testing.T) {
	for _, c := range recorded {
		t.Run(c.name, func(t *testing.T) {
			for _, isByteByByte := range []bool{false, true} {
				server := readRecording(t, c.file).serve(t, 0, isByteByByte)
				v := newVU(t)
				got := v.request(server.URL, c.params)
				outcome := c.outcome
				if isByteByByte && outcome == buffered && got.Outcome == "ok" {
					outcome = "ok" // a busy machine takes so long over single bytes that they do not come at once
				}
				if got.Status != c.status || got.Outcome != outcome || got.EndReason != c.endReason {
					t.Errorf("status %d, outcome %q, end %q; want %d, %q, %q (%s)",
						got.Status, got.Outcome, got.EndReason, c.status, outcome, c.endReason, got.Message)
				}
				if !maps.Equal(got.Events, c.events) || got.Tokens != c.tokens {
					t.Errorf("events %v, tokens %d; want %v, %d", got.Events, got.Tokens, c.events, c.tokens)
				}
				if names := slices.Sorted(maps.Keys(got.Selected)); !slices.Equal(names, c.selected) {
					t.Errorf("selected %v, want %v", names, c.selected)
				}
				taken := v.taken()
				if len(taken["requests{e,"+outcome+"}"]) != 1 || len(taken["requests_started{e,}"]) != 1 {
					t.Errorf("requests are not counted as %q: %v", outcome, taken)
				}
				tokens := 0.0
				for _, n := range taken["tokens{e,}"] {
					tokens += n
				}
				gaps := len(taken["inter_token_gap_ms{e,}"])
				if int(tokens) != c.tokens || gaps != max(0, c.tokens-1) {
					t.Errorf("%v tokens and %d gaps in the metrics, want %d and one less", tokens, gaps, c.tokens)
				}
			}
		})
	}
}

func TestRequestTimesAreThoseOfTheRecording(t *testing.T) {
	// At an eighth of the time: 22.2 s of silence until the first token become 2.8 s. The first ping, at
	// 10.16 s, releases the headers and is neither event nor token.
	const speed = 8
	cases := []struct {
		file                                            string
		headers, firstEvent, firstToken, queueWait, end float64 // seconds in the recording, 0: none
		outcome                                         string
	}{
		// At this speed its pings are 1.25 s apart, as nobody sends them.
		{"chat_streaming_slow_ping", 10.162, 22.218, 22.218, 0, 22.414, "buffered"},
		{"workflow_streaming", 0.090, 0.090, 0.778, 0.090, 2.317, "ok"},
		{"chatflow_streaming", 0.268, 0.268, 1.098, 0.268, 2.593, "ok"},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			v := newVU(t)
			got := v.request(readRecording(t, c.file).serve(t, speed, false).URL, dify)
			times := got.Times
			if c.outcome != got.Outcome {
				t.Errorf("outcome %q (%s), want %q", got.Outcome, got.Message, c.outcome)
			}
			for name, pair := range map[string]struct {
				got  *float64
				want float64
			}{
				"headers": {times.HeadersMs, c.headers}, "first event": {times.FirstEventMs, c.firstEvent},
				"first token": {times.FirstTokenMs, c.firstToken}, "queue wait": {times.QueueWaitMs, c.queueWait},
				"duration": {times.DurationMs, c.end},
			} {
				switch {
				case pair.want == 0 && pair.got != nil:
					t.Errorf("%s is %v ms, want none", name, *pair.got)
				case pair.want > 0 && pair.got == nil:
					t.Errorf("%s is missing", name)
				case pair.want > 0 && (*pair.got < pair.want*1000/speed-2 || *pair.got > pair.want*1000/speed+500):
					t.Errorf("%s is %v ms, want %v", name, *pair.got, pair.want*1000/speed)
				}
			}
		})
	}
}

func TestRequestTellsWhenItStarted(t *testing.T) {
	before := time.Now()
	times := newVU(t).request(serve(t, func(w http.ResponseWriter, _ *http.Request) { streamTo(w, token, end) }), `{}`).Times
	after := time.Now()
	began := time.UnixMicro(int64(*times.StartAtMs * 1000))
	if began.Before(before.Add(-time.Millisecond)) || began.After(after) {
		t.Errorf("started at %v, want between %v and %v", began, before, after)
	}
}

func TestRequestStopsAfterTheTokensAskedFor(t *testing.T) {
	v := newVU(t)
	server := readRecording(t, "chat_streaming_noautoname").serve(t, 0, true)
	got := v.request(server.URL, `{ endpoint: 'e', stopAfterTokens: 5 }`)
	if got.Outcome != "stopped" || got.EndReason != "stopped" || got.Tokens != 5 {
		t.Errorf("got %q, %q after %d tokens", got.Outcome, got.EndReason, got.Tokens)
	}
}

func TestRequestStopsAfterTheTimeAskedFor(t *testing.T) {
	v := newVU(t)
	address := serve(t, func(w http.ResponseWriter, request *http.Request) {
		streamTo(w, token, token)
		<-request.Context().Done() // silent: the end must not wait for an event
	})
	got := v.request(address, `{ endpoint: 'e', stopAfter: '300ms', timeout: '20s' }`)
	if got.Outcome != "stopped" || got.EndReason != "stopped" || got.Tokens != 2 {
		t.Errorf("got %q after %d tokens", got.Outcome, got.Tokens)
	}
}

func TestRequestWithoutAnEndpointEmitsNoMetrics(t *testing.T) {
	v := newVU(t)
	v.request(readRecording(t, "chat_streaming_noautoname").serve(t, 0, false).URL, `{}`)
	if taken := v.taken(); len(taken) != 0 {
		t.Errorf("got %v", taken)
	}
}

func TestRequestRefusesAParamItDoesNotKnow(t *testing.T) {
	v := newVU(t)
	_, err := v.runtime.VU.Runtime().RunString(`sse.request('POST', 'http://127.0.0.1:1', '', { timeOut: '5s' })`)
	if err == nil || !strings.Contains(err.Error(), `"timeOut"`) {
		t.Errorf("got %v, want an error that names the param", err)
	}
}

func TestATokenRuleOfTheScriptsOwn(t *testing.T) {
	v := newVU(t)
	server := readRecording(t, "chat_streaming_noautoname").serve(t, 0, false)
	if got := v.request(server.URL, `{ tokens: { message_end: 'metadata.usage.currency' } }`); got.Tokens != 1 {
		t.Errorf("%d tokens, want 1", got.Tokens)
	}
}
