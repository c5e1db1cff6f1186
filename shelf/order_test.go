package shelf

import (
	"math"
	"testing"
	"time"
)

func TestOrderKeyTable(t *testing.T) {
	const day = 24 * 60 * 60 * 1000
	at := func(s string) int64 {
		when, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return when.UnixMilli()
	}
	for _, c := range []struct {
		what                  string
		weight, region, boost int
		published             int64
		want                  float64
	}{
		{"the middle of things", 50, 100, 100, 0, 0},
		{"twice the weight", 100, 100, 100, 0, 1},
		{"half the weight", 25, 100, 100, 0, -1},
		{"the least weight", 1, 100, 100, 0, math.Log2(1.0 / 50)},
		{"its own region", 50, 150, 100, 0, math.Log2(1.5)},
		{"a scene", 50, 100, 200, 0, 1},
		{"the strongest scene", 50, 100, 400, 0, 2},
		{"two weeks younger", 50, 100, 100, 14 * day, 1},
		{"a day younger", 50, 100, 100, day, 1.0 / 14},
		{"before 1970", 50, 100, 100, -14 * day, -1},
		{"all together", 95, 150, 130, at("2026-03-01"), math.Log2(95.0/50*1.5*1.3) + float64(at("2026-03-01"))/HalfLife},
		{"weight out of bounds", 1000, 100, 100, 0, 1},
		{"the year 9999", 50, 100, 100, at("9999-12-31"), float64(at("9999-12-31")) / HalfLife},
		{"beyond every year", 50, 100, 100, math.MaxInt64, 253402300800000.0 / HalfLife},
	} {
		got := float64(orderKey(c.weight, c.region, c.boost, c.published)) / float64(one)
		if math.Abs(got-c.want) > 1e-8 {
			t.Errorf("%s: %.10f, want %.10f", c.what, got, c.want)
		}
	}
}

// Half a life makes up for half a weight, exactly as documented.
func TestHalfLife(t *testing.T) {
	young, old := orderKey(50, 100, 100, HalfLife), orderKey(100, 100, 100, 0)
	if diff := young - old; diff < -1 || diff > 1 {
		t.Errorf("differ by %d of %d", diff, one)
	}
	if orderKey(50, 100, 100, 1) <= orderKey(50, 100, 100, 0) {
		t.Error("a millisecond makes no difference")
	}
}

func TestLog2(t *testing.T) {
	for a := 1; a <= 10_000; a += 7 {
		for _, b := range []int{1, 3, 50, 100} {
			got, want := float64(log2(a, b))/float64(one), math.Log2(float64(a)/float64(b))
			if math.Abs(got-want) > 1e-9 {
				t.Fatalf("log2(%d/%d) = %v, want %v", a, b, got, want)
			}
		}
	}
	for w := 2; w <= 100; w++ {
		if weightKey(w) <= weightKey(w-1) {
			t.Errorf("weight %d does not rank above %d", w, w-1)
		}
	}
}

// The keys that the trees hold are those of the formula.
func TestPlacesFollowTheFormula(t *testing.T) {
	x := newLexicon()
	m := fullMark()
	m.until, m.when, m.placement.Region = 0, HalfLife+12345, "3301"
	m.placement.Audiences[0].Weight = 73
	s := m.slot(uuid{1}, x, &sceneTable{}, 0)
	s.lift = lift(250)
	near := map[string]int64{
		"all": orderKey(73, 100, 250, m.when), "seniors": orderKey(73, 100, 250, m.when), "seniors/a": orderKey(73, 100, 250, m.when),
		"topic/a": orderKey(73, 100, 250, m.when), "region/33": orderKey(73, 100, 250, m.when),
		"region/3301": orderKey(73, regionFactor, 250, m.when), "recent": m.when,
	}
	x.places(&s, nil, func(part uint32, key int64) {
		if want, ok := near[x.names[part]]; ok && key != want {
			t.Errorf("%s: %d, want %d", x.names[part], key, want)
		}
		delete(near, x.names[part])
	})
	if len(near) > 0 {
		t.Errorf("no place in %v", near)
	}
}
