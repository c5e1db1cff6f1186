package studio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"kepu/content"
	"kepu/journal"
)

// Decode reads a request's body into a pointer to a struct. It is strict, so
// that what was checked is what is kept: what journal.Canonical refuses, members
// that the struct has not (also where only their case differs), values of
// another type and numbers that are not exactly what is written are *Bad. A
// member that must be there and is not, null anywhere, and a time that is none
// are *journal.Invalid: the form is right, the content is not.
//
// A member must be there unless its tag says omitempty or omitzero. One tagged
// readOnly may be sent back as it was got; it is not looked at.
func Decode(raw []byte, into any) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return bad("", "没有内容：这里要一个JSON对象")
	}
	if _, err := journal.Canonical(raw); err != nil {
		var invalid *journal.Invalid
		if errors.As(err, &invalid) {
			return &Bad{invalid.Problems}
		}
		return fmt.Errorf("decode: %w", err)
	}
	numbers := json.NewDecoder(bytes.NewReader(raw))
	numbers.UseNumber()
	var v any
	if err := numbers.Decode(&v); err != nil {
		return bad("", "JSON有误")
	}
	var d decoder
	d.value("", v, reflect.ValueOf(into).Elem())
	switch {
	case len(d.wrong) > 0:
		return &Bad{d.wrong}
	case len(d.invalid) > 0:
		return &journal.Invalid{Problems: d.invalid}
	}
	return nil
}

// decoder binds decoded JSON to Go values and gathers what does not fit.
type decoder struct {
	wrong, invalid []journal.Problem
}

// mostProblems bounds what is told of one body.
const mostProblems = 20

func (d *decoder) bad(field, message string) {
	if len(d.wrong) < mostProblems {
		d.wrong = append(d.wrong, journal.Problem{Field: field, Message: message})
	}
}

func (d *decoder) refuse(field, message string) {
	if len(d.invalid) < mostProblems {
		d.invalid = append(d.invalid, journal.Problem{Field: field, Message: message})
	}
}

func (d *decoder) value(field string, v any, to reflect.Value) {
	if v == nil {
		d.refuse(field, "不能是空值")
		return
	}
	switch to.Type() {
	case reflect.TypeFor[content.Body]():
		d.body(field, v, to)
		return
	case reflect.TypeFor[time.Time]():
		d.time(field, v, to)
		return
	case reflect.TypeFor[json.RawMessage]():
		d.raw(field, v, to)
		return
	}
	switch to.Kind() {
	case reflect.Pointer:
		p := reflect.New(to.Type().Elem())
		d.value(field, v, p.Elem())
		to.Set(p)
	case reflect.Struct:
		d.object(field, v, to)
	case reflect.Slice:
		d.list(field, v, to)
	case reflect.Map:
		d.dictionary(field, v, to)
	case reflect.String:
		if s, ok := v.(string); ok {
			to.SetString(s)
			return
		}
		d.bad(field, "应是文字，不是"+kindName(v))
	case reflect.Bool:
		if b, ok := v.(bool); ok {
			to.SetBool(b)
			return
		}
		d.bad(field, "应是 true 或 false，不是"+kindName(v))
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint32, reflect.Uint64:
		d.number(field, v, to)
	default:
		d.bad(field, "这一项不能写")
	}
}

func (d *decoder) object(field string, v any, to reflect.Value) {
	object, ok := v.(map[string]any)
	if !ok {
		d.bad(field, "应是一个对象，不是"+kindName(v))
		return
	}
	members := membersOf(to.Type(), nil)
	for _, name := range sorted(object) {
		m, ok := members[name]
		switch {
		case !ok:
			d.bad(below(field, visible(name)), "不认识这一项")
		case !m.readOnly:
			d.value(below(field, name), object[name], to.FieldByIndex(m.index))
		}
	}
	for _, name := range sorted(members) {
		if _, sent := object[name]; !sent && members[name].required {
			d.refuse(below(field, name), "缺少这一项")
		}
	}
}

func (d *decoder) list(field string, v any, to reflect.Value) {
	list, ok := v.([]any)
	if !ok {
		d.bad(field, "应是一个列表，不是"+kindName(v))
		return
	}
	out := reflect.MakeSlice(to.Type(), len(list), len(list))
	for i, item := range list {
		d.value(field+"["+strconv.Itoa(i)+"]", item, out.Index(i))
		if len(d.wrong)+len(d.invalid) >= mostProblems {
			return
		}
	}
	to.Set(out)
}

func (d *decoder) dictionary(field string, v any, to reflect.Value) {
	object, ok := v.(map[string]any)
	if !ok {
		d.bad(field, "应是一个对象，不是"+kindName(v))
		return
	}
	out := reflect.MakeMapWithSize(to.Type(), len(object))
	for _, name := range sorted(object) {
		item := reflect.New(to.Type().Elem()).Elem()
		d.value(below(field, visible(name)), object[name], item)
		out.SetMapIndex(reflect.ValueOf(name).Convert(to.Type().Key()), item)
	}
	to.Set(out)
}

// largest is the largest whole number that every JSON program reads exactly.
const largest = 1<<53 - 1

func (d *decoder) number(field string, v any, to reflect.Value) {
	n, ok := v.(json.Number)
	if !ok {
		d.bad(field, "应是整数，不是"+kindName(v))
		return
	}
	whole, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil || string(n) == "-0" || whole > largest || whole < -largest {
		d.bad(field, "应是整数，写成 12 这样")
		return
	}
	if to.CanUint() {
		if whole < 0 || to.OverflowUint(uint64(whole)) {
			d.bad(field, "应是不小于0的整数")
			return
		}
		to.SetUint(uint64(whole))
		return
	}
	if to.OverflowInt(whole) {
		d.bad(field, "数太大了")
		return
	}
	to.SetInt(whole)
}

func (d *decoder) body(field string, v any, to reflect.Value) {
	if signedZero(v) {
		d.bad(field, "数字不能写成 -0")
		return
	}
	body, err := content.BodyOf(floats(v))
	var invalid *journal.Invalid
	if errors.As(err, &invalid) {
		for _, p := range invalid.Problems {
			d.bad(below(field, p.Field), p.Message)
		}
		return
	}
	to.Set(reflect.ValueOf(body))
}

func (d *decoder) time(field string, v any, to reflect.Value) {
	s, ok := v.(string)
	if !ok {
		d.bad(field, "应是时刻，写成 2026-11-24T08:00:00+08:00，不是"+kindName(v))
		return
	}
	t, err := time.Parse(time.RFC3339, s)
	if year := t.UTC().Year(); err != nil || year < 1900 || year > 2200 {
		d.refuse(field, "时刻要写成 2026-11-24T08:00:00+08:00 这样，带上时区，而且确有其时")
		return
	}
	to.Set(reflect.ValueOf(journal.Milli(t)))
}

// raw keeps a value whose shape somebody else knows, in its canonical form.
func (d *decoder) raw(field string, v any, to reflect.Value) {
	if signedZero(v) {
		d.bad(field, "数字不能写成 -0")
		return
	}
	text, err := journal.Encode(v)
	if err != nil {
		d.bad(field, "JSON有误")
		return
	}
	to.SetBytes(text)
}

// signedZero tells whether there is a zero with a sign, which no two programs
// read alike.
func signedZero(v any) bool {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		return err == nil && f == 0 && v[0] == '-'
	case []any:
		return slices.ContainsFunc(v, signedZero)
	case map[string]any:
		for _, item := range v {
			if signedZero(item) {
				return true
			}
		}
	}
	return false
}

// floats is v with its numbers as encoding/json gives them.
func floats(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, _ := v.Float64() // journal.Canonical has refused what a double does not hold
		return f
	case []any:
		for i := range v {
			v[i] = floats(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = floats(v[name])
		}
	}
	return v
}
