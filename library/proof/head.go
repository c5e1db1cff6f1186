package proof

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"kepu/content"
)

// needed are members that every piece has; see also head.
var needed = []string{
	"id", "title", "kind", "slug", "summary", "plain", "audiences", "topics", "tags", "author", "source_name",
	"ai", "licence", "checked", "recheck", "published_at", "cover", "references",
}

// Limits of what stands in a front matter.
const (
	licence         = "CC-BY-SA-4.0"
	mostSummary     = 60 // Han
	leastReferences = 2
	mostReferences  = 6
	phoneTopic      = "digital-phone" // menus change with every version
	fraudTopic      = "digital-fraud"
	graceDays       = 5 // months differ in length
)

// head checks the front matter beyond what an import asks of it.
func (r *reading) head(p *piece) {
	r.complete(p)
	r.names(p)
	r.placed(p)
	r.dates(p)
	r.references(p)
	r.plain(p)
	if n := content.Han(p.sub.Version.Summary); n > mostSummary {
		r.fault(p.file, p.field("summary"), "summary 有 %d 字，最多 %d 字", n, mostSummary)
	}
}

// complete names all that is missing at once.
func (r *reading) complete(p *piece) {
	want := append(slices.Clone(needed), "form")
	if p.clip {
		want = append(slices.Clone(needed), "video", "captions")
	}
	var missing []string
	for _, name := range want {
		if at := p.key(name); at == 0 || p.blank(name, at) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		r.fault(p.file, 1, "文件头缺少 %s", strings.Join(missing, "、"))
	}
}

// blank tells whether nothing is said of a member: neither on its line nor
// below.
func (p *piece) blank(name string, line int) bool {
	value := strings.Trim(strings.TrimPrefix(p.lines[line-1], name+":"), ` "'[]{}`)
	return value == "" && (line >= len(p.lines) || !indentedOrItem(p.lines[line]))
}

// names: a piece is called by its file, so that a link, a question and a person
// find it by one word.
func (r *reading) names(p *piece) {
	s := p.sub
	kind, id := content.KindArticle, p.name
	if p.clip {
		kind, id = content.KindVideo, "clip-"+p.name
	}
	if s.SourceID != id {
		r.fault(p.file, p.field("id"), "id 是“%s”，应是“%s”", s.SourceID, id)
	}
	switch {
	case s.Slug == "":
	case !content.ValidSlug(s.Slug):
		r.fault(p.file, p.field("slug"), "slug“%s”不能作网址", s.Slug)
	case !p.clip && s.Slug != p.name:
		r.fault(p.file, p.field("slug"), "slug 是“%s”，应和文件名一样是“%s”", s.Slug, p.name)
	}
	for _, other := range r.pieces {
		if other == p {
			break
		}
		if s.Slug != "" && other.sub.Slug == s.Slug {
			r.fault(p.file, p.field("slug"), "slug“%s”已是 %s 的", s.Slug, other.file)
		}
	}
	if s.Kind != kind {
		r.fault(p.file, p.field("kind"), "kind 应是 %s", kind)
	}
	if v := s.Version; v.Licence != "" && v.Licence != licence {
		r.fault(p.file, p.field("licence"), "licence 应是 %s", licence)
	}
	if form := s.Version.Form; form != "" && !slices.Contains([]string{"text", "rumour", "steps", "emergency"}, form) {
		r.fault(p.file, p.field("form"), "form“%s”不认识，可用：text、rumour、steps、emergency", form)
	}
}

// placed checks for whom and where a piece stands.
func (r *reading) placed(p *piece) {
	placement := p.sub.Placement
	given := slices.Clone(placement.Audiences)
	r.problems(p, placement.Check(func(topic string) bool { _, ok := r.topics[topic]; return ok }))
	for i, a := range given {
		at := p.field(fmt.Sprintf("audiences[%d].weight", i))
		if a.Weight == 0 {
			r.fault(p.file, at, "权重是 0：不给这类人群就不要写")
		}
		switch {
		case a.Level == "":
			r.fault(p.file, at, "没有写 level")
		case known(a.Level) && known(given[0].Level) && a.Level != given[0].Level:
			r.fault(p.file, at, "level 和第一行不同：一篇只有一种难度")
		}
	}
}

// known tells whether there is such a reading level.
func known(level string) bool {
	return level == content.LevelEasy || level == content.LevelPlain || level == content.LevelFull
}

func (r *reading) dates(p *piece) {
	v := p.sub.Version
	checked, err := time.Parse(time.DateOnly, v.Checked)
	if err != nil {
		r.dateFault(p, "checked", v.Checked)
		return
	}
	again, err := time.Parse(time.DateOnly, v.Recheck)
	if err != nil {
		r.dateFault(p, "recheck", v.Recheck)
		return
	}
	last, span := checked.AddDate(1, 0, 0), "一年"
	if slices.Contains(p.sub.Placement.Topics, phoneTopic) {
		last, span = checked.AddDate(0, 6, graceDays), "半年"
	}
	switch {
	case !again.After(checked):
		r.fault(p.file, p.field("recheck"), "recheck 应在 checked 之后")
	case again.After(last):
		r.fault(p.file, p.field("recheck"), "recheck 最晚是 checked 之后%s", span)
	}
	if at := p.sub.Published; !at.IsZero() && at.After(again) {
		r.fault(p.file, p.field("published_at"), "published_at 在 recheck 之后：发布时就该复核了")
	}
}

func (r *reading) dateFault(p *piece, name, value string) {
	if value != "" { // else it is missing, which is said already
		r.fault(p.file, p.field(name), "%s 应写成 2026-11-24，现在是“%s”", name, value)
	}
}

// undated stands for the year of what has none or where none was found: that is
// said and not passed over.
const undated = "日期不详"

func (r *reading) references(p *piece) {
	list := p.sub.Version.References
	if n := len(list); n > 0 && (n < leastReferences || n > mostReferences) {
		r.fault(p.file, p.field("references"), "有 %d 条参考，应有 %d 到 %d 条", n, leastReferences, mostReferences)
	}
	for i, ref := range list {
		var missing []string
		for _, m := range []struct{ name, value string }{{"org", ref.Org}, {"title", ref.Title}, {"year", ref.Year}} {
			if strings.TrimSpace(m.value) == "" {
				missing = append(missing, m.name)
			}
		}
		if len(missing) > 0 {
			r.fault(p.file, p.field(fmt.Sprintf("references[%d]", i)), "第 %d 条参考缺少 %s", i+1, strings.Join(missing, "、"))
		} else if year, err := strconv.Atoi(ref.Year); (err != nil || year < 1500 || year > 2100) && ref.Year != undated {
			r.fault(p.file, p.field(fmt.Sprintf("references[%d]", i)), "第 %d 条参考的年份应是四位数，查不到写“%s”，现在是“%s”", i+1, undated, ref.Year)
		}
	}
}

// plain checks the easy summary. A character of the title or
// of a tag is not counted as rare: the piece is about that very thing, and in so few words one rare
// character would weigh as much as a hard text.
func (r *reading) plain(p *piece) {
	v := p.sub.Version
	if v.Plain == "" {
		return
	}
	at := p.field("plain")
	for _, wrong := range content.PlainProblems(v.Plain) {
		r.fault(p.file, at, "plain：%s", wrong)
	}
	most := content.LevelLimit(content.LevelEasy)
	if s := content.Readability(v.Plain); s.D > most {
		own := v.Title + strings.Join(p.sub.Placement.Tags, "")
		about := strings.Map(func(c rune) rune {
			if unicode.Is(unicode.Han, c) && strings.ContainsRune(own, c) {
				return '的' // common, and as long
			}
			return c
		}, v.Plain)
		if s := content.Readability(about); s.D > most {
			r.fault(p.file, at, "plain 偏难：难度 %.1f，最多 %.0f", s.D, most)
		}
	}
}
