package content

import (
	_ "embed"
	"strings"
	"sync"
)

// Region is an administrative division of Zhejiang under its GB/T 2260 code
// without the trailing zeros: two digits for the province, four for a city, six
// for a county, district or county-level city.
type Region struct {
	Code     string
	Name     string // in full: 浙江省, 杭州市, 西湖区
	Parent   string // code; "" for the province
	Mountain bool   // one of the 26 mountain counties 山区26县
}

//go:embed regions.txt
var regionText string

// regions reads the embedded table once; it never changes.
var regions = sync.OnceValue(func() []Region { return parseRegions(regionText) })

var regionsByCode = sync.OnceValue(func() map[string]Region {
	byCode := make(map[string]Region, len(regions()))
	for _, r := range regions() {
		byCode[r.Code] = r
	}
	return byCode
})

func parseRegions(text string) []Region {
	var all []Region
	for line := range strings.Lines(text) {
		field := strings.Fields(line)
		if len(field) < 2 || field[0] == "#" {
			continue
		}
		r := Region{Code: field[0], Name: field[1], Mountain: len(field) == 3}
		if len(r.Code) > 2 {
			r.Parent = r.Code[:len(r.Code)-2]
		}
		all = append(all, r)
	}
	return all
}

// Regions gives the province, its 11 cities and 90 county-level divisions by
// code, each city before its counties.
func Regions() []Region { return append([]Region(nil), regions()...) }

// FindRegion gives the region of a code.
func FindRegion(code string) (Region, bool) {
	r, ok := regionsByCode()[code]
	return r, ok
}

// Path gives the names from the province down to r: 浙江省, 杭州市, 西湖区.
func (r Region) Path() []string {
	var path []string
	for n := 2; n < len(r.Code); n += 2 {
		if above, ok := FindRegion(r.Code[:n]); ok {
			path = append(path, above.Name)
		}
	}
	return append(path, r.Name)
}

// Within tells whether the region of a code lies in, or is, the one of prefix.
// Everything lies within ""; nothing but "" has an empty code.
func Within(code, prefix string) bool {
	return strings.HasPrefix(code, prefix) && len(prefix)%2 == 0
}
