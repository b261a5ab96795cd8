package difyevent

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Outcomes that need no argument. All are listed, with what they mean, in
// tuner/contracts/load-buckets.ts.
const (
	OK             = "ok"
	OverAppLimit   = "over_app_limit"
	AppUnpublished = "app_unpublished"
	WorkflowFailed = "workflow_failed"
)

// errorBody is what Dify answers with a status of 400 and up, and what its error event carries.
type errorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// expectedCodes are those that say no more than their status does.
var expectedCodes = map[int]string{
	http.StatusBadRequest: "invalid_param", http.StatusUnauthorized: "unauthorized",
	http.StatusForbidden: "forbidden", http.StatusNotFound: "not_found",
	http.StatusTooManyRequests: "too_many_requests", http.StatusInternalServerError: "internal_server_error",
}

// OfStatus classes a refusal: http_401, or http_400:not_workflow_app where Dify's code tells more than
// the status. Dify answers 400 and not 429 where an app has its max_active_requests under way; that is
// a limit that was reached, no mistake of the request, and so apart.
func OfStatus(status int, header http.Header, body []byte) (outcome, message string) {
	var said errorBody
	_ = json.Unmarshal(body, &said)
	outcome = "http_" + strconv.Itoa(status)
	switch {
	case status == http.StatusBadRequest && isOverAppLimit(said.Message):
		return OverAppLimit, said.Message
	case status == http.StatusBadRequest && isUnpublished(said.Message):
		return AppUnpublished, said.Message
	case status == http.StatusBadRequest && isThrottled(said.Message), said.Code == "rate_limit_error":
		return LLMThrottled, said.Message
	case status == http.StatusTooManyRequests && header.Get("Retry-After") != "":
		return outcome + ":retry_after", said.Message
	case said.Code == "" || said.Code == expectedCodes[status]:
		return outcome, said.Message
	}
	return outcome + ":" + class(said.Code), said.Message
}

// OfErrorEvent classes an `error` event within a stream that began with status 200.
func OfErrorEvent(data []byte) (outcome, message string) {
	var said errorBody
	_ = json.Unmarshal(data, &said)
	switch {
	case isOverAppLimit(said.Message):
		return OverAppLimit, said.Message
	case isThrottled(said.Message):
		return LLMThrottled, said.Message
	}
	return "stream_error:" + class(said.Code), said.Message
}

// Run is what a workflow_finished event or a blocking run says of itself.
type Run struct {
	Status         string  `json:"status"`
	Error          string  `json:"error"`
	ElapsedSeconds float64 `json:"elapsed_time"`
}

// ReadRun answers false where the data describes no run.
func ReadRun(data []byte) (Run, bool) {
	var said struct {
		Data *Run `json:"data"`
	}
	if json.Unmarshal(data, &said) != nil || said.Data == nil || said.Data.Status == "" {
		return Run{}, false
	}
	return *said.Data, true
}

// Outcome of a run that ended: a failed one comes with status 200. A partial success is one whose
// failing node had a branch for that, as its author meant it.
func (r Run) Outcome() string {
	switch r.Status {
	case "succeeded", "partial-succeeded":
		return OK
	case "stopped":
		return "stopped"
	}
	if isThrottled(r.Error) {
		return LLMThrottled
	}
	return WorkflowFailed
}

// class keeps an outcome from becoming a new series for each text a server makes up.
func class(code string) string {
	if code == "" || len(code) > 48 {
		return "other"
	}
	for _, c := range code {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
			return "other"
		}
	}
	return code
}
