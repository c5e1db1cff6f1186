package studio

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"kepu/roll"
)

// pages gives n pages of entries, then last.
func pages(n int, last error) func(string) (roll.EntryPage, error) {
	return func(after string) (roll.EntryPage, error) {
		at, _ := strconv.Atoi(after)
		if at == n {
			return roll.EntryPage{}, last
		}
		list := roll.EntryPage{Next: strconv.Itoa(at + 1)}
		if at == n-1 && last == nil {
			list.Next = ""
		}
		for i := range 100 {
			list.Entries = append(list.Entries, roll.Entry{Seq: uint64(100*at + i), Kind: "item", ID: "a", Rev: 1, Act: "save", Actor: "u", At: time.UnixMilli(0).UTC()})
		}
		return list, nil
	}
}

// TestTrail: a trail reads the same by large pieces and by single bytes, is never
// held whole, and one that breaks off does not end as if it were whole.
func TestTrail(t *testing.T) {
	for _, form := range []string{formCSV, formJSONL} {
		whole, err := io.ReadAll(&trail{form: form, page: pages(30, nil)})
		if err != nil {
			t.Fatal(err)
		}
		lines := 3000
		if form == formCSV {
			lines++
		}
		if got := bytes.Count(whole, []byte("\n")); got != lines {
			t.Errorf("%s: %d lines, want %d", form, got, lines)
		}
		if err := iotest.TestReader(&trail{form: form, page: pages(2, nil)}, whole[:bytes.Index(whole, []byte(lineOf(form, 200)))]); err != nil {
			t.Errorf("%s: %v", form, err)
		}
		long := &trail{form: form, page: pages(1000, nil)}
		most := 0
		for buf := make([]byte, 4096); ; most = max(most, long.text.Cap()) {
			if _, err := long.Read(buf); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if most > 64<<10 {
			t.Errorf("%s: %d bytes are held of it", form, most)
		}
		lost := errors.New("lost")
		got, err := io.ReadAll(&trail{form: form, page: pages(2, lost)})
		if !errors.Is(err, lost) || len(got) == 0 || !bytes.HasPrefix(whole, got) {
			t.Errorf("%s broken off: %d bytes and %v", form, len(got), err)
		}
	}
}

// lineOf is how the line of an entry begins.
func lineOf(form string, seq int) string {
	if form == formCSV {
		return strconv.Itoa(seq) + ",1970"
	}
	return `{"seq":` + strconv.Itoa(seq) + ","
}

// TestCells: no cell is a formula, and a table reads back as what it was.
func TestCells(t *testing.T) {
	list := roll.EntryPage{}
	actors := map[string]string{`=HYPERLINK("http://a","b")`: `'=HYPERLINK("http://a","b")`, "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0", "-1+1": "'-1+1", "@SUM(A1)": "'@SUM(A1)",
		"\t=1": "'\t=1", "\r=1": "'=1", "a=b": "a=b", "'=": "'=", `a,"b`: `a,"b`, "0190-ab": "0190-ab", "": ""}
	for actor := range actors {
		list.Entries = append(list.Entries, roll.Entry{Seq: 1, Actor: actor, ID: "-id", Kind: "-kind", Act: "-act", At: time.UnixMilli(1).UTC()})
	}
	text, err := io.ReadAll(&trail{form: formCSV, page: func(string) (roll.EntryPage, error) { return list, nil }})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) != len(actors)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := strings.Join(rows[0], ","); got != "seq,at,actor,act,kind,id,rev,gone" {
		t.Errorf("the columns are %s", got)
	}
	for i, row := range rows[1:] {
		want := []string{"1", "1970-01-01T00:00:00.001Z", actors[list.Entries[i].Actor], "'-act", "'-kind", "'-id", "0", "false"}
		if strings.Join(row, "\x00") != strings.Join(want, "\x00") {
			t.Errorf("%q, want %q", row, want)
		}
	}
}
