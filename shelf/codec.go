package shelf

import (
	"encoding/binary"
	"errors"
	"math"
)

// errDamaged says that the file is not what was written: it is rebuilt.
var errDamaged = errors.New("shelf file is damaged")

// enc writes the file's own records: whole numbers as varints, strings with
// their length.
type enc struct{ b []byte }

func (e *enc) uint(n uint64) { e.b = binary.AppendUvarint(e.b, n) }
func (e *enc) int(n int64)   { e.b = binary.AppendVarint(e.b, n) }
func (e *enc) str(s string) {
	e.uint(uint64(len(s)))
	e.b = append(e.b, s...)
}
func (e *enc) strs(list []string) {
	e.uint(uint64(len(list)))
	for _, s := range list {
		e.str(s)
	}
}

// dec reads them. Strings share one copy of the record. After the first
// mistake everything reads as zero and bad is set.
type dec struct {
	s   string
	bad bool
}

func newDec(b []byte) *dec { return &dec{s: string(b)} }

func (d *dec) fail() {
	d.s, d.bad = "", true
}

func (d *dec) uint() uint64 {
	var n uint64
	for i := 0; i < len(d.s) && i < binary.MaxVarintLen64; i++ {
		c := d.s[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			d.s = d.s[i+1:]
			return n
		}
	}
	d.fail()
	return 0
}

func (d *dec) int() int64 {
	n := d.uint()
	return int64(n>>1) ^ -int64(n&1)
}

// small reads a number that must fit an int of 32 bits.
func (d *dec) small() int {
	n := d.uint()
	if n > math.MaxInt32 {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *dec) str() string {
	n := d.uint()
	if n > uint64(len(d.s)) {
		d.fail()
		return ""
	}
	s := d.s[:n]
	d.s = d.s[n:]
	return s
}

func (d *dec) strs() []string {
	n := d.uint()
	if n > uint64(len(d.s)) {
		d.fail()
		return nil
	}
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = d.str()
	}
	return list
}

// err is errDamaged unless the record was read to its end.
func (d *dec) err() error {
	if d.bad || d.s != "" {
		return errDamaged
	}
	return nil
}
