package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kepu/library"
	"kepu/library/proof"
)

// An everyday question leads to its piece: asked of the search as anybody asks
// it, the piece is among the first three.
func TestQuestionsFindTheirPieces(t *testing.T) {
	questions, err := proof.Questions(library.Files())
	if err != nil {
		t.Fatal(err)
	}
	if len(questions) == 0 {
		t.Fatal("the library asks nothing")
	}
	s := start(t, Config{library: true})
	s.caughtUp(t)
	first := 0
	for _, q := range questions {
		status, body := s.get(t, "/api/v1/search?limit=50&q="+url.QueryEscape(q.Text))
		var found struct{ Hits []struct{ Slug string } }
		if err := json.Unmarshal([]byte(body), &found); err != nil || status != http.StatusOK {
			t.Fatalf("%s: status %d, %v", q.Text, status, err)
		}
		rank, before := 0, []string{}
		for i, hit := range found.Hits {
			if hit.Slug == q.Piece {
				rank = i + 1
				break
			}
			if i < 3 {
				before = append(before, hit.Slug)
			}
		}
		switch {
		case rank == 1:
			first++
		case rank == 0:
			t.Errorf("%s (%s) is not among %d found; first came %s", q.Text, q.Piece, len(found.Hits), strings.Join(before, ", "))
		case rank > 3:
			t.Errorf("%s (%s) comes %d.; first came %s", q.Text, q.Piece, rank, strings.Join(before, ", "))
		}
	}
	t.Logf("%d of %d questions find their piece first", first, len(questions))
}

// A first start tells how long the library took to load. Where that is longer
// than two seconds, it has told how far it was, before the end.
func TestAFirstStartTellsHowFarItIs(t *testing.T) {
	app, err := New(t.Context(), Config{storeConfig: storeConfig{data: t.TempDir()}, addr: "127.0.0.1:0", library: true, log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	p := newProgress(&told, "装入自带文章")
	p.begun = p.begun.Add(-2 * time.Second) // as if a slow disk had taken them already
	begun := time.Now()
	err = app.Stock(t.Context(), p)
	bar(t, "a first start loads the library", time.Since(begun), 5*time.Second)
	if err = errors.Join(err, app.Close()); err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`装入自带文章：(\d+)，`).FindStringSubmatch(told.String())
	if m == nil {
		t.Fatalf("told %q", told.String())
	}
	if done, _ := strconv.Atoi(m[1]); done < 1 || done > 25 {
		t.Errorf("first told of %d pieces; by then a slow disk has been silent for long", done)
	}
}
