package difyevent

import (
	"encoding/json"
	"net/http"
	"testing"
)

// The first is recorded from a real Dify (sse/testdata); the others are what providers write, as Dify passes
// it on: "[name] Rate Limit Error, …" and "[name] Error: …" are its own frames.
func TestAThrottledModelIsToldFromOneThatFails(t *testing.T) {
	cases := []struct{ message, want string }{
		{`[models] Error: API request failed with status code 429: {"error": {"message": "mock error 429"}}`, LLMThrottled},
		{`[openai] Rate Limit Error, Error code: 429 - {'error': {'code': 'insufficient_quota'}}`, LLMThrottled},
		{`[bedrock] Error: An error occurred (ThrottlingException) when calling the ConverseStream operation`, LLMThrottled},
		{`[google] Error: 429 RESOURCE_EXHAUSTED. {'error': {'status': 'RESOURCE_EXHAUSTED'}}`, LLMThrottled},
		{`[azure] Error: rate_limit_exceeded: Requests have exceeded token rate limit`, LLMThrottled},
		{`[models] Error: API request failed with status code 500: {"error": {"message": "mock error 500"}}`, "stream_error:invalid_param"},
		{`{"args":{},"error_type":"ChunkedEncodingError","message":"Response ended prematurely"}`, "stream_error:invalid_param"},
		{`question is required in input form`, "stream_error:invalid_param"},
		{`Too many requests. Please try again later. The current maximum concurrent requests allowed for x is 1.`, OverAppLimit},
	}
	for _, c := range cases {
		data := []byte(`{"event":"error","code":"invalid_param","status":400,"message":` + quoted(c.message) + `}`)
		if got, _ := OfErrorEvent(data); got != c.want {
			t.Errorf("%s: got %q, want %q", c.message, got, c.want)
		}
		run := Run{Status: "failed", Error: "req_id: 8b068d2008 PluginInvokeError: " + c.message}
		if got := run.Outcome(); c.want == LLMThrottled != (got == LLMThrottled) {
			t.Errorf("a run that failed by %s: got %q", c.message, got)
		}
	}
}

func TestARefusalWithStatus400IsClassedByWhatDifySays(t *testing.T) {
	cases := []struct{ message, code, want string }{
		{"Workflow not published", "invalid_param", AppUnpublished},
		{"Too many requests. Please try again later.", "invalid_param", OverAppLimit},
		{"[models] Error: API request failed with status code 429: {}", "invalid_param", LLMThrottled},
		{"[models] Error: API request failed with status code 500: {}", "invalid_param", "http_400"},
		{"Please check if your app mode matches the right API route.", "not_workflow_app", "http_400:not_workflow_app"},
		{"Please check if your app mode matches the right API route.", "not_chat_app", "http_400:not_chat_app"},
		{"App unavailable, please check your app configurations.", "app_unavailable", "http_400:app_unavailable"},
	}
	for _, c := range cases {
		body := []byte(`{"code":` + quoted(c.code) + `,"message":` + quoted(c.message) + `,"status":400}`)
		if got, _ := OfStatus(400, http.Header{}, body); got != c.want {
			t.Errorf("%s: got %q, want %q", c.message, got, c.want)
		}
	}
	if got, _ := OfStatus(429, http.Header{}, []byte(`{"code":"rate_limit_error","message":"x"}`)); got != LLMThrottled {
		t.Errorf("Dify's own 429 for a model's limit is %q", got)
	}
}

func quoted(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}
