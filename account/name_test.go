package account

import (
	"errors"
	"strings"
	"testing"

	"kepu/journal"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"li.ming", "li.ming"}, {"  Li.Ming\t", "li.ming"}, {"ＬＩ．ＭＩＮＧ", "li.ming"}, {"李明", "李明"}, {"管理员", "管理员"},
		{"K", "k"},    // the sign of kelvin
		{"⼀", "一"},    // a Kangxi radical
		{"﨑", "﨑"},    // one of twelve that only look like compatibility forms
		{"ﬁn", "fin"}, // a ligature
		{"a1@zj.gov.cn", "a1@zj.gov.cn"}, {"𠮷田", "𠮷田"}, {"王一", "王一"}, {strings.Repeat("科", 64), strings.Repeat("科", 64)},
	} {
		if got, err := Fold(c.name); err != nil || got != c.want {
			t.Errorf("Fold(%q) = %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	for _, bad := range []string{
		"", "   ", "а", "аdmin", "αdmin", "admin\u200d", "管理员\u200d", "管理\u200c员", "ad\u00admin", "admin\u202e", "\ufeffadmin", "admin\u0301",
		"ad min", "adminı", "İstanbul", "кепу", "アドミン", "々", "〇", "li一ming", "丨i", "a..b", ".a", "a.", "-", "a-_b", "a/b", "a\x00b", "a\nb", "\xff", "a\xc3",
		strings.Repeat("科", 65), strings.Repeat("a", 1<<20), "😀", "\u3164", "\U000e0041", "\ue000", "٣", "ﷺ", "＜a＞",
	} {
		got, err := Fold(bad)
		var invalid *journal.Invalid
		if !errors.As(err, &invalid) || got != "" {
			t.Errorf("Fold(%q) = %q, %v; want it refused", bad, got, err)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Li.Ming", "管理员\u200d", "ＡＤＭＩＮ", "ﬀ", "a\u0300", "㍿", "\xff", "İ", "王一"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got, err := Fold(name)
		if err != nil {
			return
		}
		if again, err := Fold(got); err != nil || again != got {
			t.Errorf("Fold(%q) = %q, folded again %q, %v", name, got, again, err)
		}
		if err := journal.CheckRowKey(namePrefix + got); err != nil {
			t.Errorf("Fold(%q) = %q can't be claimed: %v", name, got, err)
		}
	})
}

func TestDisplay(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "login"}, {"  李  明 ", "李 明"}, {"Ma\u0308rz", "März"}, {"李明\xff", "李明"},
	} {
		if got, err := display(c.in, "login"); err != nil || got != c.want {
			t.Errorf("display(%q) = %q, %v; want %q", c.in, got, err, c.want)
		}
	}
	for _, bad := range []string{"李\u202e明", "\u200b\u200b", "——", "\ue000", "a\x00b", strings.Repeat("明", 41), strings.Repeat("a", 1<<20)} {
		if got, err := display(bad, "login"); err == nil {
			t.Errorf("display(%q) = %q; want it refused", bad, got)
		}
	}
}
