package difyevent

import (
	"strings"
	"testing"
)

func TestLookTellsTokensFromOtherEvents(t *testing.T) {
	cases := []struct {
		name, data string
		wantName   string
		wantToken  bool
	}{
		{"a chat token", `{"event":"message","id":"1","answer":"the"}`, "message", true},
		{"an empty answer is no token", `{"event":"message","answer":""}`, "message", false},
		{"an agent's token", `{"event":"agent_message","answer":" x"}`, "agent_message", true},
		{"a workflow token", `{"event":"text_chunk","data":{"text":"the","from":["1","text"]}}`, "text_chunk", true},
		{"an empty chunk is no token", `{"event":"text_chunk","data":{"text":""}}`, "text_chunk", false},
		{"text before the name", `{"answer":"the","event":"message"}`, "message", true},
		{"chunk before the name", `{"data":{"a":[{"text":"no"}],"text":"x"},"event":"text_chunk"}`, "text_chunk", true},
		{"a text that is only an escape", `{"event":"message","answer":"\""}`, "message", true},
		{"an escaped quote ends no string", `{"query":"\\\"event\\\":\"x","event":"message","answer":"y"}`, "message", true},
		{"a backslash at the end of a string", `{"path":"c:\\","event":"message","answer":"y"}`, "message", true},
		{"the field of another event", `{"event":"message_end","answer":"the"}`, "message_end", false},
		{"a name within a value is no name", `{"inputs":{"event":"error"},"event":"message","answer":"y"}`, "message", true},
		{"text in the wrong depth", `{"event":"message","data":{"answer":"y"}}`, "message", false},
		{"null for a text", `{"event":"message","answer":null}`, "message", false},
		{"a number for a text", `{"event":"message","answer":7}`, "message", false},
		{"a name in escapes", `{"\u0065vent":"message","answer":"y"}`, "message", true},
		{"an event named in escapes", `{"event":"mess\u0061ge","answer":"y"}`, "message", true},
		{"white space everywhere", " {\n\t\"event\" : \"message\" ,\r\n \"answer\" : \"y\" }", "message", true},
		{"an unknown event", `{"event":"tts_message","audio":"qqqq"}`, "tts_message", false},
		{"no name", `{"answer":"y"}`, "", false},
		{"an empty object", `{}`, "", false},
		{"no JSON", `[DONE]`, "", false},
		{"nothing", ``, "", false},
		{"an array", `[{"event":"message","answer":"y"}]`, "", false},
		{"JSON that breaks off", `{"event":"message","answer`, "", false},
		{"a name that is no string", `{"event":5,"answer":"y"}`, "", false},
	}
	rule := Default()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := rule.Look([]byte(c.data))
			if string(got.Name) != c.wantName || got.IsToken != c.wantToken {
				t.Errorf("got %q, token %v; want %q, %v", got.Name, got.IsToken, c.wantName, c.wantToken)
			}
		})
	}
}

func TestANewRuleRefusesPathsOfTooManyFields(t *testing.T) {
	if _, ok := NewRule("event", map[string]string{"a": "a", "b": "b", "c": "c", "d": "d", "e": "e"}); ok {
		t.Error("five fields were taken, want a refusal")
	}
	if _, ok := NewRule("type", map[string]string{"a": "x.a", "b": "x.b", "c": "y", "d": "z", "e": "z.e"}); !ok {
		t.Error("three fields were refused")
	}
}

func BenchmarkLookAtAToken(b *testing.B) {
	data := []byte(`{"event":"message","conversation_id":"` + strings.Repeat("0", 36) + `","message_id":"` +
		strings.Repeat("0", 36) + `","created_at":1795371298,"task_id":"` + strings.Repeat("0", 36) +
		`","id":"` + strings.Repeat("0", 36) + `","answer":"the","from_variable_selector":null}`)
	rule := Default()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if !rule.Look(data).IsToken {
			b.Fatal("no token")
		}
	}
}
