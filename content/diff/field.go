package diff

import (
	"fmt"
	"strings"
	"time"

	"kepu/content"
)

// named is one text of a version or placement.
type named struct{ name, text string }

// fields compares texts that come in the same order on both sides.
func (w *work) fields(from, to []named) (changed []Field) {
	for i := range from {
		if from[i].text != to[i].text {
			changed = append(changed, Field{from[i].name, w.text(from[i].text, to[i].text)})
		}
	}
	return changed
}

// versionFields are all texts of a version outside its body, always the same in
// the same order. Lists are a line an entry.
func versionFields(v content.Version) []named {
	var cover content.Picture
	if v.Cover != nil {
		cover = *v.Cover
	}
	var seo content.SEO
	if v.SEO != nil {
		seo = *v.SEO
	}
	var film content.Video
	if v.Video != nil {
		film = *v.Video
	}
	return []named{
		{"title", v.Title}, {"summary", v.Summary}, {"plain", v.Plain}, {"form", v.Form},
		{"author", v.Author}, {"reviewer", v.Reviewer},
		{"source.name", v.Source.Name}, {"source.url", v.Source.URL}, {"licence", v.Licence},
		{"ai", v.AI}, {"checked", v.Checked}, {"recheck", v.Recheck},
		{"references", lines(v.References, reference)},
		{"corrections", lines(v.Corrections, func(c content.Correction) string { return c.On + " " + c.Text })},
		{"seo.title", seo.Title}, {"seo.description", seo.Description},
		{"cover", cover.Asset + at(string(cover.Key))}, {"cover.alt", cover.Alt}, {"cover.caption", cover.Caption}, {"cover.focal", focal(v.Cover)},
		{"video.asset", film.Asset.Asset + at(string(film.Asset.Key))},
		{"video.captions", lines(film.Captions, func(c content.Caption) string {
			return strings.TrimSpace(c.Lang+" "+c.Label) + at(string(c.Key))
		})},
		{"video.transcript", lines(film.Transcript, moment)},
		{"video.chapters", lines(film.Chapters, moment)},
	}
}

func placementFields(p content.Placement) []named {
	var series, pin string
	if p.Series != nil {
		series = fmt.Sprintf("%s %d", p.Series.ID, p.Series.Part)
	}
	if p.Pin != nil {
		pin = fmt.Sprintf("%s %d", strings.Join(p.Pin.On, " "), p.Pin.Order)
		if !p.Pin.Until.IsZero() {
			pin += " " + p.Pin.Until.UTC().Format(time.RFC3339)
		}
	}
	return []named{
		{"audiences", lines(p.Audiences, func(a content.Placed) string {
			return strings.TrimSpace(fmt.Sprintf("%s %d %s", a.Audience, a.Weight, a.Level))
		})},
		{"topics", strings.Join(p.Topics, "\n")}, {"tags", strings.Join(p.Tags, "\n")},
		{"region", p.Region}, {"series", series}, {"pin", pin},
	}
}

func lines[T any](list []T, line func(T) string) string {
	var b strings.Builder
	for i, entry := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line(entry))
	}
	return b.String()
}

func reference(r content.Reference) string {
	parts := make([]string, 0, 5)
	for _, s := range []string{r.Org, "《" + r.Title + "》", r.Number, r.Year, r.URL} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// moment writes a line with its time, to the millisecond where that matters.
func moment(l content.Line) string {
	stamp := fmt.Sprintf("%d:%02d", l.At/60_000, l.At/1000%60)
	if ms := l.At % 1000; ms != 0 {
		stamp += fmt.Sprintf(".%03d", ms)
	}
	return stamp + " " + l.Text
}

// at names a blob by the head of its key: a file that was replaced under the
// same id is another one.
func at(key string) string {
	if key == "" {
		return ""
	}
	return "@" + key[:min(12, len(key))]
}

func focal(p *content.Picture) string {
	if p == nil || p.Focal == nil {
		return ""
	}
	return fmt.Sprintf("%d,%d", p.Focal.X, p.Focal.Y)
}
