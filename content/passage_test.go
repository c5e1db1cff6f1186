package content_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"kepu/content"
)

// Real passages, simplified and traditional, go in whole and only once, each
// under an address of its own.
func TestImportPassages(t *testing.T) {
	r := open(t)
	slugs := map[string]bool{}
	for _, name := range []string{"cmrc", "drcd"} {
		subs := passages(t, name)
		for i, got := range r.takeAll(t, subs, publish) {
			wantOutcome(t, got, content.Published)
			if slugs[got.Slug] || !content.ValidSlug(got.Slug) {
				t.Errorf("%q stands under %q", subs[i].Version.Title, got.Slug)
			}
			slugs[got.Slug] = true
		}
		head := r.head(t)
		for _, got := range r.takeAll(t, passages(t, name), publish) {
			wantOutcome(t, got, content.Unchanged)
		}
		if r.head(t) != head {
			t.Errorf("importing %s again wrote %d entries", name, r.head(t)-head)
		}
	}
	t.Logf("%d passages", len(slugs))
}

func passages(t *testing.T, name string) []content.Submission {
	t.Helper()
	data := os.Getenv("KEPU_TEST_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "shared", "data")
	}
	file, err := os.Open(filepath.Join(data, "search", name, "docs.jsonl"))
	if os.IsNotExist(err) {
		t.Skipf("no passages: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var subs []content.Submission
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var doc struct{ ID, Title, Text string }
		if err := json.Unmarshal(lines.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Title == "" {
			continue // two of them; the desk has no item without one
		}
		s := article(doc.ID, doc.Title, doc.Text)
		s.Source = name
		subs = append(subs, s)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return subs
}
