package media

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var names = []struct{ name, want string }{
	{"春天.png", "春天.png"},
	{"春天.PNG", "春天.png"},
	{"a.jpeg", "a.png"},
	{"a.tar.gz", "a.tar.png"},
	{"2.5 亩水稻", "2.5 亩水稻.png"},
	{"../../etc/passwd", "passwd.png"},
	{`..\..\x.png`, "x.png"},
	{`C:\Users\李\x.png`, "x.png"},
	{"CON", "_CON.png"},
	{"con.png", "_con.png"},
	{"nul.tar.png", "_nul.tar.png"},
	{"COM1.png", "_COM1.png"},
	{"COM¹", "_COM¹.png"},
	{"COM10.png", "COM10.png"},
	{"LPT9", "_LPT9.png"},
	{"COMLPT1", "COMLPT1.png"},
	{"", "未命名.png"},
	{".", "未命名.png"},
	{"..", "未命名.png"},
	{"...png", "未命名.png"},
	{".png", "未命名.png"},
	{"a\x00b.png", "ab.png"},
	{"a\r\nSet-Cookie: x.png", "a Set-Cookie_ x.png"},
	{"gnp\u202egpj.exe", "gnpgpj.png"},
	{"a\u200b\u2066\ufeffb.png", "ab.png"},
	{"\u3164\u200b.png", "未命名.png"},
	{"name_测试 ..%2f<img src=x onerror=alert(1)>.txt", "name_测试 ..%2f_img src=x onerror=alert(1)_.png"},
	{"a\xff\xfeb.png", "ab.png"},
	{"  a   b .png", "a b.png"},
	{"e\u0301.png", "é.png"},
	{"a\x1d\u0300.png", "à.png"},
	{"İ.İpn", "İ.png"},
	{strings.Repeat("稻", 4096), strings.Repeat("稻", 116) + ".png"},
	{strings.Repeat("a", 115) + "x\u0323\u0307\u0308.png", strings.Repeat("a", 115) + ".png"},
}

func TestName(t *testing.T) {
	for _, c := range names {
		got := cleanName(c.name, typePNG)
		if got != c.want {
			t.Errorf("%q became %q, want %q", c.name, got, c.want)
		}
		fitName(t, c.name, got)
	}
	for _, c := range []struct{ name, typ, want string }{
		{"a.JPEG", typeJPEG, "a.jpeg"},
		{"a.png", typeJPEG, "a.jpg"},
		{"a.m4v", typeMP4, "a.m4v"},
		{"a.jpg", typeMP4, "a.mp4"},
		{"字幕", typeVTT, "字幕.vtt"},
	} {
		if got := cleanName(c.name, c.typ); got != c.want {
			t.Errorf("%q of %s became %q, want %q", c.name, c.typ, got, c.want)
		}
	}
}

// fitName fails unless a cleaned name can be shown and saved anywhere.
func fitName(t *testing.T, from, got string) {
	t.Helper()
	n := utf8.RuneCountInString(got)
	switch {
	case !utf8.ValidString(got), n > MaxName, !strings.HasSuffix(got, ".png"), len(got) < 5:
		t.Fatalf("%q became %q", from, got)
	case strings.ContainsAny(got, `/\<>:"|?*`), strings.HasPrefix(got, "."), strings.TrimSpace(got) != got:
		t.Fatalf("%q became %q", from, got)
	case cleanName(got, typePNG) != got:
		t.Fatalf("%q became %q, then %q", from, got, cleanName(got, typePNG))
	}
	for _, r := range got {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			t.Fatalf("%q became %q", from, got)
		}
	}
}
