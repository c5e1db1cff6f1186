package shelf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kepu/content"
	"kepu/journal"
)

// Another store's content is never shown beside one's own.
func TestAnotherStore(t *testing.T) {
	a, b := newDesk(t), newDesk(t)
	dir := t.TempDir()
	s := openShelf(t, dir, nil)
	stop := follow(t, s, a.store)
	shown(t, s, a.publish(article1(1, placed(content.Youth, 50)), article1(2, placed(content.Youth, 50))))
	stop()
	seq := b.publish(article1(3, placed(content.Youth, 50)))
	stop = follow(t, s, b.store)
	deadline := within(t)
	for s.Position().Identity != b.store.Identity() {
		if deadline.Err() != nil {
			t.Fatal("still of the former store")
		}
		if err := pause(deadline, saveEvery/100); err != nil {
			t.Fatal(err)
		}
	}
	shown(t, s, seq)
	if got := slugs(page(t, s, PageQuery{})); !slices.Equal(got, []string{"item-3"}) {
		t.Errorf("shows %v", got)
	}
	if f := view(t, s).Lookup("item-1"); f.State != Unknown {
		t.Errorf("former item: %+v", f)
	}
	wantFresh(t, s, b.store)
	stop()
}

// A store that was put back to an earlier state and went another way is
// noticed by its hashes.
func TestStoreWentAnotherWay(t *testing.T) {
	dir := t.TempDir()
	store := openStore(t, dir)
	d := &desk{t: t, store: store, revs: map[journal.Key]uint64{}}
	d.publish(article1(1, placed(content.Youth, 50)))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile(filepath.Join(dir, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	s := openShelf(t, t.TempDir(), nil)
	store = openStore(t, dir)
	d.store = store
	stop := follow(t, s, store)
	shown(t, s, d.publish(article1(2, placed(content.Youth, 50))))
	stop()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"journal.db-wal", "journal.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "journal.db"), copied, 0o600); err != nil {
		t.Fatal(err)
	}
	store = openStore(t, dir)
	defer store.Close()
	d = &desk{t: t, store: store, revs: map[journal.Key]uint64{}}
	d.publish(article1(3, placed(content.Youth, 50)))
	seq := d.publish(article1(4, placed(content.Youth, 50)))
	stop = follow(t, s, store)
	shown(t, s, seq)
	if got := slugs(page(t, s, PageQuery{})); !slices.Equal(got, []string{"item-4", "item-3", "item-1"}) {
		t.Errorf("shows %v", got)
	}
	wantFresh(t, s, store)
	stop()
}

// A view stays as it is whatever happens, and Close waits for it.
func TestViewIsASnapshot(t *testing.T) {
	d := newDesk(t)
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	stop := follow(t, s, d.store)
	a := article1(1, placed(content.Youth, 50))
	shown(t, s, d.publish(a))
	v := s.View()
	if _, err := v.Item(a.item.ID); err != nil {
		t.Fatal(err)
	}
	late := s.View() // reads nothing before the end
	var before bytes.Buffer
	if err := v.Dump(&before); err != nil {
		t.Fatal(err)
	}
	a.version.Title = "新题"
	d.publish(a)
	shown(t, s, d.publish(d.random100()...))
	if err := s.save(); err != nil {
		t.Fatal(err)
	}
	stop()
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	<-s.stop
	var after bytes.Buffer
	if err := v.Dump(&after); err != nil || after.String() != before.String() {
		t.Errorf("the view changed: %v", err)
	}
	if c, err := v.Card(a.item.ID); err != nil || c.Title != "第 1 篇" {
		t.Errorf("card: %+v, %v", c, err)
	}
	select {
	case <-closed:
		t.Error("closed under a view")
	default:
	}
	v.Close()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if _, err := late.Item(a.item.ID); !errors.Is(err, ErrClosed) {
		t.Errorf("view of a closed shelf: %v", err)
	}
	late.Close()
	if err := s.Wait(within(t), 1<<40); !errors.Is(err, ErrClosed) {
		t.Errorf("wait on a closed shelf: %v", err)
	}
}

func (d *desk) random100() []sample {
	var all []sample
	for n := range 100 {
		all = append(all, article1(100+n, placed(content.Youth, 50)))
	}
	return all
}

// Check is no empty promise: it names what differs.
func TestCheckFinds(t *testing.T) {
	d, s, _ := started(t)
	a, b := article1(1, placed(content.Youth, 50)), article1(2, placed(content.Youth, 50))
	shown(t, s, d.publish(a, b))
	raw, _ := parseID(a.item.ID)
	err := s.change(func(e *edit, d *draft) error {
		d.set(bucketCard, string(raw[:]), nil)
		d.set(bucketSlug, "ghost", raw[:])
		slot, _ := e.slot(raw)
		moved := *slot
		moved.fresh++
		e.put(moved, true)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	problems, err := s.Check(within(t), d.store, t.TempDir())
	all := strings.Join(problems, "\n")
	if err != nil || !strings.Contains(all, "缺少 c/") || !strings.Contains(all, "多出 s/ghost") || !strings.Contains(all, "order/youth/"+a.item.ID+" 不同") {
		t.Errorf("%v\n%s", err, all)
	}
}

// The file's records may change only together with fileFormat: an older file
// would be misread, not rebuilt.
func TestStoredForm(t *testing.T) {
	card, mark := fullCard(), fullMark()
	h := sha256.New()
	for _, b := range [][]byte{
		card.encode(), mark.encode(), (&hold{[]string{"a"}, []string{"b"}}).encode(), (&fact{"t", 1, "o"}).encode(),
		encodeItem(7, []byte("{}"), []byte("{}")), encodeDoc(7, []byte("{}")), []byte(buckets),
	} {
		h.Write(b)
	}
	const want = "kepu shelf 2 441318beac9b1550"
	if got := fileFormat + " " + hex.EncodeToString(h.Sum(nil)[:8]); got != want {
		t.Errorf("stored form is %q, was %q: number fileFormat anew", got, want)
	}
}
