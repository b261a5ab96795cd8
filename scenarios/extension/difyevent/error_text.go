package difyevent

import "strings"

// LLMThrottled: the model's provider refused the request for its rate limit or quota. Dify passes that on
// under the code of an ordinary mistake (invalid_param) and within status 200, so only the text tells.
const LLMThrottled = "llm_throttled"

// throttledTexts are what providers and Dify's own runtime write, in lower case. None is matched that a
// question or an answer would hold: the texts are those of errors alone.
var throttledTexts = []string{
	"status code 429", "status code: 429", "error code: 429", "429 too many requests",
	"rate limit", "rate_limit", "ratelimit", "throttlingexception", "resource_exhausted", "resource exhausted",
	"insufficient_quota", "exceeded your current quota", "tokens per minute", "requests per minute",
}

func isThrottled(text string) bool {
	if text == "" {
		return false
	}
	lower := strings.ToLower(text)
	for _, sign := range throttledTexts {
		if strings.Contains(lower, sign) {
			return true
		}
	}
	return false
}

// isUnpublished knows Dify's words for a workflow or chatflow that has a draft and nothing else; its code is
// invalid_param, as for any mistake of a request.
func isUnpublished(message string) bool {
	return strings.HasPrefix(message, "Workflow not published")
}

// isOverAppLimit knows Dify's own words: the app has its max_active_requests under way.
func isOverAppLimit(message string) bool {
	return strings.HasPrefix(message, "Too many requests")
}
