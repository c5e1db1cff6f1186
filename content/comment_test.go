package content_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/journal"
)

// who is somebody with one role in a region.
func who(id string, role account.Role, region string) content.By {
	return content.By{Actor: account.Actor{ID: id, Grants: []account.Grant{{Role: role, Region: region}}}}
}

func op(by content.By, name string) content.By {
	by.Op = name
	return by
}

func spoken(texts ...string) content.Version {
	v := content.Version{Title: "看潮要站在哪里", Article: &content.Article{Body: content.Body{Type: content.NodeDoc}}}
	for _, text := range texts {
		v.Article.Body.Content = append(v.Article.Body.Content, content.Node{Type: content.NodeParagraph, Content: []content.Node{{Type: content.NodeText, Text: text}}})
	}
	return v
}

var (
	writer  = who("writer", account.Author, "3304")
	other   = who("other", account.Author, "3304")
	editor  = who("editor", account.Editor, "3304")
	abroad  = who("abroad", account.Editor, "3301")
	expert  = who("expert", account.Expert, "3304")
	chief   = who("chief", account.Chief, "")
	auditor = who("auditor", account.Auditor, "")
	admin   = who("admin", account.Admin, "")
)

func (r *room) drafted(t testing.TB, v content.Version) string {
	t.Helper()
	id, _, err := r.Create(t.Context(), writer, content.KindArticle, v, content.Placement{Region: "330481"}, "")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestComment(t *testing.T) {
	r := open(t)
	id := r.drafted(t, spoken("潮水从江口涌进来。", "看潮要站在安全线以内。"))
	item, rev := r.item(t, id)
	c, stamp, err := r.Comment(t.Context(), op(expert, "c1"), id, &content.Anchor{Block: []int{1}, Quote: "安全线"}, " 安全线在哪里？\r\n请写明 ")
	if err != nil || stamp.Rev != 1 {
		t.Fatal(c, stamp, err)
	}
	if a := c.Anchor; a.Version != item.Draft || a.Offset != 5 || c.Text != "安全线在哪里？\n请写明" || c.By != "expert" || !c.At.Equal(noon) || c.Item != id {
		t.Errorf("kept as %+v, %+v", c, c.Anchor)
	}
	if _, after := r.item(t, id); after != rev {
		t.Error("a comment moved the item")
	}
	again, second, err := r.Comment(t.Context(), op(expert, "c1"), id, &content.Anchor{Block: []int{1}, Quote: "安全线"}, "安全线在哪里？\n请写明")
	if err != nil || second != stamp || again.ID != c.ID {
		t.Errorf("the same operation again: %+v, %v", second, err)
	}
	if _, _, err := r.Comment(t.Context(), op(expert, "c1"), id, nil, "别的话"); !errors.Is(err, journal.ErrOp) {
		t.Errorf("the same operation with other words: %v", err)
	}
	for field, a := range map[string]content.Anchor{
		"anchor.block":   {Block: []int{2}, Quote: "潮"},
		"anchor.quote":   {Block: []int{1}, Quote: "海啸"},
		"anchor.version": {Version: journal.Sum([]byte("x")), Block: []int{1}},
		"anchor.field":   {Field: "body"},
		"anchor.offset":  {Block: []int{1}, Offset: -1},
	} {
		_, _, err := r.Comment(t.Context(), editor, id, &a, "好")
		wantProblem(t, err, field)
	}
	for _, text := range []string{"", " \n ", "\u200b", strings.Repeat("长", 2001), "\xff", "a\x00"} {
		_, _, err := r.Comment(t.Context(), editor, id, nil, text)
		wantProblem(t, err, "text")
	}
	whole, _, err := r.Comment(t.Context(), editor, id, &content.Anchor{Block: []int{0}}, "好")
	if err != nil || whole.Anchor.Quote != "潮水从江口涌进来。" {
		t.Errorf("a whole block is quoted as %+v, %v", whole.Anchor, err)
	}
	if _, _, err := r.Comment(t.Context(), editor, id, &content.Anchor{Field: "title"}, "好"); err != nil {
		t.Errorf("on the title: %v", err)
	}
}

// Who may comment on a draft and on what is live, and read such comments.
func TestCommentRoles(t *testing.T) {
	r := open(t)
	draft := r.drafted(t, spoken("一稿"))
	live := r.drafted(t, spoken("读者看的一稿"))
	r.rewrite(t, live, func(it *content.Item) { it.Live = it.Draft })
	r.rewrite(t, live, func(it *content.Item) { it.Draft = r.save(t, live, spoken("改了一稿")) })
	for _, c := range []struct {
		name                string
		by                  content.By
		draft, live, answer string // "" done, else why not
	}{
		{"its author", writer, "", "", ""},
		{"another author", other, "unknown", "", "unknown"},
		{"editor", editor, "", "", ""},
		{"expert", expert, "", "", ""},
		{"chief", chief, "", "", ""},
		{"editor of elsewhere", abroad, "unknown", "unknown", "unknown"},
		{"auditor", auditor, "forbidden", "forbidden", "forbidden"},
		{"administrator", admin, "unknown", "forbidden", "forbidden"},
		{"nobody", content.By{}, "unknown", "unknown", "unknown"},
	} {
		_, _, err := r.Comment(t.Context(), c.by, draft, &content.Anchor{Block: []int{0}}, "好")
		if got := why(err); got != c.draft {
			t.Errorf("%s on a draft: %v", c.name, err)
		}
		said, _, err := r.Comment(t.Context(), c.by, live, &content.Anchor{Block: []int{0}}, "好")
		if got := why(err); got != c.live {
			t.Errorf("%s on what is live: %v", c.name, err)
		}
		if err == nil {
			if _, _, err := r.ReadComment(t.Context(), c.by, said.ID); err != nil {
				t.Errorf("%s cannot read their own: %v", c.name, err)
			}
		}
		root, _, err := r.Comment(t.Context(), editor, live, &content.Anchor{Block: []int{0}}, "草稿上的话")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = r.Reply(t.Context(), c.by, root.ID, "好")
		if got := why(err); got != c.answer {
			t.Errorf("%s answers on a draft: %v", c.name, err)
		}
		if _, _, err = r.ReadComment(t.Context(), c.by, root.ID); why(err) != c.answer {
			t.Errorf("%s reads of a draft: %v", c.name, err)
		}
	}
}

func why(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, journal.ErrNotFound):
		return "unknown"
	case errors.Is(err, content.ErrForbidden):
		return "forbidden"
	}
	return err.Error()
}

func TestThread(t *testing.T) {
	r := open(t)
	id := r.drafted(t, spoken("一稿"))
	root, _, err := r.Comment(t.Context(), expert, id, nil, "出处？")
	if err != nil {
		t.Fatal(err)
	}
	first, _, err := r.Reply(t.Context(), op(writer, "r1"), root.ID, "水文年鉴")
	if err != nil || first.Parent != root.ID || first.Anchor != nil {
		t.Fatal(first, err)
	}
	second, _, err := r.Reply(t.Context(), editor, first.ID, "哪一年？")
	if err != nil || second.Parent != root.ID {
		t.Errorf("an answer to an answer: %+v, %v", second, err)
	}
	_, err = r.ResolveComment(t.Context(), editor, first.ID, true)
	wantProblem(t, err, "id")
	done, err := r.ResolveComment(t.Context(), op(editor, "s1"), root.ID, true)
	if err != nil || done.Rev != 2 {
		t.Fatal(done, err)
	}
	if again, err := r.ResolveComment(t.Context(), expert, root.ID, true); err != nil || again != done {
		t.Errorf("resolving again: %v, %v", again, err)
	}
	if c, _, err := r.ReadComment(t.Context(), writer, root.ID); err != nil || c.Resolved == nil || c.Resolved.By != "editor" || !c.Resolved.At.Equal(noon) {
		t.Errorf("resolved as %+v, %v", c, err)
	}
	if reopened, err := r.ResolveComment(t.Context(), expert, root.ID, false); err != nil || reopened.Rev != 3 {
		t.Errorf("reopening: %v, %v", reopened, err)
	}
	if first, err := r.ResolveComment(t.Context(), op(editor, "s1"), root.ID, true); err != nil || first != done {
		t.Errorf("the first resolution again, after it was undone: %v, %v", first, err)
	}
	if _, err := r.DeleteComment(t.Context(), editor, root.ID); !errors.Is(err, content.ErrForbidden) {
		t.Errorf("deleting another's: %v", err)
	}
	gone, err := r.DeleteComment(t.Context(), expert, root.ID)
	if err != nil || gone.Rev != 4 {
		t.Fatal(gone, err)
	}
	if again, err := r.DeleteComment(t.Context(), expert, root.ID); err != nil || again != gone {
		t.Errorf("deleting again: %v, %v", again, err)
	}
	if _, err := r.DeleteComment(t.Context(), editor, root.ID); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("another deleting what is gone: %v", err)
	}
	if _, _, err := r.Reply(t.Context(), writer, root.ID, "在"); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("answering what is gone: %v", err)
	}
	if c, _, err := r.ReadComment(t.Context(), expert, first.ID); err != nil || c.Text != "水文年鉴" {
		t.Errorf("an answer to what is gone: %+v, %v", c, err)
	}
}

func TestEditComment(t *testing.T) {
	r := open(t)
	id := r.drafted(t, spoken("一稿"))
	c, _, err := r.Comment(t.Context(), expert, id, nil, "出处？")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.EditComment(t.Context(), editor, c.ID, 1, "别的"); !errors.Is(err, content.ErrForbidden) {
		t.Errorf("another's: %v", err)
	}
	_, err = r.EditComment(t.Context(), expert, c.ID, 1, " ")
	wantProblem(t, err, "text")
	r.at = noon.Add(10 * time.Minute)
	edited, err := r.EditComment(t.Context(), expert, c.ID, 1, "出处在哪里？")
	if err != nil || edited.Rev != 2 {
		t.Fatal(edited, err)
	}
	if again, err := r.EditComment(t.Context(), expert, c.ID, 1, "出处在哪里？"); err != nil || again != edited {
		t.Errorf("the same words again: %v, %v", again, err)
	}
	if _, err := r.EditComment(t.Context(), expert, c.ID, 1, "第三种"); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("over an older one: %v", err)
	}
	r.at = r.at.Add(time.Millisecond)
	if _, err := r.EditComment(t.Context(), expert, c.ID, 2, "太晚了"); !errors.Is(err, content.ErrForbidden) {
		t.Errorf("after ten minutes: %v", err)
	}
	got, _, err := r.ReadComment(t.Context(), editor, c.ID)
	if err != nil || got.Text != "出处在哪里？" || got.Edited == nil || !got.Edited.Equal(noon.Add(10*time.Minute)) {
		t.Errorf("read as %+v, %v", got, err)
	}
}
