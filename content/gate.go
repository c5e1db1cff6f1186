package content

import (
	"fmt"
	"slices"
	"strings"
)

// Gate says what stands against publishing v under p. Blocking: no title, no
// audience, nothing to read or see, a picture without alternative text, a film
// without captions. The rest is advice an editor may overrule. Both are taken
// as Check left them.
func Gate(v Version, p Placement) []Advice {
	var g gate
	g.blocking(v, p)
	g.advice(v, p)
	return g
}

// Stops tells whether any of the advice stops publication.
func Stops(advice []Advice) bool {
	for _, a := range advice {
		if a.Blocking {
			return true
		}
	}
	return false
}

type gate []Advice

func (g *gate) block(code, field, message string) {
	*g = append(*g, Advice{Code: code, Field: field, Message: message, Blocking: true})
}

func (g *gate) advise(code, field, message string) {
	*g = append(*g, Advice{Code: code, Field: field, Message: message})
}

func (g *gate) blocking(v Version, p Placement) {
	if blank(v.Title) {
		g.block("title", "title", "标题不能为空")
	}
	if len(p.Audiences) == 0 {
		g.block("audience", "audiences", "没有选人群")
	}
	body, at := v.body()
	if v.Article != nil && body.Empty() || v.Article == nil && v.Video == nil {
		g.block("body", at, "正文是空的")
	}
	if v.Cover != nil && blank(v.Cover.Alt) {
		g.block("alt", "cover.alt", "封面没有替代文字")
	}
	for i, pic := range body.Pictures() {
		if blank(pic.Alt) {
			g.block("alt", at, fmt.Sprintf("第 %d 张图没有替代文字", i+1))
		}
	}
	if v.Video != nil && len(v.Video.Captions) == 0 {
		g.block("captions", "video.captions", "视频没有字幕")
	}
}

// body is the text of an article, or that below a film, and its field.
func (v Version) body() (Body, string) {
	switch {
	case v.Article != nil:
		return v.Article.Body, "article.body"
	case v.Video != nil:
		return v.Video.Body, "video.body"
	}
	return Body{}, "article.body"
}

func (g *gate) advice(v Version, p Placement) {
	switch {
	case v.Source == (Source{}):
		g.advise("source", "source", "没有写来源")
	case v.Source.Name == "":
		g.advise("source", "source.name", "只写了来源网址，没有写来源名称")
	}
	if v.Reviewer == "" {
		g.advise("reviewer", "reviewer", "没有科学审核人")
	}
	if v.Plain == "" {
		g.advise("plain", "plain", "没有大白话摘要")
	} else if wrong := PlainProblems(v.Plain); len(wrong) > 0 {
		g.advise("plain", "plain", strings.Join(wrong, "；"))
	}
	if v.Summary == "" {
		g.advise("summary", "summary", "没有简介")
	}
	if len(v.References) == 0 {
		g.advise("references", "references", "没有参考文献")
	}
	if len(p.Topics) == 0 {
		g.advise("topic", "topics", "没有选主题")
	}
	if v.Cover == nil {
		g.advise("cover", "cover", "没有封面")
	}
	if v.Recheck == "" && ages(v, p) {
		g.advise("recheck", "recheck", "健康和应急的内容会过时，要写复核日期")
	}
	g.reading(v, p)
}

// ages tells whether a text must be looked at again in time: what it says of
// health or an emergency.
func ages(v Version, p Placement) bool {
	return v.Form == "emergency" || slices.ContainsFunc(p.Topics, func(t string) bool {
		return InTopic(t, topicHealth) || InTopic(t, topicEmergency)
	})
}

// Topics whose texts age.
const (
	topicHealth    = "health"
	topicEmergency = "emergency"
)

// longest is how many minutes a text should take to read at most; a longer one
// is better parted.
const longest = 15

// reading compares the text with the reading level its main audience is
// promised.
func (g *gate) reading(v Version, p Placement) {
	body, at := v.body()
	if minutes := Minutes(Han(body.Text())); minutes > longest {
		g.advise("length", at, fmt.Sprintf("太长：约 %d 分钟读完，最好不超过 %d 分钟，可以分成几篇", minutes, longest))
	}
	level := mainLevel(p)
	if level == "" || body.Empty() {
		return
	}
	most := LevelLimit(level)
	if s := Readability(Prose(body)); s.Han >= 100 && s.D > most {
		g.advise("level", at, fmt.Sprintf("文字偏难：难度 %.1f，“%s”最多 %.0f", s.D, levelName(level), most))
	}
}

// mainLevel is the level named for the audience of the largest weight.
func mainLevel(p Placement) string {
	level, weight := "", 0
	for _, a := range p.Audiences {
		if a.Weight > weight {
			level, weight = a.Level, a.Weight
		}
	}
	return level
}

func levelName(level string) string {
	switch level {
	case LevelEasy:
		return "易读"
	case LevelPlain:
		return "普通"
	}
	return "深入"
}
