package exchange_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kepu/content/exchange"
	"kepu/journal"
)

func TestRead(t *testing.T) {
	got, err := exchange.Read([]byte("---\ntitle: 片\nvideo: a.mp4\ncaptions: a.vtt\nchapters: [{at: \"0:01\", text: 头}]\n---\n说明\n"), "v")
	if err != nil || got.Submission.SourceID != "v" || got.Submission.Version.Video.Asset.Asset != "a.mp4" || !slices.Equal(got.Captions, []string{"a.vtt"}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, c := range []struct{ src, field, says string }{
		{"---\ntitle: 甲\ncolour: red\n---\n文\n", "colour", "不认识的字段"},
		{"---\ntitle: 甲\nseries: {id: a, prat: 1}\n---\n文\n", "series.prat", "不认识的字段"},
		{"---\ntitle: 甲\ntitle: 乙\n---\n文\n", "", "第 3 行"},
		{"---\ntitle: 甲\n---\n\n::: spoiler\n文\n:::\n", "", "第 5 行"},
		{"---\ntitle: 甲\n", "", "没有结束"},
	} {
		_, err := exchange.Read([]byte(c.src), "a")
		var invalid *journal.Invalid
		if !errors.As(err, &invalid) || len(invalid.Problems) != 1 || invalid.Problems[0].Field != c.field || !strings.Contains(invalid.Problems[0].Message, c.says) {
			t.Errorf("%q: %v", c.src, err)
		}
	}
}
