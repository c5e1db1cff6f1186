package shelf

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"kepu/content"
	"kepu/media"
)

func fullCard() Card {
	return Card{
		ID: id(1), Kind: "video", Slug: "s", URL: "/video/s", Title: "标题", Summary: "摘要", Form: "rumour", Region: "3301",
		Cover:     &Cover{URL: "/media/x/cover.jpg", Width: 1, Height: 2, Alt: "图", Focal: &media.Focal{X: 3, Y: 4}},
		Audiences: []content.Placed{{Audience: content.Youth, Weight: 7, Level: "easy"}}, Topics: []string{"a", "b-c"},
		Published: time.UnixMilli(1234567890123).UTC(), Updated: time.UnixMilli(1234567890124).UTC(), Duration: 9, Minutes: 3, Origin: &Origin{"src", "id"},
	}
}

func fullMark() mark {
	return mark{rev: 3, kind: video, when: 5, until: 6, placement: content.Placement{
		Audiences: []content.Placed{{Audience: content.Seniors, Weight: 100}}, Topics: []string{"a"}, Tags: []string{"t", "u"}, Region: "33",
		Series: &content.SeriesPart{ID: "s", Part: 2}, Pin: &content.Pin{On: []string{"all"}, Until: time.UnixMilli(8).UTC(), Order: -1},
	}}
}

func TestRecordsRoundTrip(t *testing.T) {
	for _, c := range []Card{fullCard(), {ID: id(2), Kind: "article", URL: "/article/", Audiences: []content.Placed{}, Topics: []string{}, Published: time.UnixMilli(-5).UTC(), Updated: time.UnixMilli(-4).UTC()}} {
		if got, err := decodeCard(c.encode()); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("card\n got %+v\nwant %+v (%v)", got, c, err)
		}
	}
	for _, m := range []mark{fullMark(), {rev: 1, kind: article}} {
		if got, err := decodeMark(m.encode()); err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("mark\n got %+v\nwant %+v (%v)", got, m, err)
		}
	}
	h := hold{slugs: []string{"a"}, blobs: []string{"b", "c"}}
	if got, err := decodeHold(h.encode()); err != nil || !reflect.DeepEqual(got, h) {
		t.Errorf("hold %+v, %v", got, err)
	}
	f := fact{"image/png", 7, "of"}
	if got, err := decodeFact(f.encode()); err != nil || got != f {
		t.Errorf("fact %+v, %v", got, err)
	}
}

// No bytes make a record's reader panic, allocate wildly or give another error.
func FuzzRecords(f *testing.F) {
	card, mark := fullCard(), fullMark()
	f.Add(card.encode())
	f.Add(mark.encode())
	f.Add((&hold{slugs: []string{"a"}}).encode())
	f.Add(encodeItem(1, []byte(`{}`), []byte(`{}`)))
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, e1 := decodeCard(b)
		_, e2 := decodeMark(b)
		_, e3 := decodeHold(b)
		_, e4 := decodeFact(b)
		_, e5 := decodeItem(b)
		_, _, e6 := decodeDoc(b)
		for _, err := range []error{e1, e2, e3, e4, e5, e6} {
			if err != nil && !errors.Is(err, errDamaged) {
				t.Errorf("foreign error %v", err)
			}
		}
	})
}
