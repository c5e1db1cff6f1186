package media

import (
	"errors"
	"testing"

	"kepu/journal"
)

func TestLook(t *testing.T) {
	got, err := LookAt(good().make())
	if want := (Facts{Kind: Video, Type: typeMP4, Codec: "avc1", Width: 640, Height: 360, Duration: 5000}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, raw := range [][]byte{nil, []byte("words"), good().make()[:80]} {
		var invalid *journal.Invalid
		if _, err := LookAt(raw); !errors.As(err, &invalid) {
			t.Errorf("%q: %v", raw, err)
		}
	}
	broken := errors.New("disk")
	if _, err := Look(unreadable{broken}, 100); !errors.Is(err, broken) {
		t.Errorf("of a reader: %v", err)
	}
}

type unreadable struct{ err error }

func (u unreadable) ReadAt([]byte, int64) (int, error) { return 0, u.err }
