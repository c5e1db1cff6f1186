package analysis

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The golden tables freeze the analysis: whoever changes a line here must raise
// Version, so that every index is made anew.

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"ＡＢＣ１２３", "abc123"},
		{"ｶﾞ", "ガ"},
		{"Cafe\u0301", "café"},
		{"㍍", "メートル"},
		{"㎏", "kg"},
		{"28℃", "28°c"},
		{"H₂O", "h2o"},
		{"全\u200b球\ufe0f变\u00ad暖\u202e", "全球变暖"},
		{"⼈", "人"},
		{"ΑΣ", "ασ"},
		{"\xff水", "\ufffd水"},
	} {
		if got := FoldString(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

// Whatever way somebody writes it, it folds to the same.
func TestFoldVariants(t *testing.T) {
	for _, c := range [][2]string{
		{"頭髮", "头发"}, {"後來", "后来"}, {"皇后", "皇后"}, {"裡面", "里面"}, {"裏面", "里面"},
		{"著作", "著作"}, {"穿著", "穿着"}, {"乾燥", "干燥"}, {"幹部", "干部"}, {"乾隆", "乾隆"},
		{"颱風", "台风"}, {"臺灣", "台湾"}, {"電腦病毒", "电脑病毒"}, {"疫苗接種", "疫苗接种"},
		{"瞭解", "了解"}, {"藉口", "借口"}, {"計劃", "计划"}, {"餘震", "余震"}, {"什麼", "什么"},
		{"引力波與黑洞", "引力波与黑洞"}, {"氣候變化", "气候变化"}, {"羣眾", "群众"},
	} {
		if a, b := FoldString(c[0]), FoldString(c[1]); a != b {
			t.Errorf("%s folds to %s, %s to %s", c[0], a, c[1], b)
		}
	}
}

func TestTokens(t *testing.T) {
	for _, c := range []struct{ in, tokens, terms string }{
		{"水", "水", "水"},
		{"引力波", "引力 力波 波~", "引力 力波"},
		{"AI换脸", "ai 换脸 脸~", "ai 换脸"},
		{"mRNA疫苗", "mrna 疫苗 苗~", "mrna 疫苗"},
		{"5G", "5g 5~ g~", "5g"},
		{"PM2.5超标", "pm2.5 pm~ 2.5~ 超标 标~", "pm2.5 超标"},
		{"28℃", "28°c 28~ °c~", "28°c"},
		{"COVID-19", "covid 19", "covid 19"},
		{"covid19", "covid19 covid~ 19~", "covid19"},
		{"1.5.2 e.g.", "1.5.2 e g", "1.5.2 e g"},
		{"3. 水", "3 水", "3 水"},
		{"维C", "维 c", "维 c"},
		{"水，火", "水 火", "水 火"},
		{"𠮷野家", "𠮷野 野家 家~", "𠮷野 野家"},
		{"한국어 과학", "한국어 과학", "한국어 과학"},
		{"テスト", "テス スト ト~", "テス スト"},
		{"наука", "наука", "наука"},
		{"！？…🚀", "", ""},
		{"cafe\u0301s", "cafés", "cafés"},
	} {
		var tokens, terms []string
		Tokens(c.in, func(k Token) {
			if k.Tail {
				k.Term += "~"
			}
			tokens = append(tokens, k.Term)
		})
		for _, k := range Terms(c.in) {
			terms = append(terms, k.Term)
		}
		if got := strings.Join(tokens, " "); got != c.tokens {
			t.Errorf("%s: tokens %q, want %q", c.in, got, c.tokens)
		}
		if got := strings.Join(terms, " "); got != c.terms {
			t.Errorf("%s: terms %q, want %q", c.in, got, c.terms)
		}
	}
}

func TestQuestion(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"为什么天空是蓝色的？", "天空 空是* 是蓝* 蓝色 色的*"},
		{"為什麼天空是藍色的？", "天空 空是* 是蓝* 蓝色 色的*"},
		{"什么", "什么"},
		{"怎么办", "怎么 么办"},
		{"如何预防高血压", "预防 防高 高血 血压"},
		{"地震 地震", "地震"},
		{"台风来了怎么办", "台风 风来 来了*"},
		{"水 火", "水 火"},
		{"为什么", "为什* 什么"},
		{"预防高血压的 水", "预防 防高 高血 血压 压的*"},
		{"？？", ""},
	} {
		var got []string
		for _, k := range Question(c.in) {
			if k.Weight < 1 {
				k.Text += "*"
			}
			got = append(got, k.Text)
		}
		if s, want := strings.Join(got, " "), FoldString(c.want); s != want {
			t.Errorf("%s: %q, want %q", c.in, s, want)
		}
	}
}

func TestParts(t *testing.T) {
	for term, want := range map[string]string{
		"covid19": "covid 19", "pm2.5": "pm 2.5", "引力": "", "水": "", "h2o": "", "5g": "5 g", "疫苗": "",
	} {
		if got := strings.Join(Parts(term), " "); got != want {
			t.Errorf("%s: %q, want %q", term, got, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"水", "PM2.5 28℃", "e\u0301\u0301", "\xff\xfe", "1.", strings.Repeat("a", 200), "ﷺ", "\u200d水\ufe0f"} {
		f.Add(s)
	}
	f.Add("水，：\u3099ＡＢ！\u0301“”【\u309a】。\u0338")
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		Fold(s, func(r rune, start, end int) {
			if start < last || start >= end || end > len(s) {
				t.Fatalf("%q: %q at [%d,%d) after %d", s, r, start, end, last)
			}
			last = start
		})
		folded, slow := FoldString(s), foldSlowly(s)
		if folded != slow {
			t.Fatalf("%q folds to %q, character by character to %q", s, folded, slow)
		}
		seen, odd := map[string]bool{}, map[string]bool{}
		var all, found []Token
		Tokens(s, func(k Token) {
			if k.Term == "" || !utf8.ValidString(k.Term) || k.Start < 0 || k.Start >= k.End || k.End > len(s) {
				t.Fatalf("%q: token %+v", s, k)
			}
			if utf8.RuneCountInString(k.Term) > 2*maxWord {
				t.Fatalf("a term of %d runes", utf8.RuneCountInString(k.Term))
			}
			if seen[k.Term] = true; len(k.Term)%2 == 1 {
				odd[k.Term] = true
			}
			all = append(all, k)
		})
		Find(s, odd, func(k Token) { found = append(found, k) })
		if want := slices.DeleteFunc(all, func(k Token) bool { return !odd[k.Term] }); !slices.Equal(found, want) {
			t.Fatalf("%q: found %v, want %v", s, found, want)
		}
		for _, k := range Terms(s) {
			if !seen[k.Term] {
				t.Fatalf("%q: looked for %q, never indexed", s, k.Term)
			}
		}
		Question(s)
	})
}

// foldSlowly folds without any shortcut.
func foldSlowly(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		n := max(norm.NFKC.NextBoundaryInString(s[i:], true), 1)
		for _, r := range norm.NFKC.String(s[i : i+n]) {
			if !silent(r) {
				b.WriteRune(variants().fold(r))
			}
		}
		i += n
	}
	return b.String()
}

func BenchmarkFind(b *testing.B) {
	s := strings.Repeat("在欧洲，梵语的学术研究由德国学者陆特和汉斯雷顿开创。", 20)
	b.SetBytes(int64(len(s)))
	wanted := map[string]bool{"梵语": true, "开创": true}
	for b.Loop() {
		Find(s, wanted, func(Token) {})
	}
}

func BenchmarkTokens(b *testing.B) {
	s := strings.Repeat("在欧洲，梵语的学术研究由德国学者陆特和汉斯雷顿开创。", 20)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Tokens(s, func(Token) {})
	}
}
