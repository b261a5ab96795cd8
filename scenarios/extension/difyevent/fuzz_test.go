package difyevent

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzLookAgreesWithTheDecoder: whatever valid JSON comes, the quick look and a full decode agree.
// Names that occur twice are left out: the quick look takes the first, the decoder the last.
func FuzzLookAgreesWithTheDecoder(f *testing.F) {
	f.Add([]byte(`{"event":"message","answer":"the"}`))
	f.Add([]byte(`{"answer":"","data":{"text":"x"},"event":"text_chunk"}`))
	f.Add([]byte(`{"a":[1,{"b":"\\\""}],"event":"agent_message","answer":"\u0000"}`))
	rule := Default()
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) || !utf8.Valid(data) || repeatsAName(data) {
			t.Skip()
		}
		quick, slow := rule.Look(data), rule.decode(data)
		if !bytes.Equal(quick.Name, slow.Name) || quick.IsToken != slow.IsToken || quick.TextEvent != slow.TextEvent {
			t.Errorf("quick look %q %v, decoder %q %v", quick.Name, quick.IsToken, slow.Name, slow.IsToken)
		}
	})
}

func repeatsAName(data []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(data))
	var names []map[string]bool // of the objects that are open; nil for an array
	isName := false
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('{'):
			names, isName = append(names, map[string]bool{}), true
			continue
		case json.Delim('['):
			names, isName = append(names, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			names = names[:len(names)-1]
		default:
			if name, ok := token.(string); ok && isName {
				if names[len(names)-1][name] {
					return true
				}
				names[len(names)-1][name] = true
				isName = false
				continue
			}
		}
		isName = len(names) > 0 && names[len(names)-1] != nil
	}
}
