package journal

import (
	"errors"
	"regexp"
	"testing"
	"time"
)

// The hashes were computed by another program from the encoding Seal's comment
// gives: an entry sealed once must verify for ever.
func TestSealIsPinned(t *testing.T) {
	secret, err := SecretOf([]byte("the suite's secret is known to all"))
	if err != nil {
		t.Fatal(err)
	}
	chain := NewChain(secret)
	first := Entry{Seq: 1, Kind: "item", ID: "a", Rev: 1, State: Sum([]byte("{}")), Act: "save", Actor: "u1",
		At: time.UnixMilli(1777593600123), Op: "op-1"}
	second := Entry{Seq: 2, Kind: "item", ID: "a", Rev: 2, Act: "delete", Actor: "系统", At: time.UnixMilli(-1), Op: "操作/2"}
	first.Hash = chain.Seal("", first)
	if first.Hash != "d97c1e11080109eda3751e0e8c44eabb3f960ad2cebb964a0141a9e6a5be162a" {
		t.Errorf("first %s", first.Hash)
	}
	second.Prev, second.Hash = first.Hash, chain.Seal(first.Hash, second)
	if second.Hash != "0c8f4efb7c43597970d634c5ff171f630d819adbc034015dd4e61d764215ac45" {
		t.Errorf("second %s", second.Hash)
	}
	if err := chain.Verify([]Entry{first, second}, Position{}); err != nil {
		t.Error(err)
	}
	var broken *Broken
	if err := chain.Verify([]Entry{second}, Position{}); !errors.As(err, &broken) || broken.Seq != 1 {
		t.Errorf("the first is missing: %v", err)
	}
	if err := chain.Verify([]Entry{first, second}, Position{Seq: 1}); !errors.As(err, &broken) || broken.Seq != 2 {
		t.Errorf("the first is too early: %v", err)
	}
	if err := NewChain(NewSecret()).Verify([]Entry{first}, Position{}); !errors.As(err, &broken) {
		t.Errorf("another secret: %v", err)
	}
}

// Moving a byte from one field to the next must change the hash.
func TestSealIsUnambiguous(t *testing.T) {
	chain, seen := NewChain(NewSecret()), map[Hash]Entry{}
	for _, e := range []Entry{
		{Kind: "ab", ID: "c"}, {Kind: "a", ID: "bc"}, {Kind: "abc"}, {ID: "abc"}, {State: "abc"}, {Act: "abc"}, {Actor: "abc"}, {Op: "abc"},
		{Act: "a", Actor: "bc"}, {Act: "ab", Actor: "c"}, {Actor: "ab", Op: "c"}, {Seq: 1}, {Rev: 1}, {At: time.UnixMilli(1)},
	} {
		if e.At.IsZero() {
			e.At = time.UnixMilli(0)
		}
		h := chain.Seal("", e)
		if other, twice := seen[h]; twice {
			t.Errorf("%+v and %+v have one hash", e, other)
		}
		seen[h] = e
	}
	if e := (Entry{Op: "abc"}); chain.Seal("", e) == chain.Seal("a", e) {
		t.Error("prev does not count")
	}
}

// Imported ids must stay what they are; the values are another program's.
func TestIDForIsPinned(t *testing.T) {
	for want, parts := range map[string][]string{
		"69df8a74-8dbb-886b-bea6-eb8aba167cf1": {"cmrc", "DEV_0"},
		"e3b0c442-98fc-8c14-9afb-f4c8996fb924": nil,
		"af5570f5-a181-8b7a-b78c-af4bc70a660f": {""},
		"3c9d5910-45bc-8876-b9d0-399bbfb05c6a": {"a", "b"},
		"9caccc24-b5d7-806c-a1c0-277b6530d666": {"ab"},
		"77ed38ea-3a90-8637-88bd-c0bf8d914eed": {"来源", "一"},
	} {
		if got := IDFor(parts...); got != want {
			t.Errorf("IDFor(%q) = %s, want %s", parts, got, want)
		}
	}
}

func TestNewID(t *testing.T) {
	shape := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	last := ""
	for range 1000 {
		id := NewID()
		if !shape.MatchString(id) || id <= last || (Key{Kind: "item", ID: id}).Check() != nil {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
}

func BenchmarkSeal(b *testing.B) {
	chain, e := NewChain(NewSecret()), Entry{Seq: 1, Kind: "item", ID: NewID(), Rev: 1, State: Sum([]byte("{}")), Act: "save",
		Actor: "u1", At: time.UnixMilli(1), Op: NewID()}
	for b.Loop() {
		e.Hash = chain.Seal(e.Hash, e)
	}
}
