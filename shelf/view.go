package shelf

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"kepu/content"
	"kepu/media"
)

// View is one immutable snapshot of the shelf, for one goroutine. It is of the
// moment of the first call that reads more than memory: only Version, Epoch,
// Seq and Count come before that, and they may be of an earlier moment.
type View struct {
	shelf *Shelf
	st    *state
	reader
	err error // why it cannot read the file
}

// View is one immutable snapshot. Close it soon; it must not be used after.
func (s *Shelf) View() *View { return &View{shelf: s, st: s.state.Load()} }

// Close gives the snapshot back.
func (v *View) Close() {
	if v.tx != nil {
		tx := v.tx
		v.tx = nil
		if err := guard(tx.Rollback); err != nil && !errors.Is(err, bolterrors.ErrTxClosed) {
			v.shelf.hurt(err)
		}
	}
	if v.err == nil {
		v.err = ErrClosed
	}
}

// Seq is up to which entry of the journal the view shows.
func (v *View) Seq() uint64 { return v.st.position.Seq }

// Count is the number of live items.
func (v *View) Count() int { return v.st.items }

// pin fixes the snapshot: a read transaction whose step the state's layers
// cover. Where the file has gone on since, the newer state is taken.
func (v *View) pin() error {
	for v.tx == nil && v.err == nil {
		tx, step, err := v.st.file.begin()
		switch {
		case errors.Is(err, bolterrors.ErrDatabaseNotOpen):
			if now := v.shelf.state.Load(); now.file != v.st.file {
				v.st = now
				continue
			}
			v.err = ErrClosed
		case err != nil:
			v.fail(err)
		case step < v.st.saved || step > v.st.step:
			if err := tx.Rollback(); err != nil {
				v.fail(err)
			}
			v.st = v.shelf.state.Load()
		default:
			v.reader = reader{layers: v.st.layers, tx: tx}
		}
	}
	return v.err
}

// steady fixes the snapshot before a call that reads memory only and has no
// error to give.
func (v *View) steady() {
	if err := v.pin(); err != nil {
		return // what memory holds is of one state all the same
	}
}

func (f *file) begin() (tx *bolt.Tx, step uint64, err error) {
	err = guard(func() error {
		if tx, err = f.db.Begin(false); err != nil {
			return err
		}
		b, err := get(tx, bucketMeta, "step")
		if err == nil && b != nil {
			d := newDec(b)
			step, err = d.uint(), d.err()
		}
		return err
	})
	if err != nil && tx != nil {
		err = errors.Join(err, guard(tx.Rollback))
		tx = nil
	}
	return tx, step, err
}

// fail notes an error of the file.
func (v *View) fail(err error) error {
	v.shelf.hurt(err)
	v.err = fmt.Errorf("read shelf: %w", err)
	return v.err
}

// read gives a value; the view is pinned.
func (v *View) read(bucket byte, key string) ([]byte, error) {
	if err := v.pin(); err != nil {
		return nil, err
	}
	b, err := v.get(bucket, key)
	if err != nil {
		v.shelf.hurt(err)
		return nil, fmt.Errorf("read shelf: %w", err)
	}
	return b, nil
}

// Item gives a live item whole; ErrNotFound.
func (v *View) Item(id string) (*Item, error) {
	raw, ok := parseID(id)
	if !ok {
		return nil, ErrNotFound
	}
	if err := v.pin(); err != nil {
		return nil, err
	}
	s, ok := v.st.slot(raw)
	if !ok {
		return nil, ErrNotFound
	}
	b, err := v.read(bucketItem, string(raw[:]))
	if err != nil {
		return nil, err
	}
	it, err := decodeItem(b)
	if err == nil && it.Rev != s.rev {
		err = fmt.Errorf("%w: item %s at revision %d, not %d", errDamaged, id, it.Rev, s.rev)
	}
	if err != nil {
		v.shelf.hurt(err)
		return nil, fmt.Errorf("read shelf: %w", err)
	}
	return it, nil
}

// Card gives one live item's card (without Why); ErrNotFound.
func (v *View) Card(id string) (Card, error) {
	raw, ok := parseID(id)
	if !ok {
		return Card{}, ErrNotFound
	}
	if err := v.pin(); err != nil {
		return Card{}, err
	}
	if _, ok := v.st.slot(raw); !ok {
		return Card{}, ErrNotFound
	}
	return v.card(raw)
}

func (v *View) card(id uuid) (Card, error) {
	b, err := v.read(bucketCard, string(id[:]))
	if err != nil {
		return Card{}, err
	}
	c, err := decodeCard(b)
	if err != nil {
		v.shelf.hurt(err)
		return Card{}, fmt.Errorf("read shelf: card %s: %w", id, err)
	}
	return c, nil
}

// IDs calls fn for every live item's id and revision until fn returns false:
// what a rebuild of the index is filled from.
func (v *View) IDs(fn func(id string, rev uint64) bool) {
	v.steady()
	v.st.parts[partIDs].tree.all(func(e entry) bool {
		s := v.st.table.at(e.h)
		return !s.shown || fn(s.id.String(), s.rev)
	})
}

// Topics are the topics of the tree in order, parents before children.
func (v *View) Topics() []content.Topic {
	v.steady()
	return slices.Clone(v.st.docs.tree)
}

// Topic gives one topic; ErrNotFound.
func (v *View) Topic(key string) (content.Topic, error) {
	v.steady()
	return doc(v.st.docs.topics, key)
}

// Series gives one series; ErrNotFound.
func (v *View) Series(slug string) (content.Series, error) {
	v.steady()
	return doc(v.st.docs.series, slug)
}

// AllSeries are all series by slug.
func (v *View) AllSeries() []content.Series {
	v.steady()
	return sorted(v.st.docs.series)
}

// Scene gives one scene, past and coming ones too; ErrNotFound.
func (v *View) Scene(slug string) (content.Scene, error) {
	v.steady()
	return doc(v.st.docs.scenes, slug)
}

// Scenes are all scenes by start.
func (v *View) Scenes() []content.Scene {
	v.steady()
	all := sorted(v.st.docs.scenes)
	slices.SortStableFunc(all, bySceneStart)
	return all
}

// Setting reads a setting's state into a value; ErrNotFound.
func (v *View) Setting(name string, into any) error {
	v.steady()
	state, err := doc(v.st.docs.settings, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(state, into); err != nil {
		return fmt.Errorf("read setting %s: %w", name, err)
	}
	return nil
}

// Grey tells whether pages are to be without colour now. It changes with
// Settings, at the instants that the setting names too.
func (v *View) Grey() bool {
	v.steady()
	return v.st.docs.greyAt(v.st.at)
}

func doc[T any](from map[string]T, name string) (T, error) {
	d, ok := from[name]
	if !ok {
		return d, ErrNotFound
	}
	return d, nil
}

func sorted[T any](from map[string]T) []T {
	keys := make([]string, 0, len(from))
	for key := range from {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	all := make([]T, len(keys))
	for i, key := range keys {
		all[i] = from[key]
	}
	return all
}

// Medium is the answer of Media. State is Live, Gone or Unknown.
type Medium struct {
	State string
	Type  string
	Size  int64
}

// Media says whether something live shows a blob, or the source it was made
// from, and what it is.
func (v *View) Media(key media.Key) Medium {
	raw, ok := rawBlob(key)
	if !ok {
		return Medium{}
	}
	m, err := v.medium(raw)
	if err != nil {
		v.shelf.log.Error("shelf: media permission", "key", key, "err", err)
		return Medium{}
	}
	return m
}

func (v *View) medium(raw string) (m Medium, err error) {
	var f fact
	b, err := v.read(bucketAsset, raw)
	if err == nil && b != nil {
		if f, err = decodeFact(b); err != nil {
			v.shelf.hurt(err)
		}
	}
	if err != nil {
		return m, err
	}
	m.Type, m.Size = f.Type, f.Size
	for _, shown := range []string{raw, f.Of} {
		if shown == "" {
			continue
		}
		b, err := v.read(bucketBlob, shown)
		if err != nil {
			return m, err
		}
		n, err := decodeCount(b)
		if err != nil {
			v.shelf.hurt(err)
			return m, err
		}
		if n > 0 {
			m.State = Live
			return m, nil
		}
		if b != nil {
			m.State = Gone
		}
	}
	return m, nil
}
