package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"kepu/journal"
)

// A file of schema 1 opens for ever, with everything in it.
func TestPinned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kepu.db")
	alter(t, path, string(read(t, filepath.Join("testdata", "store.v1.sql"))))
	s, ctx := open(t, path), context.Background()
	if faults, err := check(s, nil); err != nil || len(faults) != 0 {
		t.Fatal(faults, err)
	}
	a, b, c := journal.Key{Kind: "item", ID: "a"}, journal.Key{Kind: "item", ID: "b"}, journal.Key{Kind: "item", ID: "c"}
	if r, err := s.Get(ctx, a); err != nil || r.Rev != 2 || string(r.State) != `{"title":"台风来临前要做什么","v":1}` {
		t.Errorf("a: %+v, %v", r, err)
	}
	if r, err := s.GetRev(ctx, a, 1); err != nil || string(r.State) != `{"title":"台风来临前","v":1}` {
		t.Errorf("a, first: %+v, %v", r, err)
	}
	if r, err := s.Get(ctx, b); err != nil || r.Rev != 2 || r.State != nil {
		t.Errorf("b: %+v, %v", r, err)
	}
	if _, err := s.Get(ctx, c); !errors.Is(err, journal.ErrErased) {
		t.Errorf("c: %v", err)
	}
	part := []byte(`{"body":"正文","v":1}`)
	if found, err := s.Parts(ctx, journal.PartKey{Key: a, Hash: journal.Sum(part)}); err != nil || len(found) != 1 {
		t.Errorf("part: %v, %v", found, err)
	}
	row, err := s.Slate().Get(ctx, "slug/台风")
	if err != nil || string(row.Value) != "a" || row.Version == 0 || row.Due != time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC) {
		t.Errorf("row: %+v, %v", row, err)
	}
	entries, err := s.Entries(ctx, 0, 10)
	if err != nil || len(entries) != 6 || entries[5].Act != "erase" || entries[0].At != row.Due {
		t.Errorf("entries: %+v, %v", entries, err)
	}
	commit(t, s, journal.Change{Key: a, Rev: 2, State: []byte(`{"v":2}`), Act: "save", Actor: "u1"})
	// Whoever changes the schema must count it up and pin the new one.
	fresh := filepath.Join(t.TempDir(), "kepu.db")
	fill(t, fresh, 0)
	if was, is := tables(t, path), tables(t, fresh); !slices.Equal(was, is) {
		t.Errorf("schema 1 was %q, is %q", was, is)
	}
}

func tables(t *testing.T, path string) (all []string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	defer db.Close()
	rows, err := db.Query("SELECT coalesce(sql, name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name")
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var text string
		must(t, rows.Scan(&text))
		all = append(all, text)
	}
	must(t, rows.Err())
	return all
}
