package words_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kepu/content/words"
)

func find(t testing.TB, list []string, text string) (found []string) {
	t.Helper()
	m, err := words.New(list)
	if err != nil {
		t.Fatal(err)
	}
	m.Find(text, func(f words.Match) bool {
		found = append(found, list[f.Word]+"="+text[f.Start:f.End])
		return true
	})
	return found
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name string
		list []string
		text string
		want string
	}{
		{"nothing listed", nil, "包治百病", ""},
		{"plain", []string{"包治百病"}, "此药包治百病。", "包治百病=包治百病"},
		{"traditional", []string{"包治百病", "国家级"}, "國家級神醫", "国家级=國家級"},
		{"listed in traditional", []string{"國家級"}, "国家级", "國家級=国家级"},
		{"full width and case", []string{"vx号"}, "加ＶＸ号", "vx号=ＶＸ号"},
		{"parted by spaces", []string{"包治百病"}, "包 治　百·病", "包治百病=包 治　百·病"},
		{"parted by what is not seen", []string{"包治百病"}, "包\u200b治百病", "包治百病=包\u200b治百病"},
		{"not over a full stop", []string{"百病"}, "一百。病人", ""},
		{"one within another", []string{"治百病", "百病", "病"}, "治百病", "治百病=治百病 百病=百病 病=病"},
		{"overlapping", []string{"甲乙", "乙丙"}, "甲乙丙", "甲乙=甲乙 乙丙=乙丙"},
		{"again and again", []string{"哈哈"}, "哈哈哈", "哈哈=哈哈 哈哈=哈哈"},
		{"a Latin word stands alone", []string{"ad"}, "read ad, AD; a d ads", "ad=ad ad=AD"},
		{"a Latin phrase", []string{"deep fake"}, "Deep Fake deepfake d e e p fake", "deep fake=Deep Fake deep fake=deepfake"},
		{"Latin beside Han", []string{"AI换脸"}, "用AI换脸骗钱，XAI换脸", "AI换脸=AI换脸"},
		{"the first of what is the same", []string{"國家", "国家"}, "国家", "國家=国家"},
		{"a sum written as one", []string{"10kg"}, "10㎏", "10kg=10㎏"},
	} {
		if got := strings.Join(find(t, c.list, c.text), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFindStops(t *testing.T) {
	m, err := words.New([]string{"甲", "甲甲"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	m.Find("甲甲甲", func(words.Match) bool { n++; return n < 2 })
	if n != 2 {
		t.Errorf("called %d times after it was told to stop", n)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, list := range [][]string{{""}, {"  "}, {"\u200b"}, {"好", "·"}, {strings.Repeat("长", words.MaxWord+1)}, make([]string, words.MaxWords+1)} {
		if _, err := words.New(list); err == nil {
			t.Errorf("%.20q was taken", list)
		}
	}
}

// What the matcher finds is what looking for each word by itself finds.
func TestFindProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.StringOfN(rapid.SampledFrom([]rune("甲乙丙丁")), 1, 5, -1)
		list := rapid.SliceOfNDistinct(some, 0, 12, func(s string) string { return s }).Draw(t, "list")
		text := strings.Join(rapid.SliceOfN(some, 0, 20).Draw(t, "text"), "")
		m, err := words.New(list)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []words.Match
		m.Find(text, func(f words.Match) bool { got = append(got, f); return true })
		for end := range len(text) + 1 {
			for start := range end {
				if at := slices.Index(list, text[start:end]); at >= 0 {
					want = append(want, words.Match{Word: at, Start: start, End: end})
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q in %q: %v, want %v", list, text, got, want)
		}
	})
}

func FuzzFind(f *testing.F) {
	f.Add("包治百病", "此药包 治百病")
	f.Add("ａｄ", "read ad")
	f.Add("\xff", "\xff\xfe")
	f.Add("㎏", "10kg")
	f.Fuzz(func(t *testing.T, word, text string) {
		m, err := words.New([]string{word})
		if err != nil {
			return
		}
		m.Find(text, func(f words.Match) bool {
			if f.Start < 0 || f.Start >= f.End || f.End > len(text) {
				t.Fatalf("%q in %q at %+v", word, text, f)
			}
			if !strings.Contains(words.Folded(text[f.Start:f.End]), words.Folded(word)) {
				t.Fatalf("%q is not in %q", word, text[f.Start:f.End])
			}
			return true
		})
	})
}

func BenchmarkFind(b *testing.B) {
	var list []string
	for i := range 10_000 {
		list = append(list, string([]rune{rune(0x4e00 + i%5000), rune(0x5000 + i*7%9000), rune(0x6000 + i*13%3000)}))
	}
	m, err := words.New(list)
	if err != nil {
		b.Fatal(err)
	}
	var text strings.Builder
	for i := range 15_000 {
		text.WriteRune(rune(0x4e00 + i*31%15_000))
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		m.Find(text.String(), func(words.Match) bool { return true })
	}
}
