package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
)

// The layout of root.bolt (bbolt file format 2), as far as the check reads it.
// A page is a header of 16 bytes {id u64, flags u16, count u16, overflow u32}
// followed by its elements. Pages 0 and 1 are two copies of the meta page
// {magic u32, version u32, page size u32, flags u32, root page u64, root
// sequence u64, free list u64, first unused page u64, transaction u64,
// checksum u64 (FNV-64a of everything before)}.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2
	boltHeader  = 16
	boltMeta    = 64
	boltNoList  = 1<<64 - 1

	boltBranch = 0x01
	boltLeaf   = 0x02
	boltFree   = 0x10
	boltBucket = 0x01 // flag of a leaf element
)

// root is a root.bolt in memory, where a torn page can do no harm.
type root struct {
	raw     []byte
	page    uint64
	pages   uint64
	visited map[uint64]bool
}

// checkRoot reads the directory of segments and follows every page that is in
// use: a damaged one would fault in the library's own goroutines, where nothing
// could catch it. A missing or empty file is left to the library.
func checkRoot(name string) error {
	raw, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check root: %w", err)
	}
	if len(raw) == 0 {
		return nil
	}
	r := &root{raw: raw, visited: map[uint64]bool{}}
	meta, err := r.meta()
	if err != nil {
		return err
	}
	if r.pages*r.page > uint64(len(raw)) {
		return fmt.Errorf("%w: root.bolt is cut off", errTorn)
	}
	if list := binary.LittleEndian.Uint64(meta[32:]); list != boltNoList {
		if err := r.free(list); err != nil {
			return err
		}
	}
	return r.tree(binary.LittleEndian.Uint64(meta[16:]), 0)
}

// meta gives the newer of the two meta pages that are whole.
func (r *root) meta() ([]byte, error) {
	var best []byte
	for _, size := range []uint64{4096, 8192, 16384, 32768, 65536} {
		for i := range uint64(2) {
			at := i*size + boltHeader
			if at+boltMeta > uint64(len(r.raw)) {
				continue
			}
			m := r.raw[at : at+boltMeta]
			sum := fnv.New64a()
			_, _ = sum.Write(m[:56])
			if binary.LittleEndian.Uint32(m) != boltMagic || binary.LittleEndian.Uint32(m[4:]) != boltVersion ||
				sum.Sum64() != binary.LittleEndian.Uint64(m[56:]) || uint64(binary.LittleEndian.Uint32(m[8:])) != size {
				continue
			}
			if best == nil || binary.LittleEndian.Uint64(m[48:]) > binary.LittleEndian.Uint64(best[48:]) {
				best, r.page, r.pages = m, size, binary.LittleEndian.Uint64(m[40:])
			}
		}
	}
	if best == nil {
		return nil, fmt.Errorf("%w: root.bolt has no meta page", errTorn)
	}
	if r.pages > uint64(len(r.raw)) {
		return nil, fmt.Errorf("%w: root.bolt is cut off", errTorn)
	}
	return best, nil
}

// load gives a page with its overflow, each once.
func (r *root) load(id uint64) (raw []byte, flags, count uint16, err error) {
	if id < 2 || id >= r.pages || r.visited[id] {
		return nil, 0, 0, fmt.Errorf("%w: root.bolt names page %d", errTorn, id)
	}
	h := r.raw[id*r.page:]
	over := uint64(binary.LittleEndian.Uint32(h[12:]))
	if binary.LittleEndian.Uint64(h) != id || id+over >= r.pages {
		return nil, 0, 0, fmt.Errorf("%w: page %d of root.bolt", errTorn, id)
	}
	for p := id; p <= id+over; p++ {
		if r.visited[p] {
			return nil, 0, 0, fmt.Errorf("%w: page %d of root.bolt is used twice", errTorn, p)
		}
		r.visited[p] = true
	}
	return h[:(over+1)*r.page], binary.LittleEndian.Uint16(h[8:]), binary.LittleEndian.Uint16(h[10:]), nil
}

func (r *root) free(id uint64) error {
	raw, flags, count, err := r.load(id)
	if err != nil {
		return err
	}
	n, at := uint64(count), uint64(boltHeader)
	if n == 0xFFFF {
		n, at = binary.LittleEndian.Uint64(raw[at:]), at+8
	}
	if flags != boltFree || n > r.pages || at+8*n > uint64(len(raw)) {
		return fmt.Errorf("%w: free list of root.bolt", errTorn)
	}
	for i := range n {
		p := binary.LittleEndian.Uint64(raw[at+8*i:])
		if p < 2 || p >= r.pages || r.visited[p] {
			return fmt.Errorf("%w: free list of root.bolt", errTorn)
		}
		r.visited[p] = true // a page in use must not be free
	}
	return nil
}

// tree follows a page down to every bucket below it.
func (r *root) tree(id uint64, depth int) error {
	raw, flags, count, err := r.load(id)
	if err != nil {
		return err
	}
	if depth > 32 || uint64(boltHeader)+16*uint64(count) > uint64(len(raw)) {
		return fmt.Errorf("%w: page %d of root.bolt", errTorn, id)
	}
	switch flags {
	case boltBranch: // elements {offset u32, key size u32, page u64}
		for i := range int(count) {
			e := raw[boltHeader+16*i:]
			at := uint64(boltHeader+16*i) + uint64(binary.LittleEndian.Uint32(e))
			if at+uint64(binary.LittleEndian.Uint32(e[4:])) > uint64(len(raw)) {
				return fmt.Errorf("%w: page %d of root.bolt", errTorn, id)
			}
			if err := r.tree(binary.LittleEndian.Uint64(e[8:]), depth+1); err != nil {
				return err
			}
		}
		return nil
	case boltLeaf:
		return r.leaf(raw, count, id, depth)
	}
	return fmt.Errorf("%w: page %d of root.bolt is of kind %#x", errTorn, id, flags)
}

// leaf checks elements {flags u32, offset u32, key size u32, value size u32} and
// the buckets among them, whose value is {root page u64, sequence u64} and,
// where the page is 0, a leaf page in line.
func (r *root) leaf(raw []byte, count uint16, id uint64, depth int) error {
	for i := range int(count) {
		e := raw[boltHeader+16*i:]
		key := uint64(boltHeader+16*i) + uint64(binary.LittleEndian.Uint32(e[4:]))
		value := key + uint64(binary.LittleEndian.Uint32(e[8:]))
		end := value + uint64(binary.LittleEndian.Uint32(e[12:]))
		kind := binary.LittleEndian.Uint32(e)
		if end > uint64(len(raw)) || kind > boltBucket {
			return fmt.Errorf("%w: page %d of root.bolt", errTorn, id)
		}
		if kind != boltBucket {
			continue
		}
		b := raw[value:end]
		if len(b) < 16 {
			return fmt.Errorf("%w: bucket in page %d of root.bolt", errTorn, id)
		}
		if below := binary.LittleEndian.Uint64(b); below != 0 {
			if err := r.tree(below, depth+1); err != nil {
				return err
			}
			continue
		}
		in := b[16:]
		if len(in) < boltHeader || binary.LittleEndian.Uint16(in[8:]) != boltLeaf ||
			boltHeader+16*int(binary.LittleEndian.Uint16(in[10:])) > len(in) || depth > 32 {
			return fmt.Errorf("%w: bucket in page %d of root.bolt", errTorn, id)
		}
		if err := r.leaf(in, binary.LittleEndian.Uint16(in[10:]), id, depth+1); err != nil {
			return err
		}
	}
	return nil
}
