package difyevent

import "encoding/json"

// decode is the slow and certain way. Data that is no JSON object names no event and is no token.
func (r *Rule) decode(data []byte) Look {
	fields := map[string]json.RawMessage{}
	if json.Unmarshal(data, &fields) != nil {
		return unsure
	}
	var name string
	if json.Unmarshal(fields[r.NameField], &name) != nil {
		return unsure
	}
	look := Look{Name: []byte(name), TextEvent: r.index([]byte(name))}
	if look.TextEvent != noText {
		look.IsToken = decodedText(fields, r.texts[look.TextEvent].path) != ""
	}
	return look
}

func decodedText(fields map[string]json.RawMessage, path []string) string {
	value := fields[path[0]]
	if len(path) == 1 {
		var text string
		_ = json.Unmarshal(value, &text)
		return text
	}
	inner := map[string]json.RawMessage{}
	if json.Unmarshal(value, &inner) != nil {
		return ""
	}
	return decodedText(inner, path[1:])
}
