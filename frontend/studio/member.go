package studio

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// member is a member of the JSON object that a struct stands for.
type member struct {
	index    []int
	required bool
	readOnly bool
}

// membersOf are a struct's members by name, those of embedded structs included.
func membersOf(t reflect.Type, index []int) map[string]member {
	all := map[string]member{}
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clone(index), i)
		tag, tagged := f.Tag.Lookup("json")
		if f.Anonymous && !tagged {
			for name, m := range membersOf(f.Type, at) {
				all[name] = m
			}
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if !f.IsExported() || name == "-" || name == "" {
			continue
		}
		readOnly := f.Tag.Get("readOnly") == "true"
		optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		all[name] = member{at, !optional && !readOnly, readOnly}
	}
	return all
}

// sorted gives a map's names in order, so that the same body always tells the
// same problems.
func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// below names a member of a field.
func below(field, name string) string {
	switch {
	case field == "":
		return name
	case name == "":
		return field
	case strings.HasPrefix(name, "["):
		return field + name
	}
	return field + "." + name
}

// visible cuts a foreign name to what may be shown.
func visible(name string) string {
	var b strings.Builder
	for _, r := range name {
		if !unicode.IsPrint(r) {
			r = '?'
		}
		if b.WriteRune(r); b.Len() > 40 {
			break
		}
	}
	return b.String()
}

// kindName says in Chinese what a decoded value is.
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
