package library

import (
	"testing"

	"kepu/library/proof"
)

// Every piece, drawing, clip and question that is built in is as the editorial
// guide wants it.
func TestSound(t *testing.T) {
	for _, fault := range proof.Check(Files()) {
		t.Error(fault)
	}
}

// There is enough of everything: for each audience, and clips, series, scenes.
func TestWhole(t *testing.T) {
	for _, fault := range proof.Totals(Files()) {
		t.Error(fault)
	}
}

func TestDigest(t *testing.T) {
	if first, again := Digest(), Digest(); first != again || len(first) != 64 {
		t.Errorf("%q, then %q", first, again)
	}
}
