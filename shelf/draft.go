package shelf

import (
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// reader reads the shelf's records: the layers above the file, then the file.
type reader struct {
	layers  []*layer
	tx      *bolt.Tx
	buckets [128]*bolt.Bucket // found so far
}

// get gives a value, nil where there is none. It is valid while tx is open.
func (r *reader) get(bucket byte, key string) (value []byte, err error) {
	if len(r.layers) > 0 {
		if value, ok := layersGet(r.layers, string(bucket)+key); ok {
			return value, nil
		}
	}
	defer shield(&err)()
	b := r.buckets[bucket]
	if b == nil {
		if b = r.tx.Bucket([]byte{bucket}); b == nil {
			return nil, errDamaged
		}
		r.buckets[bucket] = b
	}
	raw := []byte(key)
	return unseal(bucket, raw, b.Get(raw))
}

// each calls fn for every record of a bucket in order of key until it returns
// an error.
func (r *reader) each(bucket byte, fn func(key, value []byte) error) error {
	var above []string
	for _, key := range layerKeys(r.layers) {
		if key[0] == bucket {
			above = append(above, key)
		}
	}
	// next gives fn what the layers hold up to and with a key of the file.
	next := func(upTo []byte, end bool) (same bool, err error) {
		for len(above) > 0 && (end || above[0][1:] <= string(upTo)) {
			key := above[0]
			above = above[1:]
			if value, _ := layersGet(r.layers, key); value != nil {
				if err := fn([]byte(key[1:]), value); err != nil {
					return false, err
				}
			}
			if !end && key[1:] == string(upTo) {
				return true, nil
			}
		}
		return false, nil
	}
	return guard(func() error {
		b := r.tx.Bucket([]byte{bucket})
		if b == nil {
			return errDamaged
		}
		c := b.Cursor()
		for key, sealed := c.First(); key != nil; key, sealed = c.Next() {
			same, err := next(key, false)
			if err != nil {
				return err
			}
			if same {
				continue
			}
			value, err := unseal(bucket, key, sealed)
			if err != nil {
				return err
			}
			if err := fn(key, value); err != nil {
				return err
			}
		}
		_, err := next(nil, true)
		return err
	})
}

// draft collects changes to the records and shows them to who reads it.
type draft struct {
	reader
	values map[string][]byte
}

func newDraft(r reader) *draft { return &draft{reader: r, values: map[string][]byte{}} }

func (d *draft) get(bucket byte, key string) ([]byte, error) {
	if value, ok := d.values[string(bucket)+key]; ok {
		return value, nil
	}
	return d.reader.get(bucket, key)
}

// set changes a record; nil deletes it. The value is kept.
func (d *draft) set(bucket byte, key string, value []byte) { d.values[string(bucket)+key] = value }

// layer is what was changed, as the layer of a step.
func (d *draft) layer(step uint64) *layer {
	l := &layer{step: step, values: d.values}
	for key, value := range l.values {
		l.size += len(key) + len(value) + overhead
	}
	return l
}

// whole is a reader of everything, with the draft on top.
func (d *draft) whole() reader {
	return reader{tx: d.tx, layers: append(slices.Clip(d.layers), &layer{values: maps.Clone(d.values)})}
}

// hold is what an item, series or scene takes up: slugs, and blobs it shows.
type hold struct {
	slugs []string
	blobs []string // raw keys, sorted, distinct
}

func (h *hold) encode() []byte {
	var e enc
	e.strs(h.slugs)
	e.strs(h.blobs)
	return e.b
}

func decodeHold(b []byte) (h hold, err error) {
	if b == nil {
		return h, nil
	}
	d := newDec(b)
	h.slugs, h.blobs = d.strs(), d.strs()
	return h, d.err()
}

// hold replaces what somebody holds. who is an item's id, or kind/id.
func (d *draft) hold(who string, h hold) error {
	b, err := d.get(bucketHold, who)
	if err != nil {
		return err
	}
	old, err := decodeHold(b)
	if err != nil {
		return err
	}
	for _, slug := range old.slugs {
		if slices.Contains(h.slugs, slug) {
			continue
		}
		owner, err := d.get(bucketSlug, slug)
		if err != nil {
			return err
		}
		if string(owner) == who {
			d.set(bucketSlug, slug, nil)
		}
	}
	for _, slug := range h.slugs {
		d.set(bucketSlug, slug, []byte(who))
	}
	if err := d.show(old.blobs, h.blobs); err != nil {
		return err
	}
	if len(h.slugs) == 0 && len(h.blobs) == 0 {
		if b != nil {
			d.set(bucketHold, who, nil)
		}
		return nil
	}
	d.set(bucketHold, who, h.encode())
	return nil
}

// show counts who shows a blob.
func (d *draft) show(old, now []string) error {
	for _, blob := range old {
		if _, still := slices.BinarySearch(now, blob); !still {
			if err := d.count(blob, -1); err != nil {
				return err
			}
		}
	}
	for _, blob := range now {
		if _, already := slices.BinarySearch(old, blob); !already {
			if err := d.count(blob, 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// count keeps a blob that nothing shows any more at nought: it is gone, not
// unknown.
func (d *draft) count(blob string, by int) error {
	b, err := d.get(bucketBlob, blob)
	if err != nil {
		return err
	}
	n, err := decodeCount(b)
	if err != nil {
		return err
	}
	var e enc
	e.uint(uint64(max(n+by, 0)))
	d.set(bucketBlob, blob, e.b)
	return nil
}

func decodeCount(b []byte) (int, error) {
	if b == nil {
		return 0, nil
	}
	d := newDec(b)
	n := d.small()
	return n, d.err()
}
