package content_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"kepu/content"
)

func TestTighten(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "",
		"温度 25 ℃":                 "温度25 ℃",
		"用 App 打开":                "用App打开",
		"用  WiFi   上网":            "用WiFi上网",
		"5\u00a0℃ 以上":             "5\u00a0℃ 以上",
		"see the moon":            "see the moon",
		"甲 乙":                     "甲 乙",
		" 甲 a ":                   " 甲a ",
		"GB 17761 标准 GB 2763":     "GB 17761标准GB 2763",
		"α 粒子和 β 粒子":              "α粒子和β粒子",
		"第 ３ 章":                   "第３章",
		"𠮷 a 㛃":                   "𠮷a㛃",
		"共 3 个， 5 个":              "共3个， 5个",
		"卫星(NORAD 编号)和“ABC” 字":    "卫星(NORAD编号)和“ABC” 字",
		"100 % 的人":                "100 % 的人",
		"猛将传 and Z开始":             "猛将传and Z开始",
		strings.Repeat("a 好 ", 3): "a好a好a好 ",
	} {
		if got := content.Tighten(in); got != want {
			t.Errorf("%q: got %q want %q", in, got, want)
		}
	}
}

func TestTightenBody(t *testing.T) {
	b := doc(t, p(words("看 ")+`,{"type":"text","text":"ABC","marks":[{"type":"bold"}]},`+words(" 和 ")+`,{"type":"text","text":"x y 好","marks":[{"type":"code"}]},`+words(" 完 a")))
	b.Tighten()
	if got := b.Text(); got != "看ABC和 x y 好 完a" {
		t.Errorf("%q", got)
	}
}

func TestHan(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "abc123，。": 0, "科普": 2, "〇一": 2, "𠮷㛃": 2, "カタ": 0, "鿿": 1, "々": 1, "豈": 1,
	} {
		if got := content.Han(in); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}

func TestMinutes(t *testing.T) {
	for han, want := range map[int]int{0: 1, 1: 1, 400: 1, 599: 1, 600: 2, 1000: 3, 4000: 10} {
		if got := content.Minutes(han); got != want {
			t.Errorf("%d: %d, want %d", han, got, want)
		}
	}
}

func TestSentences(t *testing.T) {
	for in, want := range map[string]string{
		"":                  "",
		"一句":                "一句",
		"一。二！三？四；五……六":      "一。|二！|三？|四；|五……|六",
		"他说：“走。”然后走了。":      "他说：“走。”|然后走了。",
		"约 3.5 米。v1.2 好. 又": "约 3.5 米。|v1.2 好.|又",
		"行\n\n 又行 \n":       "行|又行",
		"（见图1。）再看":          "（见图1。）|再看",
		"真的？！是":             "真的？！|是",
	} {
		if got := strings.Join(content.Sentences(in), "|"); got != want {
			t.Errorf("%q: got %q want %q", in, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("温度 25 ℃。“好。”")
	f.Add("a\u202e\u0300\u0301\u0302\u0303\u0304\u0305\r\n\x00")
	f.Fuzz(func(t *testing.T, in string) {
		clean, problem := content.CleanText(in)
		if problem != "" {
			return
		}
		if !utf8.ValidString(clean) || strings.ContainsAny(clean, "\n\r\t\u202e\ufeff") {
			t.Fatalf("%q", clean)
		}
		if again, _ := content.CleanText(clean); again != clean {
			t.Fatalf("%q then %q", clean, again)
		}
		tight := content.Tighten(clean)
		if again := content.Tighten(tight); again != tight || content.Han(tight) != content.Han(clean) {
			t.Fatalf("%q, %q, %q", clean, tight, again)
		}
		if got := strings.Join(content.Sentences(clean), ""); content.Han(got) != content.Han(clean) {
			t.Fatalf("%q lost words: %q", clean, got)
		}
	})
}
