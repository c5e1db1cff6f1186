package proof

import (
	"io/fs"

	"kepu/content"
)

// What a whole library holds at least.
const (
	leastArticles = 60
	leastClips    = 10
	leastSeries   = 8
	leastScenes   = 6
	leastMain     = 12 // pieces of one audience, see mainAudience
)

// Totals says what a library has too little of. It holds of the whole library
// only, not of a part that somebody is at work on.
func Totals(fsys fs.FS) []Fault {
	r := open(fsys)
	r.faults = nil
	count := map[bool]int{}
	main := map[content.Audience]int{}
	for _, p := range r.pieces {
		count[p.clip]++
		main[p.mainAudience()]++
	}
	few := func(file, what string, have, least int) {
		if have < least {
			r.fault(file, 0, "只有 %d %s，至少要有 %d", have, what, least)
		}
	}
	few(articles, "篇文章", count[false], leastArticles)
	few(clips, "个短片", count[true], leastClips)
	few(seriesFile, "个系列", len(r.series), leastSeries)
	few(scenesFile, "个情景", len(r.scenes), leastScenes)
	for _, a := range content.Audiences {
		few(".", "篇主要给"+a.Name()+"的内容", main[a], leastMain)
	}
	return r.faults
}
