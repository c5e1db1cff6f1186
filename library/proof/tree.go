package proof

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"kepu/content"
	"kepu/content/markdown"
	"kepu/journal"
)

// Files that say what pieces stand in.
const (
	seriesFile = "series.yaml"
	scenesFile = "scenes.yaml"
)

// series and scene are entries of these files.
type series struct {
	line    int
	Slug    string   `json:"slug"`
	Title   string   `json:"title"`
	Summary string   `json:"summary"`
	Cover   *picture `json:"cover"`
}

type scene struct {
	line      int
	Slug      string             `json:"slug"`
	Title     string             `json:"title"`
	Summary   string             `json:"summary"`
	Start     string             `json:"start"`
	End       string             `json:"end"`
	Boost     int                `json:"boost"`
	Topics    []string           `json:"topics"`
	Tags      []string           `json:"tags"`
	Items     []string           `json:"items"` // ids of this library
	Audiences []content.Audience `json:"audiences"`
	Regions   []string           `json:"regions"`
	Cover     *picture           `json:"cover"`
}

type picture struct {
	Src string `json:"src"`
	Alt string `json:"alt"`
}

func (r *reading) readSeries() []series {
	return entries(r, seriesFile, func(s *series, line int) { s.line = line })
}

func (r *reading) readScenes() []scene {
	return entries(r, scenesFile, func(s *scene, line int) { s.line = line })
}

var entry = regexp.MustCompile(`(?m)^-[ \n]`)

// entries reads a YAML list strictly, one entry by the other, so that each
// fault has its line.
func entries[T any](r *reading, file string, place func(*T, int)) (list []T) {
	if !r.has(file) {
		return nil
	}
	src := r.bytes(file)
	v, err := markdown.YAML(src)
	if err != nil {
		r.invalid(&piece{file: file}, err)
		r.unread[file] = true
		return nil
	}
	items, ok := v.([]any)
	if !ok && v != nil {
		r.fault(file, 1, "应是一个列表：每项以 - 开头")
		r.unread[file] = true
	}
	starts := entry.FindAllIndex(src, -1)
	for i, item := range items {
		line := 1
		if i < len(starts) {
			line += strings.Count(string(src[:starts[i][0]]), "\n")
		}
		var e T
		raw, err := json.Marshal(item)
		if err == nil {
			d := json.NewDecoder(strings.NewReader(string(raw)))
			d.DisallowUnknownFields()
			err = d.Decode(&e)
		}
		if err != nil {
			r.fault(file, line, "第 %d 项：%s", i+1, misread(err))
			r.unread[file] = true
			continue
		}
		place(&e, line)
		list = append(list, e)
	}
	return list
}

// misread says in Chinese what the decoder found.
func misread(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return kind.Field + " 的写法不对"
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "不认识的字段 " + strings.Trim(name, `"`)
	}
	return "读不懂"
}

// trees checks series and scenes against the pieces.
func (r *reading) trees() {
	for i, s := range r.series {
		given := content.Series{Slug: s.Slug, Title: s.Title, Summary: s.Summary}
		r.entry(seriesFile, s.line, given.Check())
		if slices.ContainsFunc(r.series[:i], func(o series) bool { return o.Slug == s.Slug }) {
			r.fault(seriesFile, s.line, "系列“%s”写了两次", s.Slug)
		}
	}
	r.parts()
	for i, s := range r.scenes {
		r.scene(s)
		if slices.ContainsFunc(r.scenes[:i], func(o scene) bool { return o.Slug == s.Slug }) {
			r.fault(scenesFile, s.line, "情景“%s”写了两次", s.Slug)
		}
	}
}

func (r *reading) entry(file string, line int, problems []journal.Problem) {
	for _, p := range problems {
		r.fault(file, line, "%s：%s", p.Field, p.Message)
	}
}

// parts checks that those of a series are 1, 2, 3 … each once.
func (r *reading) parts() {
	if r.unread[seriesFile] {
		return
	}
	parts := map[string]map[int]*piece{}
	for _, s := range r.series {
		parts[s.Slug] = map[int]*piece{}
	}
	broken := false
	for _, p := range r.pieces {
		broken = broken || p.broken
		in := p.sub.Placement.Series
		if in == nil {
			continue
		}
		switch other, line := parts[in.ID][in.Part], p.field("series"); {
		case parts[in.ID] == nil:
			r.fault(p.file, line, "没有“%s”这个系列", in.ID)
		case in.Part < 1:
			r.fault(p.file, line, "没有写是系列的第几篇（part，从 1 起）")
		case other != nil:
			r.fault(p.file, line, "%s 已是“%s”的第 %d 篇", other.file, in.ID, in.Part)
		default:
			parts[in.ID][in.Part] = p
		}
	}
	for _, s := range r.series {
		members := parts[s.Slug]
		if broken { // the one that is missing may be among them
			continue
		}
		if len(members) < 2 {
			r.fault(seriesFile, s.line, "系列“%s”只有 %d 篇", s.Slug, len(members))
		}
		for part := 1; part <= len(members); part++ {
			if members[part] == nil {
				r.fault(seriesFile, s.line, "系列“%s”缺第 %d 篇", s.Slug, part)
				break
			}
		}
	}
}

func (r *reading) scene(s scene) {
	start, end := instant(s.Start), instant(s.End)
	given := content.Scene{
		Slug: s.Slug, Title: s.Title, Summary: s.Summary, Start: start, End: end, Boost: s.Boost,
		Topics: s.Topics, Tags: s.Tags, Audiences: s.Audiences, Regions: s.Regions,
	}
	r.entry(scenesFile, s.line, given.Check(func(topic string) bool { _, ok := r.topics[topic]; return ok }))
	for _, id := range s.Items {
		if !slices.ContainsFunc(r.pieces, func(p *piece) bool { return p.sub.SourceID == id || p.broken && p.name == id }) {
			r.fault(scenesFile, s.line, "情景“%s”点名的 %s 不在这里", s.Slug, id)
		}
	}
	if len(s.Items) == 0 && !slices.ContainsFunc(r.pieces, s.lifts) {
		r.fault(scenesFile, s.line, "情景“%s”没有提升任何一篇", s.Slug)
	}
}

func (s scene) lifts(p *piece) bool {
	at := p.sub.Placement
	return slices.ContainsFunc(s.Topics, func(above string) bool {
		return slices.ContainsFunc(at.Topics, func(topic string) bool { return content.InTopic(topic, above) })
	}) || slices.ContainsFunc(s.Tags, func(tag string) bool { return slices.Contains(at.Tags, tag) })
}

// instant reads a time or a date; one it cannot read is the zero time, whose
// year Check finds fault with.
func instant(s string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

func itoa(i int) string { return fmt.Sprint(i) }
