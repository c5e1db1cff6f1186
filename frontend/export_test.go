package frontend_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"testing"
	"time"

	"kepu/journal"
	"kepu/roll"
)

// TestAuditExport: the file holds what the listing shows, under the same
// filters, over many pages; and ids, never a name.
func TestAuditExport(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	auditor, editor := r.hire("hidden-auditor", "auditor"), r.hire("editor", "editor")
	const many = 730
	changes := make([]journal.Change, many)
	for i := range changes {
		changes[i] = journal.Change{Key: journal.Key{Kind: "sheet", ID: fmt.Sprintf("-%d", i)}, State: []byte(`{"v":1}`), Act: "fill", Actor: "=cmd", At: time.Date(2026, 11, 1+i%20, 4, 0, 0, 0, time.UTC)}
	}
	results, err := r.store.Commit(t.Context(), changes...)
	if err != nil {
		t.Fatal(err)
	}
	last := results[many-1].Entry.Seq
	r.wait()

	// listed is what the listing shows, page by page.
	listed := func(query string) (all []roll.Entry) {
		t.Helper()
		for after := ""; ; {
			var list struct {
				Entries []roll.Entry
				Next    string
			}
			auditor.get("/audit?limit=100&after="+after+query).want(t, 200, "").json(t, &list)
			all = append(all, list.Entries...)
			if after = list.Next; after == "" {
				return all
			}
		}
	}
	for _, query := range []string{"", "&kind=sheet", "&kind=sheet&act=fill&from=2026-11-03&to=2026-11-03", "&actor=operator", "&kind=sheet&id=-7", "&kind=none"} {
		want := listed(query)
		a := auditor.get(fmt.Sprintf("/audit/export?format=jsonl&seq=%d%s", last, query)).want(t, 200, "")
		var got []roll.Entry
		for dec := json.NewDecoder(bytes.NewReader(a.body)); dec.More(); {
			var e roll.Entry
			if err := dec.Decode(&e); err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: %d entries are exported, %d listed", query, len(got), len(want))
		}
		how, params, err := mime.ParseMediaType(a.Header.Get("Content-Disposition"))
		if err != nil || how != "attachment" || !strings.HasSuffix(params["filename"], ".jsonl") || a.Header.Get("Content-Type") != "application/jsonl; charset=utf-8" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q: %v", query, a.Header)
		}

		a = auditor.get("/audit/export?"+strings.TrimPrefix(query, "&")).want(t, 200, "")
		rows, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
		if err != nil || len(rows) != len(want)+1 || a.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(a.Header.Get("Content-Disposition"), ".csv") {
			t.Fatalf("%q: %d rows of %d, %v, %v", query, len(rows), len(want), err, a.Header)
		}
		for i, e := range want {
			if row := rows[i+1]; row[0] != fmt.Sprint(e.Seq) || strings.TrimPrefix(row[2], "'") != e.Actor || strings.TrimPrefix(row[5], "'") != e.ID || row[7] != fmt.Sprint(e.Gone) {
				t.Errorf("%q: %v for %v", query, row, e)
			}
			if e.Kind == "sheet" && (rows[i+1][2] != "'=cmd" || rows[i+1][5][:2] != "'-") {
				t.Errorf("a formula is left in %v", rows[i+1])
			}
		}
		if bytes.Contains(a.body, []byte("hidden")) {
			t.Errorf("%q: somebody's name is in the file", query)
		}
	}
	if n := len(listed("&kind=sheet")); n != many {
		t.Errorf("%d sheets are listed, %d were filled", n, many)
	}

	auditor.get("/audit/export?format=xlsx").want(t, 400, "bad_request")
	auditor.get("/audit/export?after=x").want(t, 400, "bad_request")
	auditor.get("/audit/export?from=yesterday").want(t, 400, "bad_request")
	auditor.send("POST", "/audit/export", nil).want(t, 405, "")
	editor.get("/audit/export").want(t, 403, "forbidden")
	r.visitor().get("/audit/export").want(t, 401, "signed_out")
	if a := auditor.send("HEAD", "/audit/export", nil); a.StatusCode != 200 || len(a.body) > 0 || a.Header.Get("Content-Disposition") == "" {
		t.Errorf("HEAD: %d %v", a.StatusCode, a.Header)
	}
	auditor.get("/audit?limit=1").want(t, 200, "") // the connection is in step
}
