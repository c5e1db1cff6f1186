package hook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/hook"
	"kepu/journal"
)

var update = flag.Bool("update", false, "write the stored forms anew")

// The stored form is pinned: what was written once loads for ever.
func TestStoredForm(t *testing.T) {
	until := noon.Add(123 * time.Millisecond)
	value := hook.Hook{
		V: hook.Format, ID: "8f1c0e4e-0000-8000-8000-000000000001",
		Terms: hook.Terms{
			Name: "融媒体中心", URL: "https://example.org/in?token=a", Events: hook.Events[:], Audiences: []content.Audience{content.Seniors},
			Topics: []string{"emergency"}, Regions: []string{"3301"}, Active: true,
		},
		Off:   hook.OffGone,
		Since: journal.Position{Identity: "store", Seq: 7, Hash: "h"},
		Keys:  []hook.Key{{ID: "k2", Sealed: "c2VhbGVk"}, {ID: "k1", Sealed: "c2VhbGVk", Until: &until}},
	}
	state, err := journal.Encode(value)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "hook.v1.json")
	if *update {
		if err := os.WriteFile(path, append(state, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(kept), state) {
		t.Errorf("a hook is written as\n%s\nit was\n%s", state, kept)
	}
	var got hook.Hook
	if err := json.Unmarshal(kept, &got); err != nil {
		t.Fatal(err)
	}
	if again, err := journal.Encode(got); err != nil || !bytes.Equal(again, state) {
		t.Errorf("it loads as %+v, %v", got, err)
	}
}

func TestPut(t *testing.T) {
	r := open(t)
	made, err := r.book.Put(t.Context(), admin, "op-1", "", 0, at("http://127.0.0.1:8080/a"))
	if err != nil {
		t.Fatal(err)
	}
	if made.Stamp.Rev != 1 || !strings.HasPrefix(made.Secret, "kepu_hook_") || made.Hook.Keys[0].Sealed != "" {
		t.Errorf("made %+v", made)
	}
	record, err := r.store.Get(t.Context(), journal.Key{Kind: hook.KindHook, ID: made.Hook.ID})
	if err != nil || bytes.Contains(record.State, []byte(made.Secret)) || bytes.Contains(record.State, []byte("kepu_hook_")) {
		t.Errorf("kept as %s, %v", record.State, err)
	}
	again, err := r.book.Put(t.Context(), admin, "op-1", "", 0, at("http://127.0.0.1:8080/a"))
	if err != nil || again.Hook.ID != made.Hook.ID || again.Secret != made.Secret || again.Stamp != made.Stamp {
		t.Errorf("the same operation again: %+v, %v", again, err)
	}
	if _, err := r.book.Put(t.Context(), admin, "op-1", "", 0, at("http://127.0.0.1:8080/b")); !errors.Is(err, journal.ErrOp) {
		t.Errorf("the same operation with other terms: %v", err)
	}
	changed, err := r.book.Put(t.Context(), admin, "op-2", made.Hook.ID, 1, at("http://127.0.0.1:8080/b"))
	if err != nil || changed.Stamp.Rev != 2 || changed.Secret != "" {
		t.Errorf("changed: %+v, %v", changed, err)
	}
	if same, err := r.book.Put(t.Context(), admin, "op-2", made.Hook.ID, 1, at("http://127.0.0.1:8080/b")); err != nil || same.Stamp != changed.Stamp {
		t.Errorf("changed again: %+v, %v", same, err)
	}
	if _, err := r.book.Put(t.Context(), admin, "", made.Hook.ID, 1, at("http://127.0.0.1:8080/c")); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("over an older revision: %v", err)
	}
	rotated, err := r.book.Rotate(t.Context(), admin, "op-3", made.Hook.ID, 2)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := r.book.Rotate(t.Context(), admin, "op-3", made.Hook.ID, 2); err != nil || same.Secret != rotated.Secret || same.Stamp != rotated.Stamp {
		t.Errorf("rotated again: %+v, %v", same, err)
	}
	if _, err := r.book.Rotate(t.Context(), admin, "", made.Hook.ID, 2); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("rotated over an older revision: %v", err)
	}
	if h, rev, err := r.book.Get(t.Context(), admin, made.Hook.ID); err != nil || rev != 3 || len(h.Keys) != 2 || h.Keys[0].Sealed+h.Keys[1].Sealed != "" {
		t.Errorf("it stands as %+v, revision %d, %v", h, rev, err)
	}
	for _, want := range []uint64{4, 4} {
		if stamp, err := r.book.Drop(t.Context(), admin, "op-4", made.Hook.ID, 3); err != nil || stamp.Rev != want {
			t.Errorf("dropped: %+v, %v", stamp, err)
		}
	}
	for _, id := range []string{made.Hook.ID, "none", "a/b", ""} {
		if _, _, err := r.book.Get(t.Context(), admin, id); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("Get(%q): %v", id, err)
		}
	}
	if all, err := r.book.All(t.Context(), admin); err != nil || len(all) != 0 {
		t.Errorf("all: %+v, %v", all, err)
	}
}

// The same operation at the same moment makes one hook, with one secret.
func TestPutAtOnce(t *testing.T) {
	r := open(t)
	var parts sync.WaitGroup
	secrets := make([]string, 8)
	for i := range secrets {
		parts.Go(func() {
			made, err := r.book.Put(t.Context(), admin, "op", "", 0, at("http://127.0.0.1:8080/a"))
			if err != nil {
				t.Error(err)
			}
			secrets[i] = made.Secret
		})
	}
	parts.Wait()
	for _, s := range secrets {
		if s == "" || s != secrets[0] {
			t.Errorf("secrets %v", secrets)
		}
	}
}

func TestTermProblems(t *testing.T) {
	r := open(t)
	if err := r.desk.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*hook.Terms){
		"name":         func(h *hook.Terms) { h.Name = " " },
		"events":       func(h *hook.Terms) { h.Events = nil },
		"events[1]":    func(h *hook.Terms) { h.Events = []hook.Event{hook.Publish, hook.Ping} },
		"audiences[0]": func(h *hook.Terms) { h.Audiences = []content.Audience{"cats"} },
		"topics[1]":    func(h *hook.Terms) { h.Topics = []string{"nature", "none"} },
		"topics[0]":    func(h *hook.Terms) { h.Topics = []string{"a/b"} },
		"topics":       func(h *hook.Terms) { h.Topics = make([]string, 51) },
		"regions[0]":   func(h *hook.Terms) { h.Regions = []string{"110101"} },
		"url":          func(h *hook.Terms) { h.URL = "https://10.0.0.1/" },
	} {
		terms := at("https://example.org/")
		spoil(&terms)
		_, err := r.book.Put(t.Context(), admin, "", "", 0, terms)
		var invalid *journal.Invalid
		if !errors.As(err, &invalid) || invalid.Problems[0].Field != field || len(invalid.Problems) != 1 {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, name := range []string{strings.Repeat("名", 61), "a\nb", "\xff"} {
		terms := at("https://example.org/")
		terms.Name = name
		var invalid *journal.Invalid
		if _, err := r.book.Put(t.Context(), admin, "", "", 0, terms); !errors.As(err, &invalid) {
			t.Errorf("name %q: %v", name, err)
		}
	}
	for n := range 51 {
		_, err := r.book.Put(t.Context(), admin, "", "", 0, at("https://example.org/"))
		var invalid *journal.Invalid
		if (n == 50) != errors.As(err, &invalid) || n < 50 && err != nil {
			t.Errorf("hook %d: %v", n, err)
		}
	}
}

// Webhooks are an administrator's of the whole province, in every call.
func TestForbidden(t *testing.T) {
	r := open(t)
	made := r.put(t, "http://127.0.0.1:8080/")
	id := made.Hook.ID
	actors := []account.Actor{{}, {ID: "u"}, {ID: "u", Grants: []account.Grant{{Role: account.Admin, Region: "3301"}}}, {Grants: admin.Grants}}
	for _, role := range account.Roles {
		if role != account.Admin {
			actors = append(actors, account.Actor{ID: "u", Grants: []account.Grant{{Role: role}}})
		}
	}
	for _, by := range actors {
		for name, call := range map[string]func() error{
			"put":       func() error { _, err := r.book.Put(t.Context(), by, "", id, 1, at("https://example.org/")); return err },
			"make":      func() error { _, err := r.book.Put(t.Context(), by, "", "", 0, at("https://example.org/")); return err },
			"rotate":    func() error { _, err := r.book.Rotate(t.Context(), by, "", id, 1); return err },
			"drop":      func() error { _, err := r.book.Drop(t.Context(), by, "", id, 1); return err },
			"get":       func() error { _, _, err := r.book.Get(t.Context(), by, id); return err },
			"all":       func() error { _, err := r.book.All(t.Context(), by); return err },
			"records":   func() error { _, err := r.book.Records(t.Context(), by, id, 0, 10); return err },
			"redeliver": func() error { return r.book.Redeliver(t.Context(), by, id, 1) },
			"test":      func() error { _, err := r.book.Test(t.Context(), by, id); return err },
		} {
			if err := call(); !errors.Is(err, hook.ErrForbidden) {
				t.Errorf("%s by %+v: %v", name, by, err)
			}
		}
	}
}

// The log is read newest first, page by page, and goes back 1,000 deliveries and
// 30 days.
func TestRecords(t *testing.T) {
	r := open(t)
	dead := r.receiver(t, nil)
	dead.Close()
	id := r.put(t, dead.URL).Hook.ID
	var rows []journal.Row
	for seq := range 1100 {
		value, err := json.Marshal(hook.Record{V: 1, Seq: uint64(seq + 1), Event: hook.Publish, Item: "a", State: hook.Sent, Attempts: 1})
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, journal.Row{Key: fmt.Sprintf("hook/log/%s/%020d", id, seq+1), Value: value, Expires: noon.Add(30 * 24 * time.Hour)})
	}
	if _, err := r.book.Slate.Put(t.Context(), rows...); err != nil {
		t.Fatal(err)
	}
	before, pages, last := uint64(0), 0, uint64(1101)
	for {
		page, err := r.book.Records(t.Context(), admin, id, before, 300)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, line := range page {
			if line.Seq != last-1 {
				t.Fatalf("%d after %d", line.Seq, last)
			}
			last = line.Seq
		}
		before, pages = last, pages+1
	}
	if pages != 4 || last != 101 {
		t.Errorf("%d pages down to %d", pages, last)
	}
	r.deliver(t)
	r.write(t, "a", "一") // the first delivery trims
	until(t, "trimmed", func() bool {
		rows, err := r.book.Slate.List(t.Context(), "hook/log/"+id+"/", "", time.Time{}, 2000)
		return err == nil && len(rows) <= 1001
	})
	r.pass(31 * 24 * time.Hour)
	if lines := r.records(t, id); len(lines) > 1 {
		t.Errorf("%d lines are older than 30 days", len(lines))
	}
}
