package sse

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"reflect"
	"strings"
	"time"

	"github.com/grafana/sobek"
	"gopkg.in/guregu/null.v3"

	"go.k6.io/k6/v2/js/common"
	k6http "go.k6.io/k6/v2/js/modules/k6/http"
	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/lib/netext/httpext"
	"go.k6.io/k6/v2/lib/types"
	"go.k6.io/k6/v2/metrics"

	"dify-scale-tuner/scenarios/extension/difyevent"
)

// params are k6/http's and, below them, those of request() alone.
type params struct {
	method      string
	body        string
	host        string
	headers     http.Header
	jar         *cookiejar.Jar
	cookies     map[string]*httpext.HTTPRequestCookie
	timeout     time.Duration
	redirects   null.Int
	tagsAndMeta metrics.TagsAndMeta

	ignoresUnknown    bool
	endpoint          string
	expectJSON        bool
	fromIntendedStart bool
	selected          map[string]bool
	terminal          map[string]bool
	rule              *difyevent.Rule
	stopAfterTokens   int64
	stopAfter         time.Duration
}

var defaultRule = difyevent.Default()

func newParams(state *lib.State, method string) *params {
	headers := http.Header{}
	headers.Set("User-Agent", state.Options.UserAgent.String)
	return &params{
		method: method, headers: headers, jar: state.CookieJar,
		cookies:     map[string]*httpext.HTTPRequestCookie{},
		redirects:   state.Options.MaxRedirects,
		tagsAndMeta: state.Tags.GetCurrentValues(),
		rule:        defaultRule,
		terminal:    map[string]bool{"message_end": true, "workflow_finished": true},
	}
}

// read takes the params object of a call; an unknown name is refused by request(), for a misspelt one would
// silently measure something else, and passed over by open(), as the community extension does.
func (p *params) read(rt *sobek.Runtime, value sobek.Value) error {
	if common.IsNullish(value) {
		return nil
	}
	object := value.ToObject(rt)
	for _, key := range object.Keys() {
		field := object.Get(key)
		if common.IsNullish(field) {
			continue
		}
		isKnown, err := p.readTransport(rt, key, field)
		if err == nil && !isKnown {
			isKnown, err = p.readStream(rt, key, field)
		}
		if err != nil {
			return fmt.Errorf("sse: param %q: %w", key, err)
		}
		if !isKnown && !p.ignoresUnknown {
			return fmt.Errorf("sse: there is no param %q", key)
		}
	}
	return nil
}

func (p *params) readTransport(rt *sobek.Runtime, key string, field sobek.Value) (isKnown bool, err error) {
	switch key {
	case "headers":
		object := field.ToObject(rt)
		for _, name := range object.Keys() {
			p.setHeader(name, object.Get(name).String())
		}
	case "tags":
		err = common.ApplyCustomUserTags(rt, &p.tagsAndMeta, field)
	case "jar":
		if jar, ok := field.Export().(*k6http.CookieJar); ok {
			p.jar = jar.Jar
		}
	case "cookies":
		p.readCookies(rt, field.ToObject(rt))
	case "timeout":
		p.timeout, err = types.GetDurationValue(field.Export())
	case "redirects":
		p.redirects = null.IntFrom(field.ToInteger())
	case "method":
		p.method = strings.ToUpper(strings.TrimSpace(field.String()))
	case "body":
		p.body = field.String()
	default:
		return false, nil
	}
	return true, err
}

func (p *params) setHeader(name, value string) {
	if strings.EqualFold(name, "host") {
		p.host = value
	}
	p.headers.Set(name, value)
}

func (p *params) readCookies(rt *sobek.Runtime, cookies *sobek.Object) {
	for _, name := range cookies.Keys() {
		value := cookies.Get(name)
		cookie := &httpext.HTTPRequestCookie{Name: name}
		if value.ExportType() == reflect.TypeFor[map[string]any]() {
			object := value.ToObject(rt)
			cookie.Value, cookie.Replace = object.Get("value").String(), object.Get("replace").ToBoolean()
		} else {
			cookie.Value = value.String()
		}
		p.cookies[name] = cookie
	}
}

func (p *params) readStream(rt *sobek.Runtime, key string, field sobek.Value) (isKnown bool, err error) {
	switch key {
	case "endpoint":
		p.endpoint = field.String()
	case "expect":
		if expected := field.String(); expected != "stream" && expected != "json" {
			return true, fmt.Errorf(`%q is neither "stream" nor "json"`, expected)
		}
		p.expectJSON = field.String() == "json"
	case "fromIntendedStart":
		p.fromIntendedStart = field.ToBoolean()
	case "select":
		p.selected, err = nameSet(rt, field)
	case "terminal":
		p.terminal, err = nameSet(rt, field)
	case "tokens":
		err = p.readRule(rt, field)
	case "stopAfterTokens":
		p.stopAfterTokens = field.ToInteger()
	case "stopAfter":
		p.stopAfter, err = types.GetDurationValue(field.Export())
	default:
		return false, nil
	}
	return true, err
}

func (p *params) readRule(rt *sobek.Runtime, field sobek.Value) error {
	textFields := map[string]string{}
	if err := rt.ExportTo(field, &textFields); err != nil {
		return err
	}
	rule, ok := difyevent.NewRule("event", textFields)
	if !ok {
		return fmt.Errorf("the text fields begin in more than four different fields")
	}
	p.rule = rule
	return nil
}

func nameSet(rt *sobek.Runtime, field sobek.Value) (map[string]bool, error) {
	var names []string
	if err := rt.ExportTo(field, &names); err != nil {
		return nil, err
	}
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set, nil
}
