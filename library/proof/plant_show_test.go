package proof_test

import "strings"

const (
	svg   = "articles/dashu.svg"
	front = "articles/dashu-cover.svg"
	film  = "clips/chaoshui.md"
	vtt   = "clips/chaoshui.vtt"
	mp4   = "clips/chaoshui.mp4"
)

// drawn plants an element into the tree's diagram.
func drawn(name, element, says string) plant {
	return plant{name, one(svg, "</svg>", element+"\n</svg>"), svg, element, says}
}

var drawingPlants = []plant{
	{"short alt", one(tree, "右边是下雨以后，中间的一条线把两边分开，右边的颜色深一些。]", "右边是雨后。]"), tree, "右边是雨后。]", "替代文字有"},
	{"short alt of a cover", one(tree, "alt: 大树怎样过冬的封面，"+aboutAll, "alt: 大树的封面"), tree, "alt: 大树的封面", "替代文字有"},
	{"no picture", one(tree, "(dashu.svg", "(shitou.svg"), svg, "", "没有哪一篇用到它"},
	{"picture that is not there", []edit{{svg, "", ""}}, tree, "(dashu.svg", "找不到“dashu.svg”"},
	{"cover that is not there", []edit{{front, "", ""}}, tree, "src: dashu-cover.svg", "找不到“dashu-cover.svg”"},
	{"unused", one("clips/other.png", "", "x"), "clips/other.png", "", "没有哪一篇用到它"},
	{"broken XML", one(svg, "</text>", "</tex>"), svg, "</tex>", "XML"},
	{"large", one(svg, "</svg>", "<!--"+strings.Repeat("x", 60_000)+"--></svg>"), svg, "", "最多 60 kB"},
	{"viewBox", one(svg, `viewBox="0 0 800 500"`, `viewBox="0 0 1600 1000"`), svg, "viewBox", "viewBox"},
	{"no title", one(svg, "<title>雨前和雨后</title>", "<title></title>"), svg, "^", "<title>"},
	{"long title", one(svg, "<title>雨前和雨后", "<title>"+strings.Repeat("雨前和雨后", 5)), svg, "^", "1 到 20 字"},
	{"font", one(svg, `font-family="sans-serif"`, `font-family="SimSun"`), svg, "SimSun", "通名"},
	drawn("script", `<script>alert(1)</script>`, "<script>"),
	drawn("event", `<rect onclick="x()" width="9" height="9"/>`, "onclick"),
	drawn("foreign object", `<foreignObject/>`, "<foreignObject>"),
	drawn("style", `<style>rect{fill:red}</style>`, "<style>"),
	drawn("style of an element", `<rect style="fill:red" width="9" height="9"/>`, "style"),
	drawn("reference", `<use href="https://example.cn/a.svg#b"/>`, "href"),
	drawn("data", `<rect fill="url(data:image/png;base64,AA)" width="9" height="9"/>`, "图外"),
	drawn("element that an import refuses", `<blink/>`, "<blink>"),
	drawn("small label", `<text x="200" y="300" font-size="38" text-anchor="middle">雨</text>`, "不到 40"),
	drawn("scaled label", `<g transform="scale(.5)"><text x="200" y="600" font-size="50">雨</text></g>`, "不到 40"),
	drawn("label outside", `<text x="700" y="300" font-size="40">雨后的石头</text>`, "伸出"),
	drawn("label outside by its anchor", `<text x="20" y="300" font-size="40" text-anchor="middle">雨后</text>`, "伸出"),
	drawn("label turned outside", `<text x="20" y="20" font-size="40" transform="rotate(-90 20 20)">雨后</text>`, "伸出"),
	drawn("labels on each other", `<text x="180" y="120" font-size="40">雨</text>`, "叠在一起"),
	drawn("row on another label", `<text x="600" y="300" font-size="40">雨<tspan x="590" y="110">后</tspan></text>`, "叠在一起"),
	{"many labels", one(svg, "</svg>", labels()+"\n</svg>"), svg, labels(), "有 13 个标注"},
	{"label on a cover", one(front, "</svg>", `<text x="200" y="300" font-size="40">雨</text></svg>`), front, "</svg>", "封面上不写字"},
}

// labels are eleven more, in one line.
func labels() string {
	var b strings.Builder
	for _, y := range []string{"200", "260", "320", "380", "440", "490"} {
		b.WriteString(`<text x="100" y="` + y + `" font-size="40">雨</text>`)
		if y != "490" {
			b.WriteString(`<text x="300" y="` + y + `" font-size="40">雨</text>`)
		}
	}
	return b.String()
}

// filmed plants another film.
func filmed(name string, f footage, says string) plant {
	return plant{name, []edit{{mp4, "", string(f.make())}}, mp4, "", says}
}

var clipPlants = []plant{
	{"no captions", one(vtt, "WEBVTT", "SRT"), vtt, "", "WEBVTT"},
	{"broken times", one(vtt, "00:04.600 -->", "00:4.600 -->"), vtt, "00:4.600", "时间写法不对"},
	{"long row", one(vtt, "水越走越挤 就站了起来", "水越走越挤后来就高高地站了起来啦"+"了"), vtt, "00:04.600", "最多 16 字"},
	{"three rows", one(vtt, "外面宽里面窄", "外面宽\n里面窄"), vtt, "00:01.000", "最多 2 行"},
	{"short cue", one(vtt, "水越走越挤 就站了起来", "水越走\n\n00:08.200 --> 00:09.300\n起来"), vtt, "00:08.200", "停留 1.10 秒"},
	{"long cue", one(vtt, "--> 00:08.000", "--> 00:10.700"), vtt, "00:04.600", "停留 6.10 秒"},
	{"no gap", one(vtt, "00:04.600", "00:04.579"), vtt, "00:04.579", "只隔 79 毫秒"},
	{"fast", one(vtt, "00:04.600 --> 00:08.000", "00:04.600 --> 00:06.500"), vtt, "00:04.600", "每秒最多 5 字"},
	{"fast for seniors", []edit{{film, "audience: workers", "audience: seniors"}, {vtt, "00:04.600 --> 00:08.000", "00:04.600 --> 00:06.900"}}, vtt, "00:04.600", "每秒最多 4 字"},
	{"full stop", one(vtt, "就站了起来", "就站了起来。"), vtt, "00:04.600", "行末不用"},
	{"comma", one(vtt, "水越走越挤 就", "水越走越挤，就"), vtt, "00:04.600", "写成空格"},
	{"out of order", one(vtt, "就站了起来", "就站了起来\n\n00:00:12.000 --> 00:14.000\n站起来\n\n00:09.000 --> 00:11.000\n越走越挤"), vtt, "00:09.000", "次序不对"},
	{"after the end", one(vtt, "水越走越挤 就站了起来", "水越走越挤\n\n00:28.000 --> 00:30.500\n就站了起来"), vtt, "00:28.000", "片子只有 30.0 秒"},
	{"film that is not there", []edit{{mp4, "", ""}}, film, "video: chaoshui.mp4", "找不到"},
	{"captions that are not there", []edit{{vtt, "", ""}}, film, "captions:", "找不到"},
	{"no film", one(mp4, "", "film"), mp4, "", ""},
	{"large film", one(mp4, "", strings.Repeat("x", 2_500_001)), mp4, "", "最多 2.5 MB"},
	filmed("codec", footage{codec: "av01", width: 1280, height: 720, seconds: 30}, "H.264"),
	filmed("size", footage{codec: "avc1", width: 1920, height: 1080, seconds: 30}, "1920×1080"),
	filmed("short", footage{codec: "avc1", width: 1280, height: 720, seconds: 19}, "19.0 秒"),
	filmed("long", footage{codec: "avc1", width: 1280, height: 720, seconds: 76}, "76.0 秒"),
	filmed("index at the end", footage{codec: "avc1", width: 1280, height: 720, seconds: 30, last: true}, "faststart"),
	{"transcript out of order", one(film, `{at: "0:05"`, `{at: "0:00"`), film, `{at: "0:00", text: 水`, "从前往后"},
	{"chapter after the end", one(film, `{at: "0:00", text: 看`, `{at: "0:30", text: 看`), film, `{at: "0:30"`, "结束之后"},
}

var treePlants = []plant{
	{"unknown key of a series", one("series.yaml", "  title:", "  colour: red\n  title:"), "series.yaml", "- slug", "不认识的字段 colour"},
	{"broken series", one("series.yaml", "  title: 院子里", "  title: [院子里"), "series.yaml", "summary", "写法有误"},
	{"series without title", one("series.yaml", "  title: 院子里\n", ""), "series.yaml", "- slug", "title"},
	{"series that is not there", one(film, "topics:", "series: {id: wuding, part: 1}\ntopics:"), film, "series", "没有“wuding”这个系列"},
	{"no part", one(film, "topics:", "series: {id: yuanzi}\ntopics:"), film, "series", "没有写是系列的第几篇"},
	{"part twice", one(film, "topics:", "series: {id: yuanzi, part: 2}\ntopics:"), film, "series", "已是“yuanzi”的第 2 篇"},
	{"gap", one(stone, "part: 1", "part: 3"), "series.yaml", "- slug", "缺第 1 篇"},
	{"series of one", one("series.yaml", "  summary: 院子里看得见的事。\n", "- slug: wuding\n  title: 屋顶上\n"), "series.yaml", "- slug: wuding", "只有 0 篇"},
	{"series twice", one("series.yaml", "  summary: 院子里看得见的事。\n", "- title: 院子外\n  slug: yuanzi\n"), "series.yaml", "- title: 院子外", "写了两次"},
	{"scene that lifts nothing", one("scenes.yaml", "  topics: [nature-weather]\n  items: [shitou]\n", "  topics: [space]\n"), "scenes.yaml", "- slug", "没有提升"},
	{"scene of an unknown topic", one("scenes.yaml", "[nature-weather]", "[nature-weather, nature-space]"), "scenes.yaml", "- slug", "不认识"},
	{"scene of an unknown item", one("scenes.yaml", "[shitou]", "[shitou, none]"), "scenes.yaml", "- slug", "none 不在这里"},
	{"scene that ends first", one("scenes.yaml", "end: 2026-07", "end: 2026-05"), "scenes.yaml", "- slug", "end"},
	{"scene without start", one("scenes.yaml", "start: 2026-06-01T", "start: 2026-06-31T"), "scenes.yaml", "- slug", "start"},
	{"boost", one("scenes.yaml", "boost: 150", "boost: 50"), "scenes.yaml", "- slug", "boost"},
	{"boost in words", one("scenes.yaml", "boost: 150", "boost: many"), "scenes.yaml", "- slug", "boost 的写法不对"},
}
