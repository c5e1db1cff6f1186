package content

import (
	"fmt"
	"slices"
	"strings"

	"kepu/journal"
	"kepu/media"
)

// Longest texts of a version, in characters as readers count them.
const (
	maxTitle   = 80
	maxSummary = 500
	maxPlain   = 300
	maxName    = 80 // of people and sources
	maxNote    = 300
	maxAlt     = 300
	maxLine    = 500
)

// Most entries of a version's lists.
const (
	maxReferences  = 100
	maxCorrections = 50
	maxCaptions    = 50
	maxTranscript  = 20_000
	maxChapters    = 200
)

// Check brings v to its one normal form in place (texts as clean makes them, the
// body as its Check does, V set) and says what is wrong with it; doing it again
// changes nothing. With problems it is half-way there and must not be stored.
// Whether a version is fit to publish is asked of Gate.
func (v *Version) Check() []journal.Problem {
	var p problems
	if v.V > Format {
		p.add("v", "由更新版本的程序写成")
	}
	v.V = Format
	p.needed("title", "标题", &v.Title, maxTitle)
	p.text("summary", "简介", &v.Summary, maxSummary)
	p.text("plain", "大白话摘要", &v.Plain, maxPlain)
	v.checkOrigin(&p)
	v.checkReferences(&p)
	v.checkCorrections(&p)
	if v.SEO != nil {
		seo := *v.SEO
		p.text("seo.title", "搜索标题", &seo.Title, maxTitle)
		p.text("seo.description", "搜索描述", &seo.Description, maxSummary)
		v.SEO = &seo
	}
	v.Cover = p.picture("cover", "封面", v.Cover)
	switch {
	case v.Article == nil && v.Video == nil:
		p.add("", "没有正文，也没有视频")
	case v.Article != nil && v.Video != nil:
		p.add("", "图文和视频只能有一种")
	case v.Article != nil:
		article := *v.Article
		p.under("article.body", article.Body.Check())
		v.Article = &article
	default:
		v.Video = p.video(v.Video)
	}
	return p
}

func (v *Version) checkOrigin(p *problems) {
	if v.Form != "" {
		p.oneOf("form", "体裁", v.Form, "text", "rumour", "steps", "emergency")
	}
	p.text("author", "作者", &v.Author, maxName)
	p.text("reviewer", "科学审核人", &v.Reviewer, maxName)
	p.text("source.name", "来源", &v.Source.Name, maxName)
	p.address("source.url", "来源网址", &v.Source.URL)
	p.text("licence", "许可", &v.Licence, maxName)
	p.text("ai", "人工智能说明", &v.AI, maxNote)
	p.day("checked", "核对日期", &v.Checked)
	p.day("recheck", "复核日期", &v.Recheck)
}

func (v *Version) checkReferences(p *problems) {
	if len(v.References) > maxReferences {
		p.add("references", "参考文献最多 %d 条", maxReferences)
		return
	}
	v.References = slices.Clone(v.References)
	for i := range v.References {
		r, at := &v.References[i], fmt.Sprintf("references[%d].", i)
		p.needed(at+"title", "参考文献题名", &r.Title, maxNote)
		p.text(at+"org", "参考文献机构", &r.Org, maxNote)
		p.text(at+"year", "参考文献年份", &r.Year, 20)
		p.text(at+"number", "参考文献编号", &r.Number, maxName)
		p.address(at+"url", "参考文献网址", &r.URL)
	}
}

func (v *Version) checkCorrections(p *problems) {
	if len(v.Corrections) > maxCorrections {
		p.add("corrections", "更正最多 %d 条", maxCorrections)
		return
	}
	v.Corrections = slices.Clone(v.Corrections)
	for i := range v.Corrections {
		c, at := &v.Corrections[i], fmt.Sprintf("corrections[%d].", i)
		p.day(at+"on", "更正日期", &c.On)
		if c.On == "" {
			p.add(at+"on", "更正要写日期")
		}
		p.needed(at+"text", "更正", &c.Text, maxSummary)
	}
	slices.SortStableFunc(v.Corrections, func(a, b Correction) int { return strings.Compare(b.On, a.On) })
}

// picture gives a cleaned copy. An empty alt is the gate's business.
func (p *problems) picture(field, name string, pic *Picture) *Picture {
	if pic == nil {
		return nil
	}
	c := *pic
	if c.Src != "" || c.Asset == "" {
		p.add(field, "%s没有入库", name)
		return &c
	}
	p.blob(field+".key", name, c.Key)
	p.text(field+".alt", name+"的替代文字", &c.Alt, maxAlt)
	p.text(field+".caption", name+"说明", &c.Caption, maxSummary)
	if c.Width < 0 || c.Height < 0 || c.Width > 1<<20 || c.Height > 1<<20 {
		p.add(field, "%s的宽高不对", name)
	}
	if f := c.Focal; f != nil && (f.X < 0 || f.X > 1000 || f.Y < 0 || f.Y > 1000) {
		p.add(field+".focal", "%s的焦点应在 0 到 1000 之间", name)
	}
	return &c
}

// video gives a cleaned copy.
func (p *problems) video(video *Video) *Video {
	v := *video
	if v.Asset.Asset == "" {
		p.add("video.asset", "视频没有入库")
	} else {
		p.blob("video.asset.key", "视频", v.Asset.Key)
	}
	if v.Asset.Duration < 0 || v.Asset.Size < 0 || v.Asset.Width < 0 || v.Asset.Height < 0 {
		p.add("video.asset", "视频的时长、大小或宽高不对")
	}
	v.Captions = p.captions(v.Captions)
	v.Transcript = p.lines("video.transcript", "文字稿", v.Transcript, maxTranscript)
	v.Chapters = p.lines("video.chapters", "章节", v.Chapters, maxChapters)
	if !v.Body.Empty() {
		p.under("video.body", v.Body.Check())
	}
	return &v
}

func (p *problems) captions(tracks []Caption) []Caption {
	if len(tracks) > maxCaptions {
		p.add("video.captions", "字幕最多 %d 条", maxCaptions)
		return tracks
	}
	tracks = slices.Clone(tracks)
	for i := range tracks {
		at := fmt.Sprintf("video.captions[%d].", i)
		p.blob(at+"key", "字幕", tracks[i].Key)
		if !isLanguage(tracks[i].Lang) {
			p.add(at+"lang", "字幕语言应写成 zh、zh-CN 或 en 这样的代码")
		}
		p.text(at+"label", "字幕名称", &tracks[i].Label, maxName)
	}
	return tracks
}

func (p *problems) lines(field, name string, lines []Line, most int) []Line {
	if len(lines) > most {
		p.add(field, "%s最多 %d 行", name, most)
		return lines
	}
	lines = slices.Clone(lines)
	for i := range lines {
		at := fmt.Sprintf("%s[%d]", field, i)
		p.needed(at+".text", name, &lines[i].Text, maxLine)
		if lines[i].At < 0 || i > 0 && lines[i].At < lines[i-1].At {
			p.add(at+".at", "%s的时间应从前往后，不小于 0", name)
		}
	}
	return lines
}

// isLanguage accepts the shape of a BCP 47 tag: a language and subtags.
func isLanguage(tag string) bool {
	for i, sub := range strings.Split(tag, "-") {
		if len(sub) < 1 || len(sub) > 8 || i == 0 && (len(sub) < 2 || len(sub) > 3) {
			return false
		}
		for _, c := range []byte(sub) {
			letter := c|0x20 >= 'a' && c|0x20 <= 'z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// MediaKeys are the source blobs that v shows, without repeats: the cover,
// pictures and clips of the body, the film and its captions.
func (v Version) MediaKeys() []media.Key {
	var keys []media.Key
	add := func(more ...media.Key) {
		for _, k := range more {
			if k != "" && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	if v.Cover != nil {
		add(v.Cover.Key)
	}
	if v.Article != nil {
		add(v.Article.Body.MediaKeys()...)
	}
	if v.Video != nil {
		add(v.Video.Asset.Key)
		for _, c := range v.Video.Captions {
			add(c.Key)
		}
		add(v.Video.Body.MediaKeys()...)
	}
	return keys
}
