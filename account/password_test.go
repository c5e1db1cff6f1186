package account

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestProfiles(t *testing.T) {
	for _, c := range []struct {
		password    string
		asvs, mlps3 bool
	}{
		{"correct horse battery", true, false},
		{"Correct horse 4 battery", true, true},
		{"西湖的水我的泪", false, false}, // seven
		{"西湖的水我的泪呀", true, false},
		{"西湖的水Aa我的泪", true, true},
		{"😀😀😃😄😁😆😅😂", true, false},
		{"        ", false, false}, // one character repeated
		{"short1!", false, false},
		{"password", false, false}, {"Password2026!", false, false}, {"12345678", false, false}, {"87654321", false, false},
		{"ＰＡＳＳＷＯＲＤ", false, false}, {"woaini1314", false, false}, {"woaini520!", false, false}, {"1qaz@WSX", false, false},
		{"abcdefghij", false, false}, {"aaaaaaaaaa", false, false}, {"abababab", false, false}, {"科普科普科普科普", false, false},
		{"Zhejiang123", false, false}, {"浙里科普2026", false, false}, {"我爱中国!!", false, false},
		{"li.ming-2026-xy", false, false}, {"XLI.MINGX99", false, false}, // the login name is in it
		{"trombone-Umbrella", true, true}, {"trombone-umbrella", true, false},
		{"line\nbreak-and-more", false, false}, {"\xffnot-text-at-all", false, false},
		{strings.Repeat("长", 128), false, false}, // repeated
		{strings.Repeat("x1Y长", 32) + "z", true, true},
		{strings.Repeat("ab3", 85) + "z", true, false},
		{strings.Repeat("ab3", 86), false, false},
	} {
		for profile, want := range map[Profile]bool{ASVS: c.asvs, "": c.asvs, MLPS3: c.mlps3} {
			if err := profile.Check(c.password, "li.ming"); (err == nil) != want {
				t.Errorf("%q by %q: %v, want fine %v", c.password, profile, err, want)
			}
		}
	}
	if err := ASVS.Check("李明真厉害呀真的", "李明"); err != nil {
		t.Errorf("a name of two characters may be in a password: %v", err)
	}
}

// The same characters are the same password from every keyboard; nothing else is.
func TestPrepare(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"cafe\u0301 noir", "caf\u00e9 noir", true},
		{"两\u3000个空格", "两 个空格", true},
		{"abc\u00a0def", "abc def", true},
		{"한글", "\u1112\u1161\u11ab\u1100\u1173\u11af", true},
		{"Abc", "abc", false}, {"ａｂｃ", "abc", false}, {" abc", "abc", false}, {"abc ", "abc", false}, {"ﬁ", "fi", false}, {"👨‍👩‍👧", "👨👩👧", false},
	} {
		a, errA := prepare(c.a)
		b, errB := prepare(c.b)
		if errA != nil || errB != nil || (a == b) != c.same {
			t.Errorf("%q and %q: %q, %q, %v, %v; want the same %v", c.a, c.b, a, b, errA, errB, c.same)
		}
	}
	long := strings.Repeat("密", passwordMost)
	if got, err := prepare(long); err != nil || got != long {
		t.Errorf("%d characters: %d, %v", passwordMost, utf8.RuneCountInString(got), err)
	}
	if _, err := prepare(long + "码"); err == nil {
		t.Error("a longer password is cut or taken")
	}
}

func TestPHC(t *testing.T) {
	good := phc{Cost{19456, 2, 1}, []byte("0123456789abcdef"), []byte("0123456789abcdef0123456789abcdef")}.encode()
	if h, err := parsePHC(good); err != nil || h.encode() != good {
		t.Errorf("parsePHC(%s) = %v, %v", string(good), h.cost, err)
	}
	for _, bad := range []string{
		"", "$", "plain", "$argon2i$v=19$m=1,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=16$m=1,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=4294967295,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=64,t=4000000000,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=64,t=0,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=64,t=1,p=256$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$t=1,m=64,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=064,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=64,t=1,p=1$$MDEyMzQ1Njc4OWFiY2RlZg", "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$",
		"$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg==$MDEyMzQ1Njc4OWFiY2RlZg", string(good) + "$", "x" + string(good),
	} {
		if _, err := parsePHC(hidden(bad)); err == nil {
			t.Errorf("parsePHC(%q) takes it", bad)
		}
	}
}

// What is read is bounded, and written again as it was.
func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY")
	f.Add("$argon2id$v=19$m=1,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(hidden(s))
		if err != nil {
			return
		}
		if h.cost.Memory > maxMemory || h.cost.Time > maxPasses || h.cost.Threads > maxThreads || h.cost.Time == 0 || h.cost.Threads == 0 {
			t.Errorf("%q costs %+v", s, h.cost)
		}
		if string(h.encode()) != s {
			t.Errorf("%q is written as %q", s, string(h.encode()))
		}
	})
}
