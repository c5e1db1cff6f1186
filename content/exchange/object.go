package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kepu/journal"
)

// object is a decoded JSON object or YAML mapping that is read member by
// member; what is left at the end was not known. In YAML a number may stand
// where words are expected (id: 7) and one word where a list is.
type object struct {
	path     string
	values   map[string]any
	yaml     bool
	problems *[]journal.Problem
}

// parseObject reads one JSON line strictly, see journal.Canonical.
func parseObject(line []byte) (map[string]any, error) {
	canonical, err := journal.Canonical(line)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(canonical))
	d.UseNumber()
	var values map[string]any
	if canonical[0] != '{' {
		return nil, &journal.Invalid{Problems: []journal.Problem{{Message: "应是一个 JSON 对象 {…}"}}}
	}
	if err := d.Decode(&values); err != nil {
		return nil, fmt.Errorf("decode line: %w", err)
	}
	return values, nil
}

func (o *object) field(name string) string {
	if o.path == "" {
		return name
	}
	return o.path + "." + name
}

func (o *object) fail(name, format string, args ...any) {
	*o.problems = append(*o.problems, journal.Problem{Field: o.field(name), Message: fmt.Sprintf(format, args...)})
}

// take removes a member; a null is none.
func (o *object) take(name string) (any, bool) {
	v, ok := o.values[name]
	delete(o.values, name)
	return v, ok && v != nil
}

func (o *object) has(name string) bool { return o.values[name] != nil }

// done tells of every member that was not taken.
func (o *object) done() {
	for _, name := range slices.Sorted(maps.Keys(o.values)) {
		o.fail(clip(name), "不认识的字段")
	}
}

func (o *object) words(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return string(v), o.yaml
	}
	return "", false
}

func (o *object) str(name string) string {
	v, ok := o.take(name)
	if !ok {
		return ""
	}
	s, ok := o.words(v)
	if !ok {
		o.fail(name, "应是文字，不是%s", kindName(v))
	}
	return s
}

func (o *object) strs(name string) []string {
	v, ok := o.take(name)
	if !ok {
		return nil
	}
	if s, ok := o.words(v); ok && o.yaml {
		return []string{s}
	}
	list, ok := v.([]any)
	if !ok {
		o.fail(name, "应是一个列表，不是%s", kindName(v))
		return nil
	}
	out := make([]string, 0, len(list))
	for i, item := range list {
		s, ok := o.words(item)
		if !ok {
			o.fail(fmt.Sprintf("%s[%d]", name, i), "应是文字，不是%s", kindName(item))
			continue
		}
		out = append(out, s)
	}
	return out
}

// whole reads a whole number; ok where there is one.
func (o *object) whole(name string) (n int64, ok bool) {
	v, ok := o.take(name)
	if !ok {
		return 0, false
	}
	number, isNumber := v.(json.Number)
	n, err := number.Int64()
	if !isNumber || err != nil {
		o.fail(name, "应是整数")
		return 0, false
	}
	return n, true
}

// time reads an instant, see there.
func (o *object) time(name string) time.Time {
	before := len(*o.problems)
	s := strings.TrimSpace(o.str(name))
	t, problem := instant(s)
	if problem != "" && len(*o.problems) == before {
		o.fail(name, "%s", problem)
	}
	return t
}

func (o *object) flag(name string) bool {
	v, ok := o.take(name)
	b, isBool := v.(bool)
	if ok && !isBool {
		o.fail(name, "应是 true 或 false")
	}
	return b
}

// object reads a member as an object; nil where there is none.
func (o *object) object(name string) *object {
	v, ok := o.take(name)
	if !ok {
		return nil
	}
	return o.inside(name, v)
}

func (o *object) inside(name string, v any) *object {
	values, ok := v.(map[string]any)
	if !ok {
		o.fail(name, "应是一个对象，不是%s", kindName(v))
		return nil
	}
	return &object{path: o.field(name), values: values, yaml: o.yaml, problems: o.problems}
}

// list reads a member as a list and calls fn with each item's name and value.
func (o *object) list(name string, fn func(name string, v any)) {
	v, ok := o.take(name)
	if !ok {
		return
	}
	list, ok := v.([]any)
	if !ok {
		o.fail(name, "应是一个列表，不是%s", kindName(v))
		return
	}
	for i, item := range list {
		fn(fmt.Sprintf("%s[%d]", name, i), item)
	}
}

func kindName(v any) string {
	switch v.(type) {
	case nil:
		return "空值"
	case bool:
		return "真假值"
	case string:
		return "文字"
	case []any:
		return "列表"
	case map[string]any:
		return "对象"
	}
	return "数字"
}
