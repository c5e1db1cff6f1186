package roll

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"kepu/content"
)

// What the file holds may change only together with form: an older file would be
// misread, not made anew.
func TestStoredForm(t *testing.T) {
	h := sha256.New()
	fmt.Fprint(h, schema, Statuses, content.Audiences, stages(), bitStatus, bitAudience, bitStage, bitTwo, bitHeld)
	for _, kept := range []any{card{}, person{}, key{}} {
		fmt.Fprintln(h, shape(reflect.TypeOf(kept), 0))
	}
	it := content.Item{Live: "a", Draft: "b", Until: days(5), Schedule: &content.Schedule{At: *days(1)}, Writers: []string{"w"}}
	mask, turn := maskOf(&it, *days(2), epoch)
	fmt.Fprintln(h, mask, turn.UnixMilli(), people(&it, "c"), list([]string{"x", "y"}), spelled("台风来了"), words("台风来了 PM2.5"))
	const want = "form 1 271f994790ee3a53"
	if got := fmt.Sprintf("form %d %s", form, hex.EncodeToString(h.Sum(nil)[:8])); got != want {
		t.Errorf("the stored form is %q, was %q: number form anew", got, want)
	}
}

// shape writes out the members of a struct as JSON names them.
func shape(of reflect.Type, depth int) string {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || of == reflect.TypeFor[time.Time]() || of == reflect.TypeFor[json.RawMessage]() || depth > 5 {
		return of.Kind().String()
	}
	var b strings.Builder
	b.WriteString("{")
	for i := range of.NumField() {
		f := of.Field(i)
		b.WriteString(f.Tag.Get("json") + ":" + shape(f.Type, depth+1) + " ")
	}
	return b.String() + "}"
}

func TestKeysIn(t *testing.T) {
	key := string(blob(7))
	for text, want := range map[string]int{"": 0, key: 1, "/media/" + key + "/a.png": 1, key + " " + key: 2, key + "0": 0, key[1:]: 0, strings.ToUpper(string(blob(10))): 0, "g" + key: 1} {
		if got := keysIn(text); len(got) != want {
			t.Errorf("%q holds %q", text, got)
		}
	}
}

// Where a file cannot be opened for now the node starts, and its lists wait.
func TestUnopened(t *testing.T) {
	d := newDesk(t)
	w := &random{desk: d}
	var seq uint64
	for range 30 {
		seq = w.step()
	}
	c := &clock{t: epoch}
	dir := t.TempDir()
	r := openRoll(t, dir+"/"+fileName, c.now)
	if err := r.file.close(); err != nil {
		t.Fatal(err)
	}
	r.file = &file{} // as Open leaves it
	follow(t, r, d.store)
	shownUpTo(t, r, seq)
	wantFresh(t, r, d.store, c.now)
}

// A question that SQLite refuses does not throw the file away; a table that is
// gone does.
func TestSuspect(t *testing.T) {
	d, r, c := started(t)
	w := &random{desk: d}
	shownUpTo(t, r, w.step())
	file := func() *file {
		r.use.RLock()
		defer r.use.RUnlock()
		return r.file
	}
	was := file()
	wrong := func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT 1 FROM nothing").Err()
	}
	if err := r.view(within(t), "ask", wrong); !errors.Is(err, errSuspect) {
		t.Errorf("a wrong question: %v", err)
	}
	if err := r.view(within(t), "ask", func(context.Context, *sql.DB) error { panic("ours") }); !errors.Is(err, errSuspect) {
		t.Errorf("a panic: %v", err)
	}
	shownUpTo(t, r, w.step())
	if file() != was {
		t.Error("the file was made anew")
	}
	r.pen.Lock()
	_, err := was.conn.ExecContext(within(t), "DROP TABLE slug")
	r.pen.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	deadline := within(t)
	for file() == was {
		if deadline.Err() != nil {
			t.Fatal("the file is kept")
		}
		if _, err := r.Slug(deadline, "x"); err == nil {
			break
		}
		pause(deadline, time.Millisecond)
	}
	wantFresh(t, r, d.store, c.now)
}
