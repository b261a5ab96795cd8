// Package difyevent tells what an event of a Dify stream is, at the cost of a look at a few hundred
// bytes: the JSON of a token is scanned for two strings, not decoded.
package difyevent

import "strings"

// Rule says where an event's name stands and which events carry text.
type Rule struct {
	// NameField is the top-level JSON field that names the event where no `event:` line does.
	NameField string
	texts     []textField
	heads     []string
}

// textField is a list's item and no map's: there are three, and an event is looked up once.
type textField struct {
	event string
	path  []string
}

// Events are the names of those that carry text, in the order that Look.TextEvent counts in.
func (r *Rule) Events() []string {
	names := make([]string, len(r.texts))
	for i, field := range r.texts {
		names[i] = field.event
	}
	return names
}

// noText is the index of an event that carries none.
const noText = -1

func (r *Rule) index(event []byte) int {
	for i := range r.texts {
		if r.texts[i].event == string(event) {
			return i
		}
	}
	return noText
}

// maxHeads bounds the places remembered while the name of an event is not known yet.
const maxHeads = 4

// Default is Dify's: `answer` of message and agent_message, `data.text` of text_chunk.
func Default() *Rule {
	rule, _ := NewRule("event", map[string]string{
		"message": "answer", "agent_message": "answer", "text_chunk": "data.text",
	})
	return rule
}

// NewRule takes the text field of each token event as a dotted path: {"text_chunk": "data.text"}.
// It answers false when the paths begin in more than four different fields.
func NewRule(nameField string, textFields map[string]string) (*Rule, bool) {
	rule := &Rule{NameField: nameField}
	seen := map[string]bool{}
	for name, path := range textFields {
		fields := strings.Split(path, ".")
		rule.texts = append(rule.texts, textField{name, fields})
		if !seen[fields[0]] {
			seen[fields[0]] = true
			rule.heads = append(rule.heads, fields[0])
		}
	}
	return rule, len(rule.heads) <= maxHeads
}

// Look is what a look at one event found.
type Look struct {
	// Name is a view into the event's data, empty where the data names none.
	Name []byte
	// IsToken: the event carries text. An empty text is no token.
	IsToken bool
	// TextEvent is the index of Name in the rule's Events, -1 where it is none of them.
	TextEvent int
}

// Look reads the data of one event. The part behind the fields it needs is not read, so broken JSON
// there goes unnoticed; where a short look cannot be sure, the JSON is decoded.
func (r *Rule) Look(data []byte) Look {
	if look, sure := r.scan(data); sure {
		return look
	}
	return r.decode(data)
}
