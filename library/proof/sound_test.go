package proof_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing/fstest"
)

// sound is a small library without a fault: two articles of one series, a clip,
// a scene and the questions.
func sound() fstest.MapFS {
	files := map[string]string{
		"articles/shitou.md": article("shitou", "石头为什么会变色", 1, "石头吸了水就变深，太阳一晒又变浅。",
			"石头湿了颜色深。晒干又变浅。拿不准就摸一摸。", stoneRow),
		"articles/dashu.md": article("dashu", "大树怎样过冬", 2, "大树在秋天收起叶子，冬天慢慢地用水。",
			"大树冬天不长。别给它多浇水。叶子没了也别砍。", treeRow),
		"clips/chaoshui.md":              clip,
		"clips/chaoshui.vtt":             captions,
		"questions/youth.yaml":           "# 问法\nshitou: 石头下雨怎么变黑了\ndashu: 树叶掉光了树还活着吗\n",
		"series.yaml":                    "# 系列\n- slug: yuanzi\n  title: 院子里\n  summary: 院子里看得见的事。\n",
		"scenes.yaml":                    "- slug: yutian\n  title: 雨天\n  start: 2026-06-01T00:00:00+08:00\n  end: 2026-07-01T00:00:00+08:00\n  boost: 150\n  topics: [nature-weather]\n  items: [shitou]\n",
		"README.md":                      "不是文章",
		"clips/render/testdata/shot.svg": "不归这里管",
	}
	for _, name := range []string{"articles/shitou", "articles/dashu"} {
		files[name+".svg"] = diagram
		files[name+"-cover.svg"] = cover
	}
	files["clips/chaoshui-cover.svg"] = cover
	files["clips/chaoshui.mp4"] = string(footage{codec: "avc1", width: 1280, height: 720, seconds: 30}.make())
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// article is one of so many sentences that no two are the same.
func article(name, title string, part int, summary, plain, sentence string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `---
id: %[1]s
title: %[2]s
kind: article
slug: %[1]s
form: text
summary: %[3]s
plain: %[4]s
audiences:
  - {audience: youth, weight: 90, level: plain}
  - {audience: farmers, weight: 20, level: plain}
topics: [nature-weather]
tags: [院子, 看一看]
region: "33"
series: {id: yuanzi, part: %[5]d}
author: 浙里科普编辑部
source_name: 浙里科普
ai: 文字和插图由人工智能起草
licence: CC-BY-SA-4.0
checked: 2026-11-24
recheck: 2027-11-24
published_at: 2026-11-12T09:00:00+08:00
cover:
  src: %[1]s-cover.svg
  alt: %[2]s的封面，`+aboutAll+`
references:
  - {org: 国家标准, title: 院子里的东西, year: "2020", number: GB 12345—2020}
  - {org: 浙里科普编辑部, title: 事实清单, year: "2026"}
---

`, name, title, summary, plain, part)
	b.WriteString(rows(sentence, 1, 30))
	fmt.Fprintf(&b, "![%s的图，%s](%s.svg \"一张图\")\n\n再看[石头](/article/shitou)和[潮水](/video/chaoshui-duanpian)。\n", title, aboutAll, name)
	return b.String()
}

const (
	stoneRow = "院子里的第%s块石头，晴天是灰的，雨天是黑的。"
	treeRow  = "河边上的第%s棵大树，春天开花，秋天落叶。"
)

// rows are sentences of a numbered thing, three a paragraph.
func rows(sentence string, from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, sentence, numeral(i))
		if i%3 == 0 {
			b.WriteString("\n\n")
		}
	}
	return b.String()
}

const aboutAll = "左边是下雨以前，右边是下雨以后，中间的一条线把两边分开，右边的颜色深一些。"

func numeral(n int) string {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	tens := ""
	if n >= 10 {
		tens = "十"
	}
	if n >= 20 {
		tens = digits[n/10] + "十"
	}
	return tens + digits[n%10]
}

const clip = `---
id: clip-chaoshui
title: 潮水怎样站起来
kind: video
slug: chaoshui-duanpian
summary: 口子越走越窄，水挤在一起就站了起来。
plain: 潮水挤在一起就站起来。看潮要站在高处。有人喊就走。
audiences:
  - {audience: workers, weight: 90, level: plain}
topics: [nature-sea]
tags: [潮水]
author: 浙里科普编辑部
source_name: 浙里科普
ai: 文字、画面由人工智能起草
licence: CC-BY-SA-4.0
checked: 2026-11-24
recheck: 2027-11-24
published_at: 2026-11-13T09:00:00+08:00
video: chaoshui.mp4
captions: chaoshui.vtt
transcript:
  - {at: "0:01", text: 江口像一个喇叭}
  - {at: "0:05", text: 水越走越挤}
chapters:
  - {at: "0:00", text: 看江口}
cover:
  src: chaoshui-cover.svg
  alt: 潮水的封面，江口外面宽里面窄，水从右边来，到左边挤成高高的一道，站在岸上的人看着它。
references:
  - {org: 国家标准, title: 江里的水, year: "2021"}
  - {org: 浙里科普编辑部, title: 事实清单, year: "2026"}
---

短片里的江口外面宽，里面窄，水走到里面就挤在一起。
`

const captions = `WEBVTT

00:01.000 --> 00:04.500
江口像一个喇叭
外面宽里面窄

00:04.600 --> 00:08.000
水越走越挤 就站了起来
`

const diagram = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 500" font-family="sans-serif">
<title>雨前和雨后</title>
<rect width="800" height="500" fill="#E8F0EC"/>
<text x="200" y="100" font-size="40" text-anchor="middle">雨前</text>
<g transform="translate(400 0)" font-size="40">
<text x="200" y="100" text-anchor="middle">雨后</text>
</g>
</svg>
`

const cover = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 500">
<title>雨</title>
<rect width="800" height="500" fill="#E8F0EC"/>
</svg>
`

// footage is an MP4 of one track whose samples are not to be decoded.
type footage struct {
	codec                  string
	width, height, seconds int
	last                   bool // the index at the end
}

func (f footage) make() []byte {
	head := part("ftyp", "isom", 512, "isomavc1")
	moov := func(offset int) []byte { return part("moov", f.head(), f.track(offset)) }
	data := part("mdat", "frames")
	if f.last {
		return bytes.Join([][]byte{head, data, moov(len(head) + 8)}, nil)
	}
	return bytes.Join([][]byte{head, moov(len(head) + len(moov(0)) + 8), data}, nil)
}

func (f footage) head() []byte {
	return part("mvhd", 0, 0, 0, 1000, f.seconds*1000, string(make([]byte, 80)))
}

func (f footage) track(offset int) []byte {
	zeros := func(n int) string { return string(make([]byte, n)) }
	unit := "\x00\x01\x00\x00"
	return part("trak",
		part("tkhd", 1, zeros(8), 1, 0, f.seconds*1000, zeros(16), unit+zeros(12)+unit+zeros(12)+"\x40\x00\x00\x00", f.width<<16, f.height<<16),
		part("mdia",
			part("mdhd", 0, 0, 0, 1000, f.seconds*1000, 0),
			part("hdlr", 0, 0, "vide", zeros(13)),
			part("minf", part("dinf", part("dref", 0, 1, part("url ", 1))),
				part("stbl",
					part("stsd", 0, 1, part(f.codec, zeros(24), f.width<<16|f.height, zeros(50))),
					part("stts", 0, 1, 1, 1000), part("stsc", 0, 1, 1, 1, 1), part("stsz", 0, 6, 1), part("stco", 0, 1, offset)))))
}

// part is a box of an MP4.
func part(name string, parts ...any) []byte {
	body := []byte(name)
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			body = append(body, p...)
		case []byte:
			body = append(body, p...)
		case int:
			body = binary.BigEndian.AppendUint32(body, uint32(p))
		}
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}
