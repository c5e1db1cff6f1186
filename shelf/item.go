package shelf

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

// Item is a live item with its live version.
type Item struct {
	Rev     uint64
	Item    content.Item
	Version content.Version
}

// stored is an item as the file keeps it.
func encodeItem(rev uint64, item, version []byte) []byte {
	e := enc{b: make([]byte, 0, len(item)+len(version)+16)}
	e.uint(rev)
	e.uint(uint64(len(item)))
	e.b = append(append(e.b, item...), version...)
	return e.b
}

func decodeItem(b []byte) (*Item, error) {
	head := newDec(b[:min(len(b), 20)])
	before := len(head.s)
	it := &Item{Rev: head.uint()}
	n := head.uint()
	b = b[before-len(head.s):]
	if head.bad || n > uint64(len(b)) {
		return nil, errDamaged
	}
	if err := json.Unmarshal(b[:n], &it.Item); err != nil {
		return nil, fmt.Errorf("%w: item: %w", errDamaged, err)
	}
	if err := json.Unmarshal(b[n:], &it.Version); err != nil {
		return nil, fmt.Errorf("%w: version: %w", errDamaged, err)
	}
	return it, nil
}

// tomb is what is kept of an item that is gone.
type tomb struct {
	Rev   uint64        `json:"rev"`
	Kind  string        `json:"kind"`
	Slug  string        `json:"slug"`
	Title string        `json:"title,omitempty"`
	Gone  *content.Gone `json:"gone"`
}

// fact is what is known of a blob from its asset.
type fact struct {
	Type string `json:"type"`
	Size int64  `json:"size"`
	Of   string `json:"of,omitempty"` // the source's raw key, of a rendition
}

func (f *fact) encode() []byte {
	var e enc
	e.str(f.Type)
	e.int(f.Size)
	e.str(f.Of)
	return e.b
}

func decodeFact(b []byte) (f fact, err error) {
	d := newDec(b)
	f.Type, f.Size, f.Of = d.str(), d.int(), d.str()
	return f, d.err()
}

// rawBlob gives a blob's key as bytes; ok false where it is none.
func rawBlob(key media.Key) (string, bool) {
	b, err := hex.DecodeString(string(key))
	return string(b), err == nil && len(b) == 32
}

// rawBlobs are the blobs of some keys, sorted and distinct.
func rawBlobs(keys []media.Key) []string {
	var raw []string
	for _, key := range keys {
		if b, ok := rawBlob(key); ok {
			raw = append(raw, b)
		}
	}
	slices.Sort(raw)
	return slices.Compact(raw)
}

// work is one record on its way to the shelf.
type work struct {
	journal.Record
	item    content.Item
	version content.Version
	part    []byte // the live version's state
}

// setItem writes an item's records. It gives the mark of a live one; nil where
// the item is not live. touched tells whether its card is another than before.
func (d *draft) setItem(id uuid, w *work) (m *mark, touched bool, err error) {
	who := string(id[:])
	switch {
	case w.State == nil || w.item.Live == "" && w.item.Gone == nil:
		return nil, true, d.dropItem(who, hold{}, nil)
	case w.item.Live == "":
		t, err := d.tomb(who, w)
		if err != nil {
			return nil, true, err
		}
		return nil, true, d.dropItem(who, hold{slugs: w.item.Slugs}, t)
	}
	card := makeCard(&w.item, &w.version)
	encoded := card.encode()
	old, err := d.get(bucketCard, who)
	if err != nil {
		return nil, false, err
	}
	if touched = string(old) != string(encoded); touched {
		d.set(bucketCard, who, encoded)
	}
	made := makeMark(w.Rev, &w.item)
	d.set(bucketMark, who, made.encode())
	d.set(bucketItem, who, encodeItem(w.Rev, w.State, w.part))
	d.set(bucketGone, who, nil)
	return &made, touched, d.hold(who, hold{slugs: w.item.Slugs, blobs: rawBlobs(w.version.MediaKeys())})
}

// tomb remembers a withdrawn item under the title it was last shown with.
func (d *draft) tomb(who string, w *work) ([]byte, error) {
	t := tomb{Rev: w.Rev, Kind: w.item.Kind, Gone: w.item.Gone}
	if len(w.item.Slugs) > 0 {
		t.Slug = w.item.Slugs[0]
	}
	b, err := d.get(bucketCard, who)
	if err != nil {
		return nil, err
	}
	if b != nil {
		card, err := decodeCard(b)
		if err != nil {
			return nil, err
		}
		t.Title = card.Title
	} else if b, err = d.get(bucketGone, who); err != nil {
		return nil, err
	} else if b != nil {
		var before tomb
		if err := json.Unmarshal(b, &before); err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
		t.Title = before.Title
	}
	if t.Title == "" {
		t.Title = w.version.Title
	}
	return json.Marshal(t)
}

// dropItem removes what stands for a live item.
func (d *draft) dropItem(who string, h hold, tomb []byte) error {
	for _, bucket := range []byte{bucketCard, bucketMark, bucketItem} {
		d.set(bucket, who, nil)
	}
	d.set(bucketGone, who, tomb)
	return d.hold(who, h)
}

// setAsset notes what is known of an asset's blobs.
func (d *draft) setAsset(a *media.Asset) {
	source, ok := rawBlob(a.Key)
	if !ok {
		return
	}
	d.set(bucketAsset, source, (&fact{Type: a.Type, Size: a.Size}).encode())
	for _, r := range a.Rendition {
		if raw, ok := rawBlob(r.Key); ok && raw != source {
			d.set(bucketAsset, raw, (&fact{Type: r.Type, Size: r.Size, Of: source}).encode())
		}
	}
}

// end is the tomb of an item whose time has passed.
func end(until int64) *content.Gone {
	return &content.Gone{At: time.UnixMilli(until).UTC()}
}

// setDoc writes a topic, series, scene or setting, and takes it into docs
// under that version. It changes nothing where the shelf has that revision.
func (d *draft) setDoc(into *docs, w *work, version uint64) (changed bool, err error) {
	who := w.Kind + "/" + w.ID
	old, err := d.get(bucketDoc, who)
	if err != nil || old == nil && w.State == nil {
		return false, err
	}
	if old != nil && w.State != nil {
		rev, _, err := decodeDoc(old)
		if err != nil || rev >= w.Rev {
			return false, err
		}
	}
	if err := into.set(w.Key, w.State, version); err != nil {
		return false, err
	}
	if w.State == nil {
		d.set(bucketDoc, who, nil)
	} else {
		d.set(bucketDoc, who, encodeDoc(w.Rev, w.State))
	}
	if w.Kind != content.KindSeries && w.Kind != content.KindScene {
		return true, nil
	}
	var covers []media.Key
	for _, p := range into.covers(w.Key) {
		covers = append(covers, p.Key)
	}
	return true, d.hold(who, hold{blobs: rawBlobs(covers)})
}
