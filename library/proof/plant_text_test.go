package proof_test

import "strings"

const (
	stone = "articles/shitou.md"
	tree  = "articles/dashu.md"
)

// rare are characters outside level one.
const rare = "窸窸窣窣，踟踟蹰蹰，龃龃龉龉，魑魅魍魉，饕餮"

func trees(from, to int) string { return rows(treeRow, from, to) }

var headPlants = []plant{
	{"unknown key", one(stone, "form: text", "form: text\ncolour: red"), stone, "colour", "不认识的字段"},
	{"unknown key inside", one(stone, "{audience: farmers, weight: 20,", "{audience: farmers, wieght: 20, weight: 20,"), stone, "wieght", "不认识的字段"},
	{"key twice", one(stone, "form: text", "form: text\nform: text"), stone, "form: text\nsummary", "写法有误"},
	{"broken head", one(stone, "topics: [nature-weather]", "topics: [nature-weather"), stone, "tags", "写法有误"},
	{"missing keys", []edit{{stone, "author: 浙里科普编辑部\n", ""}, {stone, "plain: 石头湿了颜色深。晒干又变浅。拿不准就摸一摸。", "plain:"}}, stone, "^", "缺少 plain、author"},
	{"id", one(tree, "id: dashu", "id: shu"), tree, "id: shu", "应是“dashu”"},
	{"slug", one(tree, "slug: dashu", "slug: da-shu"), tree, "slug: da-shu", "应和文件名一样"},
	{"slug of another", []edit{
		{"clips/chaoshui.md", "slug: chaoshui-duanpian", "slug: dashu"},
		{stone, "/video/chaoshui-duanpian", "/video/dashu"}, {tree, "/video/chaoshui-duanpian", "/video/dashu"},
	}, "clips/chaoshui.md", "slug: dashu", "已是 articles/dashu.md 的"},
	{"kind", one(stone, "kind: article", "kind: video"), stone, "^", "缺少视频"},
	{"id of a clip", one("clips/chaoshui.md", "id: clip-chaoshui", "id: chaoshui"), "clips/chaoshui.md", "id: chaoshui", "应是“clip-chaoshui”"},
	{"licence", one(stone, "CC-BY-SA-4.0", "CC-BY-4.0"), stone, "licence", "CC-BY-SA-4.0"},
	{"form", one(stone, "form: text", "form: essay"), stone, "form", "不认识"},
	{"audience", one(stone, "audience: farmers", "audience: fishers"), stone, "fishers", "没有“fishers”这类人群"},
	{"weight", one(stone, "weight: 20", "weight: 120"), stone, "weight: 120", "0 到 100"},
	{"weight 0", one(stone, "weight: 20", "weight: 0"), stone, "weight: 0", "权重是 0"},
	{"level", one(stone, "weight: 20, level: plain", "weight: 20, level: hard"), stone, "level: hard", "不认识"},
	{"no level", one(stone, "weight: 20, level: plain", "weight: 20"), stone, "weight: 20", "没有写 level"},
	{"two levels", one(stone, "weight: 20, level: plain", "weight: 20, level: full"), stone, "level: full", "level 和第一行不同"},
	{"topic", one(stone, "topics: [nature-weather]", "topics: [nature-weather, nature-space]"), stone, "topics", "不认识"},
	{"region", one(stone, `region: "33"`, `region: "32"`), stone, "region", "不认识"},
	{"recheck late", one(stone, "recheck: 2027-11-24", "recheck: 2027-11-25"), stone, "recheck", "一年"},
	{"recheck early", one(stone, "recheck: 2027-11-24", "recheck: 2026-11-24"), stone, "recheck", "checked 之后"},
	{"recheck of a phone guide", []edit{{stone, "topics: [nature-weather]", "topics: [digital-phone]"}, {stone, "recheck: 2027-11-24", "recheck: 2027-05-30"}}, stone, "recheck", "半年"},
	{"no date", one(stone, "checked: 2026-11-24", "checked: 2026-11-31"), stone, "checked", "2026-11-31"},
	{"published late", one(stone, "published_at: 2026", "published_at: 2028"), stone, "published_at", "在 recheck 之后"},
	{"published never", one(stone, "published_at: 2026-11-12", "published_at: 2026-13-12"), stone, "published_at", "2026-13-12"},
	{"one reference", one(stone, "  - {org: 浙里科普编辑部, title: 事实清单, year: \"2026\"}\n", ""), stone, "references", "有 1 条参考"},
	{"reference of an odd year", one(stone, `title: 事实清单, year: "2026"`, `title: 事实清单, year: "去年"`), stone, "title: 事实清单", "应是四位数"},
	{"reference without year", one(stone, `title: 事实清单, year: "2026"`, "title: 事实清单"), stone, "title: 事实清单", "缺少 year"},
	{"summary", one(stone, "太阳一晒又变浅", "太阳一晒又变浅"+strings.Repeat("太阳一晒又变浅", 7)), stone, "summary", "最多 60 字"},
	{"easy summary too long", one(stone, "晒干又变浅。", "晒干又变浅。真的。"), stone, "plain", "最多 3 句"},
	{"easy summary too hard", one(stone, "晒干又变浅。", "晒干又变窸窣。"), stone, "plain", "偏难"},
}

var textPlants = []plant{
	{"too short", one(tree, trees(4, 12), ""), tree, "河边上的第一棵", "应有 500 到 1500 字"},
	{"too long", one(tree, "\n\n![", "\n\n"+trees(31, 93)+"\n\n!["), tree, "河边上的第一棵", "应有 500 到 1500 字"},
	{"lead", one(stone, "雨天是黑的。\n\n", "雨天是黑的。"+strings.Repeat("后来又下了一天的雨。", 8)+"\n\n"), stone, "后来又下", "导语"},
	{"long sentence", one(stone, "第二十块石头，", "第二十块石头，在下过雨以后的第二天早上我们又去看了一次，"), stone, "第二十块石头", "“普通”最多 36 字"},
	{"mean", one(tree, trees(4, 30), rows("河边上的第%s棵大树，春天开花，秋天落叶，到了冬天我们就什么也看不见了。", 4, 30)), tree, "河边上的第一棵", "平均每句"},
	{"too hard", []edit{{stone, "第二十块石头，晴天是灰的", "第二十块石头，" + rare}, {stone, "第二十一块石头，晴天是灰的", "第二十一块石头，" + rare}}, stone, "院子里的第一块", "偏难"},
	{"worn phrase", one(stone, "第二十块石头", "第二十块，众所周知"), stone, "众所周知", "套话"},
	{"worn phrase in the head", one(stone, "summary: 石头", "summary: 随着雨下，石头"), stone, "summary", "套话“随着”"},
	{"shouting", []edit{{stone, "第二十块石头，晴天是灰的，雨天是黑的。", "第二十块石头是灰的！"}, {stone, "第二十一块石头，晴天是灰的，雨天是黑的。", "第二十一块石头也是！"}}, stone, "第二十一块", "2 个感叹号"},
	{"typed space", one(stone, "第二十块石头，", "第 20 块石头，"), stone, "第 20", "不用打空格"},
	{"typed space in the head", one(stone, "title: 石头为什么", "title: 石头 1 为什么"), stone, "title", "不用打空格"},
	{"half-width comma", one(stone, "第二十块石头，", "第二十块石头,"), stone, "第二十块", "全角"},
	{"half-width brackets", one(stone, "第二十块石头，", "第二十块石头(大)，"), stone, "第二十块", "括号"},
	{"straight quotes", one(stone, "第二十块石头，", "第二十块\"石头\"，"), stone, "第二十块", "引号"},
	{"tilde", one(stone, "第二十块石头，", "第20~30块石头，"), stone, "第20~30", "范围"},
	{"shared sentence", one(stone, "院子里的第三块石头，晴天是灰的，雨天是黑的。", "河边上的第五棵大树，春天开花、秋天落叶。"), stone, "河边上的第五棵", "articles/dashu.md:"},
	{"shared summary", one(stone, "summary: 石头吸了水就变深，太阳一晒又变浅。", "summary: 大树在秋天收起叶子，冬天慢慢地用水。"), stone, "summary", "articles/dashu.md:"},
	{"no question", one("questions/youth.yaml", "shitou: 石头下雨怎么变黑了\n", ""), stone, "^", "口语问法"},
	{"second question", one("questions/farmers.yaml", "", "dashu: 冬天的树还活着没有\n"), "questions/youth.yaml", "dashu", "已有一问"},
	{"question of nothing", one("questions/farmers.yaml", "", "dacao: 冬天的草还活着没有\n"), "questions/farmers.yaml", "dacao", "没有“dacao”这一篇"},
	{"question of no audience", one("questions/fishers.yaml", "", "# 没有\n"), "questions/fishers.yaml", "", "文件名"},
	{"short question", one("questions/youth.yaml", "石头下雨怎么变黑了", "变黑了"), "questions/youth.yaml", "变黑了", "4 到 24 字"},
	{"question is the title", one("questions/youth.yaml", "石头下雨怎么变黑了", "石头为什么会变色？"), "questions/youth.yaml", "石头为什么", "和标题一样"},
}

// with plants words among the text of the tree.
func with(name, words, says string) plant {
	return plant{name, one(tree, "\n\n![", "\n\n"+words+"\n\n!["), tree, words, says}
}

var unitPlants = []plant{
	with("gongfen", "高有30公分。", "公分"),
	with("mali", "一台10马力的机器。", "马力"),
	with("pingmi", "一共80平米。", "平米"),
	with("degree sign", "水温20°C。", "℃"),
	with("two degrees", "水温20℃，气温30摄氏度。", "只用一种"),
	with("jin", "收了10斤。", "千克"),
	with("mu", "一共3亩。", "亩"),
	with("power", "一天用5度电。", "千瓦时"),
	with("ppm", "空气里有0.5PPM。", "ppm"),
	with("mmHg", "压力有5mmHg。", "血压"),
	with("unknown unit", "重10Kg。", "“Kg”"),
	with("unknown quotient", "走得快，有5Km/h。", "“Km/h”"),
	with("percent points", "从10%降到8%，降了2%。", "百分点"),
	with("standard without year", "国家标准GB 17761里有。", "没有写年份"),
	with("standard with a short dash", "国家标准GB 17761-2024里有。", "一字线"),
	{"reference without edition", one(stone, "GB 12345—2020", "GB 12345"), stone, "GB 12345", "没有写年份"},
}

var linkPlants = []plant{
	with("dead article", "看[这篇](/article/none)。", "站内没有 /article/none"),
	with("article as video", "看[这篇](/video/dashu)。", "站内没有"),
	with("dead topic", "看[主题](/topic/none)。", "站内没有"),
	with("dead page", "看[别的](/about)。", "站内没有"),
	with("relative link", "看[这篇](shitou.md)。", "只能以"),
	{"link about fraud", []edit{
		{tree, "topics: [nature-weather]", "topics: [digital-fraud]"}, {tree, "\n\n![", "\n\n看https://example.cn/骗。\n\n!["},
	}, tree, "看https", "骗局"},
	{"link of a reference about fraud", []edit{
		{tree, "topics: [nature-weather]", "topics: [digital-fraud]"}, {tree, `事实清单, year: "2026"`, `事实清单, year: "2026", url: "https://example.cn"`},
	}, tree, "example.cn", "骗局"},
}
