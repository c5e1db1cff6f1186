package content

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestSlugify(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"钱江潮为什么站得起来", "qian-jiang-chao-wei-shen-me-zhan-de-qi-lai"},
		{"梅雨从哪儿来，为什么赖着不走", "mei-yu-cong-na-er-lai-wei-shen-me-lai-zhe-bu-zou"},
		{"三月下谷种，怎样躲过倒春寒", "san-yue-xia-gu-zhong-zen-yang-duo-guo-dao-chun-han"},
		{"看不见的灰，才进得了肺", "kan-bu-jian-de-hui-cai-jin-de-liao-fei"},
		{"上夜班的人，觉怎么睡", "shang-ye-ban-de-ren-jiao-zen-me-shui"},
		{"在家量血压，怎样量才算数", "zai-jia-liang-xue-ya-zen-yang-liang-cai-suan-shu"},
		{"重庆的银行为什么在长江边", "chong-qing-de-yin-hang-wei-shen-me-zai-chang-jiang-bian"},
		{"重阳节陪长辈", "chong-yang-jie-pei-zhang-bei"},
		{"厦门 台州 丽水 乐清 鄞州", "xia-men-tai-zhou-li-shui-yue-qing-yin-zhou"},
		{"嵊州 衢州 婺城 缙云", "sheng-zhou-qu-zhou-wu-cheng-jin-yun"},
		{"姓单的会计听音乐", "xing-shan-de-kuai-ji-ting-yin-yue"},
		{"还是要还款", "hai-shi-yao-huan-kuan"},
		{"快乐行业", "kuai-le-hang-ye"},
		{"头发里的新发现", "tou-fa-li-de-xin-fa-xian"},
		{"降雨不是投降", "jiang-yu-bu-shi-tou-xiang"},
		{"调查空调", "diao-cha-kong-tiao"},
		{"看着着火的山", "kan-zhe-zhao-huo-de-shan"},
		{"种子与种植", "zhong-zi-yu-zhong-zhi"},
		{"学校校对处理", "xue-xiao-jiao-dui-chu-li"},
		{"曾经姓曾", "ceng-jing-xing-zeng"},
		{"传染和传记", "chuan-ran-he-zhuan-ji"},
		{"便宜的角色供给", "pian-yi-de-jue-se-gong-ji"},
		{"参差不齐的差别", "cen-ci-bu-qi-de-cha-bie"},
		{"大夫说首都的干部", "dai-fu-shuo-shou-du-de-gan-bu"},
		{"露头就没收", "lou-tou-jiu-mo-shou"},
		{"模样和薄荷似的", "mu-yang-he-bo-he-shi-de"},
		{"类似的项目的人参加", "lei-si-de-xiang-mu-de-ren-can-jia"},
		{"全国都在关系好", "quan-guo-dou-zai-guan-xi-hao"},
		{"AI换脸与mRNA疫苗", "ai-huan-lian-yu-mrna-yi-miao"},
		{"ＡＢＣ　１２３", "abc-123"},
		{"PM2.5 是什么？", "pm2-5-shi-shen-me"},
		{"Café it’s naïve", "cafe-its-naive"},
		{"重慶的銀行會計聽音樂", "chong-qing-de-yin-hang-kuai-ji-ting-yin-yue"},
		{"長輩與長江", "zhang-bei-yu-chang-jiang"},
		{"人參與著名的著火點", "ren-can-yu-zhu-ming-de-zhao-huo-dian"},
		{"绿色旅行", "lv-se-lv-xing"},
		{"Feed", "feed-1"},
		{"API", "api-1"},
		{".well-known", "well-known-1"},
		{"🐸🎉", ""},
		{"", ""},
		{"\x00\xff", ""},
		{"——！", ""},
		{strings.Repeat("长", 100), strings.Repeat("chang-", 9) + "chang"},
		{strings.Repeat("a", 300), strings.Repeat("a", 60)},
	} {
		if got := Slugify(c.title); got != c.want {
			t.Errorf("Slugify(%q)\n got %s\nwant %s", c.title, got, c.want)
		}
	}
}

// Every reading in the phrase table is one the character has, and no word
// stands twice.
func TestPhrases(t *testing.T) {
	seen, words := map[string]bool{}, 0
	for line := range strings.Lines(phraseText) {
		field := strings.Fields(line)
		if len(field) == 0 || field[0] == "#" {
			continue
		}
		words++
		word := []rune(field[0])
		if seen[field[0]] {
			t.Errorf("%s stands twice", field[0])
		}
		seen[field[0]] = true
		if len(word) != len(field)-1 {
			t.Errorf("%s has %d syllables", field[0], len(field)-1)
			continue
		}
		for i, r := range word {
			if !slices.Contains(readings(r), field[i+1]) {
				t.Errorf("%s: %c is read %v, not %s", field[0], r, readings(r), field[i+1])
			}
		}
	}
	if words < 250 {
		t.Errorf("only %d words", words)
	}
}

// A traditional character and the one it folds to are read alike.
func TestTraditionals(t *testing.T) {
	pair := []rune(traditionals)
	if len(pair)%2 != 0 {
		t.Fatal("odd number of characters")
	}
	for i := 0; i < len(pair); i += 2 {
		if !slices.ContainsFunc(readings(pair[i]), func(s string) bool { return slices.Contains(readings(pair[i+1]), s) }) {
			t.Errorf("%c %v and %c %v", pair[i], readings(pair[i]), pair[i+1], readings(pair[i+1]))
		}
		if pair[i] == pair[i+1] {
			t.Errorf("%c folds to itself", pair[i])
		}
	}
}

func TestValidSlug(t *testing.T) {
	for slug, want := range map[string]bool{
		"tai-feng": true, "a": true, "2026": true, "a-1": true, strings.Repeat("a", 96): true,
		"": false, "-a": false, "a-": false, "a--b": false, "A": false, "a_b": false, "台风": false, "a b": false,
		"a/b": false, "..": false, "admin": false, "api": false, "youth": false, "well-known": false, "healthz": false,
		strings.Repeat("a", 97): false, "a\n": false,
	} {
		if ValidSlug(slug) != want {
			t.Errorf("ValidSlug(%q) is not %v", slug, want)
		}
	}
}

func FuzzSlugify(f *testing.F) {
	for _, s := range []string{"钱江潮", "重慶 API", "🐸", "\xff\x00", "ﬁﬂ½㈱㍿", "e\u0301\u0301\u0301", "ـ", "ｱｲｳ", "İstanbul ß", "㎡", "𠮷野家"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, title string) {
		slug := Slugify(title)
		if slug != "" && !ValidSlug(slug) {
			t.Errorf("Slugify(%q) = %q", title, slug)
		}
		if again := Slugify(slug); slug != "" && again != slug {
			t.Errorf("Slugify(%q) = %q, of which it is %q", title, slug, again)
		}
	})
}

func TestSlugifyAnyHan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.StringOf(rapid.RuneFrom(nil, unicode.Han)).Draw(t, "title")
		if slug := Slugify(title); slug != "" && !ValidSlug(slug) {
			t.Fatalf("Slugify(%q) = %q", title, slug)
		}
	})
}

func BenchmarkSlugify(b *testing.B) {
	for b.Loop() {
		Slugify("三月下谷种，怎样躲过倒春寒：重庆与台州的早稻")
	}
}
