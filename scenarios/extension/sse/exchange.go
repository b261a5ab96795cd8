package sse

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/lib/netext"
	"go.k6.io/k6/v2/lib/netext/httpext"
	"go.k6.io/k6/v2/metrics"

	"dify-scale-tuner/scenarios/extension/socket"
)

// exchange is one HTTP request and its response, over k6's own transport: dialer, DNS, TLS, proxies,
// HTTP/2, byte counts and limits are those of k6/http.
type exchange struct {
	state  *lib.State
	params *params
	// transport is the VU's, with connections that tell when bytes came.
	transport  http.RoundTripper
	begin      time.Time
	parent     context.Context
	context    context.Context
	cancel     context.CancelFunc
	tracer     *httpext.Tracer
	request    *http.Request
	response   *http.Response
	body       io.ReadCloser
	err        error
	isHungUp   atomic.Bool
	connection socket.Timed // nil where it cannot tell when bytes came
	isPlain    bool         // nothing stands between the connection and HTTP
}

func (m *module) newExchange(p *params) *exchange {
	parent, state := m.vu.Context(), m.vu.State()
	if m.transport == nil {
		m.transport = timedTransport(state)
	}
	endWithIteration(parent, state, m.transport)
	e := &exchange{
		state: state, params: p, parent: parent, tracer: &httpext.Tracer{}, transport: m.transport, begin: time.Now(),
	}
	if p.timeout > 0 {
		e.context, e.cancel = context.WithTimeout(parent, p.timeout)
	} else {
		e.context, e.cancel = context.WithCancel(parent)
	}
	return e
}

// send returns when the response's headers are there or nothing more is to be hoped for; the failure
// is in err. The caller must call finish.
func (e *exchange) send(url string) {
	if e.request, e.err = e.newRequest(url); e.err != nil {
		return
	}
	if e.state.RPSLimit != nil {
		if e.err = e.state.RPSLimit.Wait(e.context); e.err != nil {
			return
		}
	}
	client := http.Client{Transport: e.transport, CheckRedirect: e.checkRedirect}
	if e.response, e.err = client.Do(e.request); e.err != nil {
		return
	}
	if e.params.jar != nil {
		e.params.jar.SetCookies(e.response.Request.URL, e.response.Cookies())
	}
	e.body, e.err = decoded(e.response)
}

// hangUp ends the exchange as a user does who closes the page.
func (e *exchange) hangUp() {
	e.isHungUp.Store(true)
	e.cancel()
}

func (e *exchange) newRequest(url string) (*http.Request, error) {
	trace := watchConnection(e.tracer.Trace(), e.got)
	traced := httptrace.WithClientTrace(e.context, trace)
	request, err := http.NewRequestWithContext(traced, e.params.method, url, strings.NewReader(e.params.body))
	if err != nil {
		return nil, err
	}
	request.Header, request.Host = e.params.headers, request.URL.Host
	if e.params.host != "" {
		request.Host = e.params.host
	}
	if request.Header.Get("Accept") == "" && !e.params.expectJSON {
		request.Header.Set("Accept", "text/event-stream")
	}
	if e.params.jar != nil {
		httpext.SetRequestCookies(request, e.params.jar, e.params.cookies)
	}
	return request, nil
}

func (e *exchange) got(connection socket.Timed, isPlain bool) {
	e.connection, e.isPlain = connection, isPlain
	if connection != nil && isPlain {
		connection.Follow()
	}
}

// checkRedirect follows as k6/http does: cookies of the way there count, and beyond the limit the
// redirection itself is the response.
func (e *exchange) checkRedirect(next *http.Request, via []*http.Request) error {
	if e.params.jar != nil {
		e.params.jar.SetCookies(via[len(via)-1].URL, next.Response.Cookies())
		next.Header.Del("Cookie")
		httpext.SetRequestCookies(next, e.params.jar, e.params.cookies)
	}
	if int64(len(via)) > e.params.redirects.Int64 {
		return http.ErrUseLastResponse
	}
	return nil
}

// arrived is when the bytes that were read last had come; now, where the connection cannot say. Over HTTP/2 they may be
// newer than those that are asked about, and are no later than now either.
func (e *exchange) arrived() time.Time {
	if e.connection != nil {
		// What came before the request is none of its answer: the clock of the wall was set meanwhile.
		if at := e.connection.Arrived(); at.After(e.begin) {
			return at
		}
	}
	return time.Now()
}

// gather has the events of the response's body come to sink by themselves, beside what the body's reader gets, until the
// function it returns is called; where the connection or the encoding is not made for that, the reader gets all.
func (e *exchange) gather(sink socket.Sink) (end func()) {
	connection := e.connection
	if connection == nil {
		return func() {}
	}
	if e.isPlain && e.body == e.response.Body && slices.Equal(e.response.TransferEncoding, []string{"chunked"}) {
		connection.Divert(sink)
	}
	connection.Gather(true)
	return func() {
		connection.Gather(false)
		if dialer, ok := e.state.Dialer.(*netext.Dialer); ok {
			atomic.AddInt64(&dialer.BytesRead, connection.EndDiversion())
		}
	}
}

func (e *exchange) status() int {
	if e.response == nil {
		return 0
	}
	return e.response.StatusCode
}

// isTimedOut is true when the request's own time was up, not the iteration's.
func (e *exchange) isTimedOut() bool {
	return e.context.Err() == context.DeadlineExceeded && e.parent.Err() == nil
}

func (e *exchange) isInterrupted() bool {
	return e.parent.Err() != nil
}

// failureClass is "" where a response came whose status is no failure.
func (e *exchange) failureClass() string {
	switch {
	case e.err != nil:
		return classOf(e.err)
	case e.status() >= 400:
		return "http_" + strconv.Itoa(e.status())
	}
	return ""
}

// finish ends the connection's use and emits k6's own http_* metrics. An unread body is not drained:
// its connection is closed, as a user who leaves closes it. A class of failure is the tag "error".
func (e *exchange) finish(failureClass string) {
	if e.body != nil {
		_ = e.body.Close()
	}
	e.cancel()
	if e.request == nil {
		return
	}
	trail, failed := e.tracer.Done(), failureClass != ""
	tags, enabled := e.tags(trail), e.state.Options.SystemTags
	tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagExpectedResponse, strconv.FormatBool(!failed))
	if failed {
		tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagError, failureClass)
		tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagErrorCode, strconv.Itoa(errorCode(failureClass, e.status())))
	}
	trail.SaveSamples(e.state.BuiltinMetrics, &tags)
	value := 0.0
	if failed {
		value = 1
	}
	trail.Failed.Valid, trail.Failed.Bool = true, failed
	trail.Samples = append(trail.Samples, metrics.Sample{
		TimeSeries: metrics.TimeSeries{Metric: e.state.BuiltinMetrics.HTTPReqFailed, Tags: tags.Tags},
		Time:       trail.EndTime, Metadata: tags.Metadata, Value: value,
	})
	metrics.PushIfNotDone(e.parent, e.state.Samples, trail)
}

// tags of the request; trail is nil while it is not over.
func (e *exchange) tags(trail *httpext.Trail) metrics.TagsAndMeta {
	tags, enabled := e.params.tagsAndMeta.Clone(), e.state.Options.SystemTags
	url := e.request.URL.Redacted()
	if name, ok := tags.Tags.Get(metrics.TagName.String()); ok {
		url = name // as in k6/http: a name replaces the URL, which may be ever different
	}
	tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagName, url)
	tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagURL, url)
	tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagMethod, e.request.Method)
	tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagStatus, strconv.Itoa(e.status()))
	if e.response != nil {
		tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagProto, e.response.Proto)
		if e.response.TLS != nil {
			tlsInfo, ocsp := netext.ParseTLSConnState(e.response.TLS)
			tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagTLSVersion, tlsInfo.Version)
			tags.SetSystemTagOrMetaIfEnabled(enabled, metrics.TagOCSPStatus, ocsp.Status)
		}
	}
	if enabled.Has(metrics.TagIP) && trail != nil && trail.ConnRemoteAddr != nil {
		if ip, _, err := net.SplitHostPort(trail.ConnRemoteAddr.String()); err == nil {
			tags.SetSystemTagOrMeta(metrics.TagIP, ip)
		}
	}
	return tags
}
