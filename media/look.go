package media

import (
	"bytes"
	"io"
)

// Facts are what a file's bytes say of it.
type Facts struct {
	Kind, Type    string
	Codec         string // of an MP4's film, as its index names it: avc1, avc3 …
	Width, Height int    // as shown
	Duration      int64  // milliseconds
}

// Look checks a file as Add does and keeps nothing. What is wrong with the file
// is *journal.Invalid; any other error is r's.
func Look(r io.ReaderAt, size int64) (Facts, error) {
	head := make([]byte, min(size, headSize))
	if n, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return Facts{}, err
	} else if n < len(head) {
		head = head[:n]
	}
	typ, err := sniff(head)
	if err != nil {
		return Facts{}, err
	}
	f, _, err := check(typ, source{r, size})
	if err != nil {
		return Facts{}, err
	}
	return Facts{Kind: f.kind, Type: f.typ, Codec: f.codec, Width: f.width, Height: f.height, Duration: f.duration}, nil
}

// LookAt is Look at bytes at hand.
func LookAt(raw []byte) (Facts, error) { return Look(bytes.NewReader(raw), int64(len(raw))) }
