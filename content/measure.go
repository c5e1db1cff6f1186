package content

// Measured is how long and how hard a version reads.
type Measured struct {
	Han     int           `json:"han"`     // of what is read: body, or for a film what stands below it
	Minutes int           `json:"minutes"` // to read it; of a film, to watch it
	D       float64       `json:"difficulty"`
	Plain   MeasuredPlain `json:"plain"`
}

// MeasuredPlain is what an easy summary keeps to and goes over.
type MeasuredPlain struct {
	Han       int      `json:"han"`
	Sentences int      `json:"sentences"`
	D         float64  `json:"difficulty"`
	Problems  []string `json:"problems"` // Chinese, as PlainProblems
}

// Measure measures a version; Readability says what difficulty is.
func Measure(v Version) Measured {
	body, _ := v.body()
	text := body.Text()
	m := Measured{Han: Han(text), D: Readability(Prose(body)).D}
	switch {
	case v.Video != nil:
		m.Minutes = max(1, int((v.Video.Asset.Duration+30_000)/60_000))
	case !body.Empty():
		m.Minutes = Minutes(m.Han)
	}
	m.Plain = MeasuredPlain{Han: Han(v.Plain), Sentences: len(Sentences(v.Plain)), D: Readability(v.Plain).D, Problems: []string{}}
	if v.Plain != "" {
		m.Plain.Problems = append(m.Plain.Problems, PlainProblems(v.Plain)...)
	}
	return m
}
