package roll

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// Whatever is done, a roll that followed holds what one filled afresh does.
func TestFollowedIsFilled(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	d, c := newDesk(t), &clock{t: epoch.Add(24 * time.Hour)}
	w := &random{desk: deskOf(t, d.store, seed)}
	r := openRoll(t, filepath.Join(t.TempDir(), "roll.db"), c.now)
	for range 50 {
		w.step()
	}
	stop := follow(t, r, d.store)
	for round := range soak(3, 100) {
		var seq uint64
		for range 100 {
			seq = w.step()
		}
		if round%2 == 1 { // one at a time, and many at once
			stop()
			for range 100 {
				seq = w.step()
			}
			stop = follow(t, r, d.store)
		}
		shownUpTo(t, r, seq)
		wantFresh(t, r, d.store, c.now)
		if t.Failed() {
			return
		}
	}
}

// Time alone ends what is live and makes facts due to be checked, as filling
// the file afresh later does.
func TestTurn(t *testing.T) {
	d, r, c := started(t)
	w := &random{desk: d}
	var seq uint64
	for n := range 60 {
		it := w.fresh()
		w.items = append(w.items, it)
		it.Live = it.Draft
		if n%2 == 0 {
			it.Until = days(n%20 - 5)
		}
		seq = w.put("publish", it)
	}
	shownUpTo(t, r, seq)
	for day := range 30 {
		c.set(epoch.AddDate(0, 0, 1+day))
		for {
			next, err := r.turn(within(t))
			if err != nil {
				t.Fatal(err)
			}
			if next.IsZero() || next.After(c.now()) {
				break
			}
		}
		if day%5 == 0 {
			wantFresh(t, r, d.store, c.now)
		}
	}
	expired := items(t, r, Query{Sight: Everything(), Status: StatusExpired, Limit: 100})
	if len(expired) != 30 {
		t.Errorf("%d of 30 have expired", len(expired))
	}
	for _, row := range expired {
		if row.Live || row.Status != StatusExpired {
			t.Errorf("expired: %+v", row)
		}
	}
}

// An item that was erased leaves nothing but its entries.
func TestErased(t *testing.T) {
	d, r, c := started(t)
	w := &random{desk: d}
	it := w.fresh()
	it.Live = it.Draft
	w.put("create", it)
	shownUpTo(t, r, w.put("place", it))
	key := itemKey(it.ID)
	result, err := d.store.Erase(within(t), journal.Change{Key: key, Rev: d.revs[key], Act: "erase", Actor: "admin", At: d.at.Add(time.Minute)})
	if err != nil || result.Err != nil {
		t.Fatal(err, result.Err)
	}
	shownUpTo(t, r, result.Entry.Seq)
	if rows := items(t, r, Query{Sight: Everything()}); len(rows) != 0 {
		t.Errorf("still listed: %+v", rows)
	}
	acts, err := r.Acts(within(t), content.KindItem, it.ID, 0, 10)
	if err != nil || len(acts) != 3 || acts[0].Act != "erase" || !acts[0].Gone || acts[0].Actor != "admin" || acts[2].Rev != 1 {
		t.Errorf("acts %+v, %v", acts, err)
	}
	wantFresh(t, r, d.store, c.now)
}
