package shelf

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"kepu/journal"
)

// Dump writes everything the shelf shows, a line each, in an order of its own
// that depends on nothing else: two shelves of one store at one seq and instant
// give the same lines, however they came there. A line is a name, a tab, and
// what stands under it.
func (v *View) Dump(w io.Writer) error {
	out := bufio.NewWriter(w)
	err := v.dump(func(name, what string) error {
		_, err := fmt.Fprintf(out, "%s\t%s\n", name, what)
		return err
	})
	if err != nil {
		return fmt.Errorf("dump shelf: %w", err)
	}
	return out.Flush()
}

func (v *View) dump(line func(name, what string) error) error {
	if err := v.pin(); err != nil {
		return err
	}
	if err := v.dumpFile(line); err != nil {
		return err
	}
	return v.dumpOrder(line)
}

// dumpFile gives the records that the journal decides: not what is known only
// to a shelf that was there, such as blobs that are shown no more.
func (v *View) dumpFile(line func(name, what string) error) error {
	for _, bucket := range []byte{bucketItem, bucketCard, bucketMark, bucketHold, bucketSlug, bucketBlob, bucketDoc} {
		err := v.each(bucket, func(key, value []byte) error {
			name := fmt.Sprintf("%c/%x", bucket, key)
			switch bucket {
			case bucketSlug, bucketDoc:
				name = fmt.Sprintf("%c/%s", bucket, key)
			case bucketBlob:
				n, err := decodeCount(value)
				if err != nil || n == 0 {
					return err
				}
			}
			return line(name, fmt.Sprintf("%x", sha256.Sum256(value)))
		})
		if err != nil {
			v.shelf.hurt(err)
			return err
		}
	}
	return v.each(bucketGone, func(key, value []byte) error {
		return line(fmt.Sprintf("%c/%x", bucketGone, key), "gone")
	})
}

// dumpOrder gives every partition's members with their keys.
func (v *View) dumpOrder(line func(name, what string) error) error {
	st := v.st
	for _, name := range slices.Sorted(slices.Values(st.lexicon.names)) {
		p := st.named(name)
		if p.tree.n == 0 {
			continue
		}
		if err := line("order/"+name, fmt.Sprint(p.tree.n)); err != nil {
			return err
		}
		var err error
		p.tree.all(func(e entry) bool {
			s := st.table.at(e.h)
			err = line("order/"+name+"/"+s.id.String(), fmt.Sprintf("%d rev %d shown %t scenes %t lift %d", e.key, s.rev, s.shown, s.scenes != 0, s.lift))
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	for i, p := range st.pins {
		if err := line(fmt.Sprintf("pin/%d", i), fmt.Sprintf("%s %b %d %d", p.id, p.on, p.until, p.order)); err != nil {
			return err
		}
	}
	return nil
}

// checkTries is how often Check looks again while the journal goes on.
const checkTries = 5

// Check compares the shelf, which must be following store, with one made afresh
// in a directory under temp, and names every difference in Chinese. It removes
// what it made.
func (s *Shelf) Check(ctx context.Context, store journal.Store, temp string) (problems []string, err error) {
	dir, err := os.MkdirTemp(temp, "shelf-check-")
	if err != nil {
		return nil, fmt.Errorf("check shelf: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for try := 0; ; try++ {
		mine, theirs, same, err := s.compare(ctx, store, dir)
		if err != nil {
			return nil, fmt.Errorf("check shelf: %w", err)
		}
		if problems = differences(mine, theirs); len(problems) == 0 || same || try == checkTries {
			return problems, nil
		}
	}
}

// compare dumps the shelf and a fresh one; same tells whether the journal stood
// still meanwhile, so that any difference is a real one.
func (s *Shelf) compare(ctx context.Context, store journal.Store, dir string) (mine, fresh map[string]string, same bool, err error) {
	other, err := Open(dir, Options{Now: s.now, Log: s.log})
	if err != nil {
		return nil, nil, false, err
	}
	defer func() { err = errors.Join(err, other.Close()) }()
	if err := other.rebuild(ctx, store); err != nil {
		return nil, nil, false, err
	}
	if err := s.Wait(ctx, other.Position().Seq); err != nil {
		return nil, nil, false, err
	}
	if err := errors.Join(s.tick(), other.tick()); err != nil {
		return nil, nil, false, err
	}
	mine, seq, err := s.dumped()
	if err != nil {
		return nil, nil, false, err
	}
	fresh, _, err = other.dumped()
	if err != nil {
		return nil, nil, false, err
	}
	head, err := store.Head(ctx)
	return mine, fresh, head.Seq == seq && seq == other.Position().Seq, err
}

func (s *Shelf) dumped() (lines map[string]string, seq uint64, err error) {
	v := s.View()
	defer v.Close()
	lines = map[string]string{}
	err = v.dump(func(name, what string) error {
		lines[name] = what
		return nil
	})
	return lines, v.Seq(), err
}

// differencesMost is how many differences are named one by one.
const differencesMost = 100

func differences(mine, fresh map[string]string) []string {
	var all []string
	for name, what := range fresh {
		if has, ok := mine[name]; !ok {
			all = append(all, "缺少 "+name)
		} else if has != what {
			all = append(all, fmt.Sprintf("%s 不同：现为 %s，应为 %s", name, brief(has), brief(what)))
		}
	}
	for name := range mine {
		if _, ok := fresh[name]; !ok {
			all = append(all, "多出 "+name)
		}
	}
	slices.Sort(all)
	if n := len(all); n > differencesMost {
		all = append(all[:differencesMost], fmt.Sprintf("……另有 %d 处", n-differencesMost))
	}
	return all
}

func brief(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
