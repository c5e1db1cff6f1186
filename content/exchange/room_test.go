package exchange_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/content/exchange"
	"kepu/journal"
	"kepu/media"
	"kepu/storage/disk"
	"kepu/storage/sqlite"
)

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// room is an importer over real stores.
type room struct {
	store *sqlite.Store
	blobs *disk.Blobs
	exchange.Import
}

func openRoom(t testing.TB, dir string) *room {
	t.Helper()
	secret, err := journal.OpenSecret(filepath.Join(dir, "secret"))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return noon }
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "store.db"), sqlite.Options{Secret: secret, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	blobs, err := disk.Open(filepath.Join(dir, "blobs"), disk.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	r := &room{store: store, blobs: blobs}
	r.Import = exchange.Import{
		Desk:  &content.Desk{Store: store, Slate: store.Slate(), Now: now},
		Media: &media.Collection{Blobs: blobs, Store: store, Now: now, Temp: dir},
		Actor: "operator", Source: "test", Options: content.ImportOptions{Publish: true},
	}
	if err := r.Desk.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func open(t testing.TB) *room { return openRoom(t, t.TempDir()) }

// run imports paths and wants no error.
func (r *room) run(t testing.TB, paths ...string) exchange.Report {
	t.Helper()
	report, err := r.Paths(t.Context(), paths)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// head is the journal's last sequence number.
func (r *room) head(t testing.TB) uint64 {
	t.Helper()
	p, err := r.store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p.Seq
}

// item reads what stands of an imported item; ok false where there is none.
func (r *room) item(t testing.TB, id string) (item content.Item, ok bool) {
	t.Helper()
	got, err := r.store.Gets(t.Context(), journal.Key{Kind: content.KindItem, ID: journal.IDFor(r.Source, id)})
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range got {
		if item, err = content.Decode[content.Item](record.State); err != nil {
			t.Fatal(err)
		}
		return item, true
	}
	return item, false
}

func (r *room) version(t testing.TB, item content.Item, hash journal.Hash) content.Version {
	t.Helper()
	key := journal.PartKey{Key: journal.Key{Kind: content.KindItem, ID: item.ID}, Hash: hash}
	parts, err := r.store.Parts(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	v, err := content.Decode[content.Version](parts[key])
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// live reads the live version of an item that must have one.
func (r *room) live(t testing.TB, id string) (content.Item, content.Version) {
	t.Helper()
	item, ok := r.item(t, id)
	if !ok || item.Live == "" {
		t.Fatalf("%s is not live", id)
	}
	return item, r.version(t, item, item.Live)
}

// files writes a folder of files.
func files(t testing.TB, list map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range list {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func lineFile(t testing.TB, text string) string {
	return filepath.Join(files(t, map[string]string{"in.jsonl": text}), "in.jsonl")
}

// dot is a PNG of one pixel.
var dot = func() string {
	raw, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		panic(err)
	}
	return string(raw)
}()

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><rect width="40" height="30" fill="#0b5d52"/></svg>`

func wantProblem(t *testing.T, report exchange.Report, where, words string) {
	t.Helper()
	for _, p := range report.Problems {
		if strings.Contains(p.Where, where) && strings.Contains(p.Message, words) {
			return
		}
	}
	t.Errorf("no problem at %q saying %q in %+v", where, words, report.Problems)
}
