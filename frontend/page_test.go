package frontend_test

import (
	"strings"
	"testing"

	"kepu/content"
)

// stocked is a rig with a little of everything on the shelf.
func stocked(t *testing.T) *rig {
	r := newRig(t)
	var subs []content.Submission
	for i, title := range []string{"剩饭放多久，就不能吃了", "感冒和流感，到底怎么分", "茶园里的大风扇，怎么把霜吹走", "在家量血压：先坐着歇五分钟", "一条江，怎么会倒着流", "银杏叶为什么一夜之间就黄了"} {
		sub := article("item-"+string(rune('a'+i)), title, content.Audiences[i%5], content.Audiences[(i+1)%5])
		subs = append(subs, sub)
	}
	subs[0].Version.Cover = r.picture(160, 100)
	subs[0].Placement.Region = "330106"
	subs[0].Placement.Tags = []string{"隔夜饭"}
	subs[1].Placement.Topics = []string{"health-infection"}
	if _, err := r.desk.PutSeries(t.Context(), content.Operator(), 0, content.Series{V: content.Format, Slug: "kitchen", Title: "厨房里的科学", Summary: "每集一件事。"}); err != nil {
		t.Fatal(err)
	}
	subs[2].Placement.Series = &content.SeriesPart{ID: "kitchen", Part: 1}
	r.publish(subs...)
	return r
}

func TestPages(t *testing.T) {
	r := stocked(t)
	for _, path := range []string{"/", "/youth", "/farmers", "/workers", "/seniors", "/officials", "/youth/food", "/topic/food", "/topic/food-storage",
		"/region/33", "/region/3301", "/region/330106", "/article/item-a", "/series/kitchen", "/search", "/search?q=%E8%A1%80%E5%8E%8B", "/search?q=%E6%B2%A1%E6%9C%89%E7%9A%84%E4%B8%9C%E8%A5%BF"} {
		for _, view := range []string{"", "/easy"} {
			at := strings.TrimSuffix(view+path, "/")
			if at == "" {
				at = "/"
			}
			t.Run(at, func(t *testing.T) {
				a := r.get(at)
				if a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
					t.Fatalf("%d %s: %.300s", a.StatusCode, a.Header.Get("Content-Type"), a.body)
				}
				wellMade(t, a, view == "/easy")
			})
		}
	}
}

func TestItemPage(t *testing.T) {
	r := stocked(t)
	doc := r.get("/article/item-a").page(t)
	if got := text(find(doc, "h1")[0]); got != "剩饭放多久，就不能吃了" {
		t.Errorf("h1 %q", got)
	}
	for _, want := range []string{"张医生", "示例教材", "正文第一段", "第一句。第二句。第三句。", "2026年11月1日", "隔夜饭"} {
		if !strings.Contains(text(doc), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if n := find(doc, "meta", "property=og:image"); len(n) != 1 || !strings.HasPrefix(attr(n[0], "content"), r.base+"/media/") {
		t.Error("no picture for a shared link")
	}
	if n := find(doc, "link", "rel=canonical"); len(n) != 1 || attr(n[0], "href") != r.base+"/article/item-a" {
		t.Error("no canonical address")
	}
	data := ""
	for _, n := range find(doc, "script", "type=application/ld+json") {
		data += n.FirstChild.Data
	}
	for _, want := range []string{`"@type":"Article"`, `"@type":"BreadcrumbList"`, `"headline":"剩饭放多久，就不能吃了"`} {
		if !strings.Contains(data, want) {
			t.Errorf("data for search engines lacks %s: %s", want, data)
		}
	}
	easy := r.get("/easy/article/item-a").page(t)
	if n := find(easy, "ol"); len(n) == 0 || len(find(n[0], "li")) != 3 {
		t.Error("the easy view does not begin with three sentences")
	}
	if n := find(easy, "a", "href=/article/item-a"); len(n) != 1 || text(n[0]) != "回标准版" {
		t.Error("no way back to the standard view of the same item")
	}
}

func TestLooks(t *testing.T) {
	r := stocked(t)
	doc := r.get("/easy/article/item-a?size=3&theme=contrast").page(t)
	root := find(doc, "html")[0]
	if attr(root, "data-size") != "3" || attr(root, "data-theme") != "contrast" {
		t.Errorf("html %v", root.Attr)
	}
	for _, n := range find(doc, "a", "href") {
		href := attr(n, "href")
		if strings.HasPrefix(href, "/easy") && !strings.Contains(href, "size=") && text(n) != "大" {
			t.Errorf("%q forgets the size: %s", text(n), href)
		}
	}
	if doc := r.get("/article/item-a?size=3").page(t); attr(find(doc, "html")[0], "data-size") != "" {
		t.Error("the standard view took a size")
	}
}
