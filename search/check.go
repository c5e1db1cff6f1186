package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// check reads every segment file of an index and compares its checksum, which
// the library writes but never checks.
func check(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.zap"))
	if err != nil {
		return fmt.Errorf("list segments: %w", err)
	}
	for _, name := range files {
		if err := checkSegment(name); err != nil {
			return err
		}
	}
	return checkRoot(filepath.Join(dir, "root.bolt"))
}

// checkSegment compares a segment file with its last four bytes, the CRC-32 of
// everything before them.
func checkSegment(name string) error {
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil // removed just now
	}
	if err != nil {
		return fmt.Errorf("check segment: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("check segment: %w", err)
	}
	if info.Size() < 4 {
		return fmt.Errorf("%w: %s has %d bytes", errTorn, filepath.Base(name), info.Size())
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, f, info.Size()-4); err != nil {
		return fmt.Errorf("check segment: %w", err)
	}
	var want [4]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return fmt.Errorf("check segment: %w", err)
	}
	if sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
		return fmt.Errorf("%w: checksum of %s", errTorn, filepath.Base(name))
	}
	return nil
}

// probe reads what every search reads of each segment.
func (e *engine) probe() error {
	return e.read(func(s *scorch.IndexSnapshot) error {
		for _, one := range s.Segments() {
			if _, err := e.notes.of(one); err != nil {
				return err
			}
		}
		return nil
	})
}
