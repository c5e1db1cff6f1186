package journal

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestDraft(t *testing.T) {
	now := time.Date(2026, 5, 1, 8, 0, 0, 123_456_789, time.FixedZone("CST", 8*3600))
	c := Change{Key: Key{"item", "a"}, Rev: 3, State: []byte(`{"v":2, "a":1.0}`), Act: "save", Actor: "u1"}
	d, err := c.Draft(now)
	if err != nil || string(d.State) != `{"a":1,"v":2}` || d.Hash != Sum(d.State) || d.Format != 2 || d.Op == "" ||
		d.At != time.Date(2026, 5, 1, 0, 0, 0, 123_000_000, time.UTC) {
		t.Errorf("%+v, %v", d, err)
	}
	if string(c.State) != `{"v":2, "a":1.0}` {
		t.Error("the change was modified")
	}
	e := d.Entry(Position{Seq: 7, Hash: "h"})
	want := Entry{Seq: 8, Kind: "item", ID: "a", Rev: 4, State: d.Hash, Act: "save", Actor: "u1", At: d.At, Op: d.Op, Prev: "h"}
	if e != want || !d.Same(e) {
		t.Errorf("%+v, want %+v", e, want)
	}
	c.State, c.Op = nil, "op"
	if d, err = c.Draft(now); err != nil || d.State != nil || d.Hash != "" || d.Format != 0 || d.Op != "op" || d.Same(e) {
		t.Errorf("%+v, %v", d, err)
	}
}

// All problems are named at once, each with its field.
func TestDraftNamesAllProblems(t *testing.T) {
	err := Change{Key: Key{"Item", ""}, Act: "", Actor: "\n", Op: "\x00", At: time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)}.Check()
	var invalid *Invalid
	if !errors.As(err, &invalid) {
		t.Fatal(err)
	}
	var fields []string
	for _, p := range invalid.Problems {
		fields = append(fields, p.Field)
	}
	if got := strings.Join(fields, " "); got != "kind act actor op at rev" {
		t.Error(got)
	}
}

func TestMilli(t *testing.T) {
	for _, at := range []time.Time{time.Unix(0, 999_999), time.Unix(-1, 1), time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)} {
		got := Milli(at)
		if d := at.Sub(got); d < 0 || d >= time.Millisecond || got.Nanosecond()%1e6 != 0 || got.Location() != time.UTC || Milli(got) != got {
			t.Errorf("%v became %v", at, got)
		}
	}
}

func FuzzDraft(f *testing.F) {
	f.Add("item", "a", "save", "u1", "op", []byte(`{"v":1}`), uint64(0), int64(0))
	f.Add("Item", "a/b", "SAVE", "\x00", "\xff", []byte(`{"v":1,"v":2}`), uint64(1)<<63, int64(-1)<<62)
	f.Add("a-", "~", ".", "科普", "", []byte(nil), uint64(1), int64(253402300800000))
	f.Fuzz(func(t *testing.T, kind, id, act, actor, op string, state []byte, rev uint64, ms int64) {
		c := Change{Key: Key{kind, id}, Rev: rev, State: state, Act: act, Actor: actor, Op: op, At: time.UnixMilli(ms)}
		d, err := c.Draft(time.UnixMilli(1))
		if err != nil {
			var invalid *Invalid
			if !errors.As(err, &invalid) || len(invalid.Problems) == 0 {
				t.Fatalf("%v is not *Invalid", err)
			}
			return
		}
		again, err := d.Change.Draft(time.UnixMilli(2))
		if err != nil || fmt.Sprint(again) != fmt.Sprint(d) {
			t.Fatalf("%+v became %+v, %v", d, again, err)
		}
		if !d.Same(d.Entry(Position{})) || strings.ContainsAny(d.Kind+d.ID, "/ $") || d.Op == "" || d.At.Year() > 9999 {
			t.Fatalf("%+v", d)
		}
	})
}
