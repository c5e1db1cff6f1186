package content

import (
	"slices"
	"strings"
	"testing"
)

func TestRegions(t *testing.T) {
	counties := map[string]int{
		"3301": 13, "3302": 10, "3303": 12, "3304": 7, "3305": 5, "3306": 6,
		"3307": 9, "3308": 6, "3309": 4, "3310": 9, "3311": 9,
	}
	seen, got, kinds := map[string]bool{}, map[string]int{}, map[string]int{}
	last := ""
	for _, r := range Regions() {
		if seen[r.Code] || seen[r.Parent+r.Name] {
			t.Errorf("%s %s stands twice", r.Code, r.Name)
		}
		seen[r.Code], seen[r.Parent+r.Name] = true, true
		if r.Code <= last && !strings.HasPrefix(r.Code, last) {
			t.Errorf("%s follows %s", r.Code, last)
		}
		last = r.Code
		if r.Parent != "" && (!seen[r.Parent] || !Within(r.Code, r.Parent)) {
			t.Errorf("%s is not within its parent %q", r.Code, r.Parent)
		}
		if len(r.Code) == 6 {
			got[r.Parent]++
			kinds[kindOfCounty(r.Name)]++
			if n := map[string]string{"区": "0", "市": "8", "县": "2"}[kindOfCounty(r.Name)]; n != "" && (r.Code[4:5] == "8") != (n == "8") {
				t.Errorf("%s %s: county-level cities, and only they, have codes from 81", r.Code, r.Name)
			}
		}
	}
	for city, n := range counties {
		if got[city] != n {
			t.Errorf("%s has %d counties, want %d", city, got[city], n)
		}
	}
	want := map[string]int{"区": 37, "市": 20, "县": 32, "自治县": 1}
	for kind, n := range want {
		if kinds[kind] != n {
			t.Errorf("%d of %s, want %d", kinds[kind], kind, n)
		}
	}
	if n := len(Regions()); n != 1+11+90 {
		t.Errorf("%d regions, want 102", n)
	}
}

func kindOfCounty(name string) string {
	if strings.HasSuffix(name, "自治县") {
		return "自治县"
	}
	return string([]rune(name)[len([]rune(name))-1:])
}

func TestMountainCounties(t *testing.T) {
	want := strings.Fields("淳安 永嘉 平阳 苍南 文成 泰顺 武义 磐安 柯城 衢江 江山 常山 开化 龙游 三门 天台 仙居 " +
		"莲都 龙泉 青田 云和 庆元 缙云 遂昌 松阳 景宁畲族自治")
	var got []string
	for _, r := range Regions() {
		if r.Mountain {
			got = append(got, strings.TrimRight(r.Name, "县市区"))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) != 26 || !slices.Equal(got, want) {
		t.Errorf("mountain counties are %v", got)
	}
}

func TestFindRegion(t *testing.T) {
	for code, name := range map[string]string{
		"33": "浙江省", "3301": "杭州市", "330113": "临平区", "330114": "钱塘区",
		"330383": "龙港市", "331083": "玉环市", "330213": "奉化区", "331127": "景宁畲族自治县",
	} {
		if r, ok := FindRegion(code); !ok || r.Name != name {
			t.Errorf("FindRegion(%s) = %v, %v; want %s", code, r, ok, name)
		}
	}
	for _, code := range []string{"", "3", "330103", "330104", "330522000", "11", "330100", "３３"} {
		if r, ok := FindRegion(code); ok {
			t.Errorf("FindRegion(%q) = %v; there is none", code, r)
		}
	}
	r, _ := FindRegion("330106")
	if got := strings.Join(r.Path(), "/"); got != "浙江省/杭州市/西湖区" {
		t.Errorf("Path is %s", got)
	}
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		code, prefix string
		want         bool
	}{
		{"330106", "", true}, {"330106", "33", true}, {"330106", "3301", true}, {"330106", "330106", true},
		{"3301", "330106", false}, {"330206", "3301", false}, {"", "33", false}, {"", "", true},
		{"330106", "330", false}, {"3311", "331", false},
	} {
		if got := Within(c.code, c.prefix); got != c.want {
			t.Errorf("Within(%q, %q) = %v", c.code, c.prefix, got)
		}
	}
}
