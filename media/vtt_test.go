package media

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kepu/journal"
)

const goodVTT = "\ufeffWEBVTT 示例\r\nKind: captions\r\n\r\n" +
	"STYLE\r\n::cue { color: rgb(0,0,0) }\r\n\r\n" +
	"REGION\r\nid:a\r\n\r\n" +
	"NOTE 说明\r\n一行\r\n\r\n" +
	"2\r\n00:00:03.200 --> 00:00:06.000 line:85% align:start\r\n<i>引力波</i>&amp;<b.loud>时空</b>\r\n的涟漪。\r\n\r\n" +
	"1\r\n00:00.500\t-->\t00:03.000\r\n<v 解说 甲>黑洞<00:00:01.000>不是&lt;洞&gt;。</v>\r\n\r\n" +
	"01:00:00.000 --> 01:00:01.000\r\n"

var badVTT = []struct{ name, vtt, want string }{
	{"srt", "1\n00:00:01,000 --> 00:00:02,000\nx\n", "WEBVTT"},
	{"header", "WEBVTTX\n\n00:01.000 --> 00:02.000\nx", "WEBVTT"},
	{"no cues", "WEBVTT\n", "没有字幕"},
	{"no blank line", "WEBVTT\n00:01.000 --> 00:02.000\nx", "第 2 行：WEBVTT 之后要空一行"},
	{"backwards", "WEBVTT\n\n00:05.000 --> 00:01.000\nx", "第 3 行：结束时间"},
	{"empty time", "WEBVTT\n\n00:05.000 --> 00:05.000\nx", "第 3 行：结束时间"},
	{"overflow", "WEBVTT\n\n99999999:00:00.000 --> 99999999:00:01.000\nx", "第 3 行：时间写法"},
	{"thirteen hours", "WEBVTT\n\n13:00:00.000 --> 13:00:01.000\nx", "第 3 行：时间写法"},
	{"minutes", "WEBVTT\n\n00:60:00.000 --> 01:01:01.000\nx", "时间写法"},
	{"comma", "WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nx", "时间写法"},
	{"sign", "WEBVTT\n\n-0:01.000 --> 00:02.000\nx", "时间写法"},
	{"arrow in text", "WEBVTT\n\n00:01.000 --> 00:02.000\nx --> y", "第 4 行：字幕里不能有"},
	{"glued cues", "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:02.000 --> 00:03.000\ny", "第 5 行：字幕里不能有"},
	{"tag", "WEBVTT\n\n00:01.000 --> 00:02.000\n<script>alert(1)</script>", "第 4 行：字幕里不能用标记“<script>”"},
	{"img", "WEBVTT\n\n00:01.000 --> 00:02.000\n<img src=x onerror=alert(1)>", "字幕里不能用标记"},
	{"open tag", "WEBVTT\n\n00:01.000 --> 00:02.000\n1 < 2", "&lt;"},
	{"style loads", "WEBVTT\n\nSTYLE\n::cue{background:url(http://x)}\n\n00:01.000 --> 00:02.000\nx", "第 3 行：字幕样式不允许"},
	{"stray text", "WEBVTT\n\nhello\n\n00:01.000 --> 00:02.000\nx", "第 3 行：看不懂"},
	{"late style", "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\nSTYLE\n::cue{}\n", "第 6 行：看不懂"},
	{"bytes", "WEBVTT\n\n00:01.000 --> 00:02.000\n\xff", "UTF-8"},
	{"nul", "WEBVTT\n\n00:01.000 --> 00:02.000\n\x00", "NUL"},
	{"size", "WEBVTT\n\nNOTE " + strings.Repeat("x", MaxText), "最多 1 MB"},
}

func TestParseVTT(t *testing.T) {
	cues, err := ParseVTT(strings.NewReader(goodVTT))
	if err != nil {
		t.Fatal(err)
	}
	want := []Cue{
		{"1", 500, 3000, "解说 甲", "黑洞不是<洞>。"},
		{"2", 3200, 6000, "", "引力波&时空\n的涟漪。"},
		{"", 3_600_000, 3_601_000, "", ""},
	}
	if !slices.Equal(cues, want) {
		t.Errorf("cues %+v", cues)
	}
	f, clean, err := look([]byte(goodVTT))
	if err != nil || f != (facts{kind: Text, typ: typeVTT, duration: 3_601_000}) || string(clean) != goodVTT {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestParseVTTRefuses(t *testing.T) {
	for _, c := range badVTT {
		_, err := ParseVTT(strings.NewReader(c.vtt))
		var invalid *journal.Invalid
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	_, err := ParseVTT(strings.NewReader("WEBVTT\n\n" + strings.Repeat("x\n\n", 50)))
	var invalid *journal.Invalid
	if !errors.As(err, &invalid) || len(invalid.Problems) != maxProblems {
		t.Errorf("problems of a file full of them: %v", err)
	}
	many := "WEBVTT\n\n" + strings.Repeat("00:01.000 --> 00:02.000\nx\n\n", maxCues+1)
	if _, err := ParseVTT(strings.NewReader(many)); err == nil || !strings.Contains(err.Error(), "最多 20000 条") {
		t.Errorf("too many cues: %v", err)
	}
}
