package frontend

import "testing"

func TestAccepts(t *testing.T) {
	for header, want := range map[string][2]bool{
		"":                             {false, false},
		"gzip":                         {false, true},
		"gzip, deflate, br":            {true, true},
		"br;q=0, gzip":                 {false, true},
		"br; q=0.000,gzip;q=0":         {false, false},
		"br;q=0.001":                   {true, false},
		"GZIP;q=1.0":                   {false, true},
		"*;q=NaN, identity":            {false, false},
		"xgzip, brr":                   {false, false},
		", ,;q=0,":                     {false, false},
		"gzip;q=NaN":                   {false, true},
		"deflate, gzip;q=1.0, *;q=0.5": {false, true},
	} {
		br, gz := accepts([]byte(header))
		if br != want[0] || gz != want[1] {
			t.Errorf("accepts(%q) = %v %v", header, br, gz)
		}
	}
}

func TestMatches(t *testing.T) {
	etag := []byte(`"abc"`)
	for header, want := range map[string]string{
		"":                           "",
		`"abc"`:                      `"abc"`,
		`W/"abc-g"`:                  `"abc-g"`,
		`"x", "abc-b"`:               `"abc-b"`,
		"*":                          `"abc"`,
		`"abcd"`:                     "",
		`"abc-x"`:                    "",
		`abc`:                        "",
		`"ab`:                        "",
		`"x","y","z",` + ` , "abc" `: `"abc"`,
	} {
		if got := string(matches([]byte(header), etag)); got != want {
			t.Errorf("matches(%s) = %s, want %s", header, got, want)
		}
	}
}
