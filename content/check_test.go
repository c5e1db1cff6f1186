package content

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"kepu/journal"
	"kepu/media"
)

func blobKey(n byte) media.Key {
	return media.Key(strings.Repeat(string("0123456789abcdef"[n%16]), 64))
}

func someArticle() Version {
	return Version{Title: "题", Article: &Article{Body: Body{Type: "doc", Content: []Node{
		{Type: "paragraph", Content: []Node{{Type: "text", Text: "文"}}},
	}}}}
}

func someVideo() Version {
	return Version{Title: "题", Video: &Video{
		Asset:    Clip{Asset: "a", Key: blobKey(1), Type: "video/mp4", Duration: 1000},
		Captions: []Caption{{Asset: "b", Key: blobKey(2), Lang: "zh"}},
	}}
}

func fields(problems []journal.Problem) string {
	var names []string
	for _, p := range problems {
		names = append(names, p.Field)
	}
	return strings.Join(names, " ")
}

func TestVersionCheck(t *testing.T) {
	long := func(n int) string { return strings.Repeat("长", n) }
	for _, c := range []struct {
		name   string
		spoil  func(*Version)
		fields string // of the problems; "" for none
	}{
		{"as it is", func(*Version) {}, ""},
		{"no title", func(v *Version) { v.Title = "" }, "title"},
		{"invisible title", func(v *Version) { v.Title = "\u200b\u00a0\u3164\U000e0041" }, "title"},
		{"title with NUL", func(v *Version) { v.Title = "题\x00" }, "title"},
		{"title not UTF-8", func(v *Version) { v.Title = "\xb5\xda\xd2\xbb" }, "title"},
		{"title of 80", func(v *Version) { v.Title = long(80) }, ""},
		{"title of 81", func(v *Version) { v.Title = long(81) }, "title"},
		{"title of 80 families", func(v *Version) { v.Title = strings.Repeat("👨‍👩‍👧‍👦", 80) }, ""},
		{"title with a direction", func(v *Version) { v.Title = "a\u202eb" }, ""},
		{"zalgo", func(v *Version) { v.Title = "Z" + strings.Repeat("\u0334", 300) }, ""},
		{"newer", func(v *Version) { v.V = Format + 1 }, "v"},
		{"summary", func(v *Version) { v.Summary = long(501) }, "summary"},
		{"enormous summary", func(v *Version) { v.Summary = strings.Repeat("e\u0301", 1<<20) }, "summary"},
		{"plain", func(v *Version) { v.Plain = long(301) }, "plain"},
		{"author", func(v *Version) { v.Author = long(81) }, "author"},
		{"reviewer", func(v *Version) { v.Reviewer = "\x00" }, "reviewer"},
		{"form", func(v *Version) { v.Form = "poem" }, "form"},
		{"rumour", func(v *Version) { v.Form = "rumour" }, ""},
		{"30 February", func(v *Version) { v.Checked = "2026-02-30" }, "checked"},
		{"a day without zeros", func(v *Version) { v.Recheck = "2026-2-3" }, "recheck"},
		{"year 9999", func(v *Version) { v.Recheck = "9999-01-01" }, "recheck"},
		{"leap day", func(v *Version) { v.Checked = " 2028-02-29 " }, ""},
		{"script", func(v *Version) { v.Source.URL = "javascript:alert(1)" }, "source.url"},
		{"no scheme", func(v *Version) { v.Source.URL = "//example.org/" }, "source.url"},
		{"no host", func(v *Version) { v.Source.URL = "https:///a" }, "source.url"},
		{"password", func(v *Version) { v.Source.URL = "https://u:p@example.org/" }, "source.url"},
		{"space in it", func(v *Version) { v.Source.URL = "https://example.org/a b" }, "source.url"},
		{"control in it", func(v *Version) { v.Source.URL = "https://example.org/a\u202eb" }, "source.url"},
		{"backslash", func(v *Version) { v.Source.URL = `https:\\example.org` }, "source.url"},
		{"long address", func(v *Version) { v.Source.URL = "https://example.org/" + strings.Repeat("a", 2048) }, "source.url"},
		{"Chinese address", func(v *Version) { v.Source.URL = "https://例子.中国/潮?问=1" }, ""},
		{"reference", func(v *Version) { v.References = []Reference{{Title: "", URL: "ftp://x"}} }, "references[0].title references[0].url"},
		{"references", func(v *Version) { v.References = make([]Reference, 101) }, "references"},
		{"nothing", func(v *Version) { v.Article = nil }, ""}, // its field is the whole
		{"both", func(v *Version) { v.Video = someVideo().Video }, ""},
		{"cover unresolved", func(v *Version) { v.Cover = &Picture{Src: "a.png", Alt: "图"} }, "cover"},
		{"cover key", func(v *Version) { v.Cover = &Picture{Asset: "a", Key: "../../etc/passwd", Alt: "图"} }, "cover.key"},
		{"cover focal", func(v *Version) { v.Cover = &Picture{Asset: "a", Key: blobKey(1), Focal: &media.Focal{X: 1001}} }, "cover.focal"},
		{"cover", func(v *Version) { v.Cover = &Picture{Asset: "a", Key: blobKey(1), Alt: "图"} }, ""},
		{"seo", func(v *Version) { v.SEO = &SEO{Title: long(81)} }, "seo.title"},
		{"body", func(v *Version) { v.Article.Body.Content[0].Type = "iframe" }, "article.body.content[0].type"},
	} {
		v := someArticle()
		c.spoil(&v)
		got := v.Check()
		bad := c.fields != "" || c.name == "nothing" || c.name == "both"
		if bad != (len(got) > 0) || c.fields != "" && fields(got) != c.fields {
			t.Errorf("%s: %v, want %q", c.name, got, c.fields)
		}
	}
}

func TestVideoCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		spoil  func(*Video)
		fields string
	}{
		{"as it is", func(*Video) {}, ""},
		{"not stored", func(v *Video) { v.Asset = Clip{} }, "video.asset"},
		{"key", func(v *Video) { v.Asset.Key = blobKey(1)[:63] + "G" }, "video.asset.key"},
		{"duration", func(v *Video) { v.Asset.Duration = -1 }, "video.asset"},
		{"caption", func(v *Video) { v.Captions[0] = Caption{Key: "x", Lang: "中文"} }, "video.captions[0].key video.captions[0].lang"},
		{"transcript", func(v *Video) { v.Transcript = []Line{{5, "一"}, {4, " "}} }, "video.transcript[1].text video.transcript[1].at"},
		{"chapters", func(v *Video) { v.Chapters = make([]Line, 201) }, "video.chapters"},
	} {
		v := someVideo()
		c.spoil(v.Video)
		if got := v.Check(); fields(got) != c.fields {
			t.Errorf("%s: %v, want %q", c.name, got, c.fields)
		}
	}
}

func TestIsLanguage(t *testing.T) {
	for tag, want := range map[string]bool{
		"zh": true, "zh-CN": true, "zh-Hans-CN": true, "en": true, "yue": true, "es-419": true,
		"": false, "z": false, "zh_CN": false, "zh-": false, "1a": false, "chinese": false, "zh-toolongtag": false, "中文": false,
	} {
		if isLanguage(tag) != want {
			t.Errorf("isLanguage(%q) is not %v", tag, want)
		}
	}
}

func TestMediaKeys(t *testing.T) {
	v := someVideo()
	v.Cover = &Picture{Asset: "c", Key: blobKey(3)}
	v.Video.Captions = append(v.Video.Captions, Caption{Key: blobKey(3)})
	v.Video.Body = Body{Type: "doc", Content: []Node{{Type: "image", Attrs: map[string]any{"asset": "d", "key": string(blobKey(4)), "alt": "图"}}}}
	if got, want := v.MediaKeys(), []media.Key{blobKey(3), blobKey(1), blobKey(2), blobKey(4)}; !reflect.DeepEqual(got, want) {
		t.Errorf("keys are %v", got)
	}
	if got := someArticle().MediaKeys(); len(got) != 0 {
		t.Errorf("keys of a text are %v", got)
	}
}

func TestPlacementCheck(t *testing.T) {
	known := func(topic string) bool { return topic == "city" || topic == "city-water" }
	until := time.Date(2027, 1, 1, 0, 0, 0, 999, time.UTC)
	for _, c := range []struct {
		name   string
		in     Placement
		want   Placement
		fields string
	}{
		{"empty", Placement{}, Placement{Audiences: []Placed{}}, ""},
		{
			"order, weight 0, repeats",
			Placement{
				Audiences: []Placed{{Officials, 1, ""}, {Workers, 0, ""}, {Youth, 100, LevelFull}},
				Topics:    []string{"city-water", " city", "", "city"}, Tags: []string{"＃潮 汐", "潮 汐", " ", "##", "\u200b"}, Region: " 330106 ",
				Pin: &Pin{On: []string{"all", "all"}, Until: until},
			},
			Placement{
				Audiences: []Placed{{Youth, 100, LevelFull}, {Officials, 1, ""}},
				Topics:    []string{"city-water", "city"}, Tags: []string{"潮 汐"}, Region: "330106",
				Pin: &Pin{On: []string{"all"}, Until: journal.Milli(until)},
			}, "",
		},
		{"pin on nothing", Placement{Pin: &Pin{}}, Placement{Audiences: []Placed{}}, ""},
		{"repeated", Placement{Audiences: []Placed{{Youth, 1, ""}, {Youth, 2, ""}}}, Placement{}, "audiences[1]"},
		{"repeated with 0", Placement{Audiences: []Placed{{Youth, 0, ""}, {Youth, 2, ""}}}, Placement{}, "audiences[1]"},
		{"unknown", Placement{Audiences: []Placed{{"cats", 1, ""}}}, Placement{}, "audiences[0]"},
		{"weights", Placement{Audiences: []Placed{{Youth, -1, ""}, {Farmers, 101, ""}}}, Placement{}, "audiences[0].weight audiences[1].weight"},
		{"level", Placement{Audiences: []Placed{{Youth, 1, "hard"}}}, Placement{}, "audiences[0].level"},
		{"topics", Placement{Topics: []string{"city", "none", "Ci/ty"}}, Placement{}, "topics[1] topics[2]"},
		{"region", Placement{Region: "330000"}, Placement{}, "region"},
		{"long tag", Placement{Tags: []string{strings.Repeat("长", 21)}}, Placement{}, "tags[0]"},
		{"tags", Placement{Tags: strings.Split(strings.Repeat("a b c d e f g h i j k l m n o p q r s t u ", 1), " ")}, Placement{}, "tags"},
		{"series", Placement{Series: &SeriesPart{ID: "../x", Part: -1}}, Placement{}, "series.id series.part"},
		{"pin", Placement{Pin: &Pin{On: []string{"cats", "all"}, Until: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), Order: 1e6}}, Placement{}, "pin.on[0] pin.until pin.order"},
	} {
		got := c.in
		problems := got.Check(known)
		if fields(problems) != c.fields {
			t.Errorf("%s: %v, want %q", c.name, problems, c.fields)
		}
		if c.fields == "" && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
		if c.fields == "" {
			again := got
			if problems := again.Check(known); len(problems) > 0 || !reflect.DeepEqual(again, got) {
				t.Errorf("%s: checked again it is %+v, %v", c.name, again, problems)
			}
		}
	}
}

// Whatever comes in as JSON, Check does not panic, and what it accepts it
// accepts again unchanged.
func FuzzCheck(f *testing.F) {
	for _, seed := range []any{
		someArticle(), someVideo(), Version{Title: "\u202e", Cover: &Picture{}, SEO: &SEO{}, References: []Reference{{}}},
		Placement{Audiences: []Placed{{Youth, 3, "easy"}}, Tags: []string{"#a"}, Pin: &Pin{On: []string{"all"}}},
	} {
		raw, err := json.Marshal(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var v Version
		if json.Unmarshal(raw, &v) == nil && len(v.Check()) == 0 {
			once, err := journal.Encode(v)
			if err != nil {
				return // numbers or names only the store refuses
			}
			if problems := v.Check(); len(problems) > 0 {
				t.Errorf("checked again: %v", problems)
			}
			if twice, err := journal.Encode(v); err != nil || string(twice) != string(once) {
				t.Errorf("%s\nchecked again is\n%s, %v", once, twice, err)
			}
			Gate(v, Placement{})
			v.MediaKeys()
		}
		var p Placement
		if json.Unmarshal(raw, &p) == nil && len(p.Check(nil)) == 0 {
			once := p
			if problems := p.Check(nil); len(problems) > 0 || !reflect.DeepEqual(once, p) {
				t.Errorf("%+v\nchecked again is\n%+v, %v", once, p, problems)
			}
		}
	})
}
