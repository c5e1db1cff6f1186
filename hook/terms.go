package hook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

// province is the region of what has none.
const province = account.Province

// Limits of a hook's terms.
const (
	maxName    = 60 // characters
	maxFilters = 50 // entries of one filter
)

// check makes the terms regular in place and says what is wrong with them.
func (b *Book) check(ctx context.Context, t *Terms) error {
	var found problems
	t.Name = strings.TrimSpace(t.Name)
	switch {
	case t.Name == "":
		found.add("name", "请填写名称")
	case !utf8.ValidString(t.Name) || strings.ContainsFunc(t.Name, unicode.IsControl):
		found.add("name", "名称里有不能用的字符")
	case utf8.RuneCountInString(t.Name) > maxName:
		found.add("name", "名称太长：最多 %d 字", maxName)
	}
	t.URL = strings.TrimSpace(t.URL)
	if _, wrong := b.Policy.Parse(t.URL); wrong != "" {
		found.add("url", "%s", wrong)
	}
	asked := len(t.Events)
	t.Events = set(&found, "events", t.Events, func(e Event) bool { return slices.Contains(Events[:], e) }, "事件")
	if asked == 0 {
		found.add("events", "请至少选择一种事件：发布、更新或下线")
	}
	known, err := b.topics(ctx, t.Topics)
	if err != nil {
		return err
	}
	t.Audiences = set(&found, "audiences", t.Audiences, content.Audience.Valid, "人群")
	t.Topics = set(&found, "topics", t.Topics, func(key string) bool { return known[key] }, "主题")
	t.Regions = set(&found, "regions", t.Regions, func(code string) bool { _, ok := content.FindRegion(code); return ok }, "地区")
	return found.invalid()
}

// topics tells which of the topics stand.
func (b *Book) topics(ctx context.Context, names []string) (map[string]bool, error) {
	var keys []journal.Key
	for _, name := range names[:min(len(names), maxFilters)] {
		if key := (journal.Key{Kind: content.KindTopic, ID: name}); key.Check() == nil {
			keys = append(keys, key)
		}
	}
	known := map[string]bool{}
	if len(keys) == 0 {
		return known, nil
	}
	held, err := b.Store.Gets(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	for key, record := range held {
		known[key.ID] = record.State != nil
	}
	return known, nil
}

// problems gathers what is wrong with an input.
type problems []journal.Problem

func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, journal.Problem{Field: field, Message: fmt.Sprintf(format, args...)})
}

func (p problems) invalid() error {
	if len(p) == 0 {
		return nil
	}
	return &journal.Invalid{Problems: p}
}

// set keeps each word once, in the order given, and refuses those not valid.
func set[S ~string](p *problems, field string, words []S, valid func(S) bool, name string) []S {
	if len(words) > maxFilters {
		p.add(field, "%s最多 %d 个", name, maxFilters)
		return nil
	}
	var kept []S
	for i, w := range words {
		if !valid(w) {
			p.add(fmt.Sprintf("%s[%d]", field, i), "%s“%s”不认识", name, shown(string(w)))
		} else if !slices.Contains(kept, w) {
			kept = append(kept, w)
		}
	}
	return kept
}

// shown is foreign text cut short enough to quote in a message.
func shown(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}
