package frontend_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"kepu/account"
	"kepu/content"
)

// own and foreign are where the item of the matrix stands, and where it does not.
const own, foreign = "3301", "3302"

// columns of the matrix: nobody, the token of somebody disabled, a chief's token
// that only reads, the author who wrote what it is about; then every role for the province, its own region and a
// foreign one.
func columns() []string {
	all := []string{"out", "disabled", "readonly", "writer"}
	for _, role := range account.Roles {
		all = append(all, string(role), string(role)+"@"+own, string(role)+"@"+foreign)
	}
	return all
}

// outcomes as the table writes them: . done, o 401, x 403, - 404.
func outcome(a answer) string {
	switch {
	case a.StatusCode < 400:
		return "."
	case a.StatusCode == 401:
		return "o"
	case a.StatusCode == 403:
		return "x"
	case a.StatusCode == 404:
		return "-"
	}
	return fmt.Sprint("?", a.StatusCode)
}

// office is who works in the matrix, and what they work on.
type office struct {
	*rig
	people map[string]*person
	writer *person // an author of the own region, who made every item
	draws  int
}

func newOffice(t *testing.T) *office {
	o := &office{rig: newRig(t), people: map[string]*person{}}
	o.writer = o.hire("writer", "author@"+own)
	for i, name := range columns() {
		switch name {
		case "out":
			o.people[name] = o.visitor()
		case "writer":
			o.people[name] = o.writer
		case "disabled", "readonly":
			p := o.hire(name, "chief@"+own, "admin@"+own)
			a := p.send("POST", "/tokens", map[string]any{"label": name, "read": name == "readonly", "ends": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}).want(t, 201, "")
			p.bearer, p.cookie = a.field(t, "value").(string), ""
			o.people[name] = p
		default:
			o.people[name] = o.hire(fmt.Sprintf("p%d", i), name)
		}
	}
	if _, err := o.users.Disable(t.Context(), account.By{Actor: account.Operator()}, o.people["disabled"].id); err != nil {
		t.Fatal(err)
	}
	return o
}

// by is a person as the desk sees them.
func (o *office) by(p *person) content.By {
	a, err := o.users.Actor(o.t.Context(), p.id)
	if err != nil {
		return content.By{Actor: account.Actor{ID: "nobody"}}
	}
	return content.By{Actor: a}
}

// unique draws a word that was not there before.
func (o *office) unique(word string) string {
	o.draws++
	return fmt.Sprintf("%s-%d", word, o.draws)
}

// draft makes an item of the own region; its revision is 1.
func (o *office) draft() string {
	sub := article(o.unique("item"), "矩阵里的一篇")
	sub.Placement.Region = own
	id, _, err := o.desk.Create(o.t.Context(), o.by(o.writer), content.KindArticle, sub.Version, sub.Placement, sub.Slug)
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

// brought makes an item that has gone so far, and gives its revision.
func (o *office) brought(to string) (string, uint64) {
	id, rev := o.draft(), uint64(1)
	ctx, op := o.t.Context(), content.Operator()
	do := func(stamp content.Stamp, err error) {
		o.t.Helper()
		if err != nil {
			o.t.Fatal(err)
		}
		rev = stamp.Rev
	}
	if to == "draft" {
		return id, rev
	}
	do(o.desk.Submit(ctx, o.by(o.writer), id, rev, content.Task{}))
	if to == "review" {
		return id, rev
	}
	for _, who := range []string{"editor", "expert", "chief"} {
		do(o.desk.Approve(ctx, o.by(o.people[who]), id, rev, ""))
	}
	switch to {
	case "scheduled":
		do(o.desk.Schedule(ctx, op, id, rev, time.Now().Add(time.Hour), time.Time{}))
	case "live":
		do(o.desk.Publish(ctx, op, id, rev))
	}
	return id, rev
}

// ask is one request of the matrix.
type ask struct {
	path    string
	body    any
	headers []string
}

// row is a line of the matrix: what is asked, made anew after each time it was
// done, and what becomes of it by columns.
type row struct {
	want string
	make func(o *office, p *person) ask
}

// at asks for a fixed path.
func at(path string) func(*office, *person) ask {
	return func(*office, *person) ask { return ask{path: path} }
}

// step asks for a step of an item that has gone so far.
func stepOf(to, name string, more map[string]any) func(*office, *person) ask {
	return func(o *office, _ *person) ask {
		id, rev := o.brought(to)
		body := map[string]any{"rev": rev}
		maps.Copy(body, more)
		return ask{path: "/items/" + id + "/" + name, body: body}
	}
}

// of asks for something below a new draft.
func of(below string, body any, headers ...string) func(*office, *person) ask {
	return func(o *office, _ *person) ask { return ask{"/items/" + o.draft() + below, body, headers} }
}

// TestMatrix: every route of the studio for every role, in its own and in a
// foreign region, against what is written in the table. A route that the table
// has not fails.
func TestMatrix(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rows := matrix()
	var out strings.Builder
	fmt.Fprintf(&out, "%-28s %s\n", "", strings.Join(columns(), " "))
	var names []string
	for _, route := range o.doors.Routes() {
		names = append(names, route.Name)
		r, ok := rows[route.Name]
		if !ok {
			t.Errorf("%s is not in the table", route.Name)
			continue
		}
		var got []string
		var standing *ask
		for _, column := range columns() {
			p := o.people[column]
			if standing == nil || p.id != "" && strings.Contains(r.want, "~") {
				a := r.make(o, p)
				standing = &a
			}
			a := p.send(route.Method, standing.path, standing.body, standing.headers...)
			now := outcome(a)
			if route.Name == "studio.bulk" && now == "." {
				now = oneOfMany(t, a)
			}
			if now == "." {
				standing = nil
			}
			if now != "." && now != "o" && now != "x" && now != "-" {
				t.Errorf("%s as %s: %d %s", route.Name, column, a.StatusCode, a.body)
			}
			got = append(got, now)
			if now == "." && p.cookie != "" && (strings.HasPrefix(route.Name, "studio.session") || route.Name == "studio.password") && route.Unsafe() {
				o.renew(p)
			}
		}
		line := strings.Join(got[:4], "")
		for i := 4; i < len(got); i += 3 {
			line += " " + strings.Join(got[i:i+3], "")
		}
		fmt.Fprintf(&out, "%-28s %s\n", route.Name, line)
		if want := strings.TrimSuffix(r.want, " ~"); line != want {
			t.Errorf("%-28s %s, want %s", route.Name, line, want)
		}
	}
	for name := range rows {
		if !slices.Contains(names, name) {
			t.Errorf("%s is in the table, and no route", name)
		}
	}
	t.Log("\n" + out.String())
	for _, name := range names {
		if !o.doc.met[name] && !strings.HasPrefix(name, "studio.session.outside") && name != "studio.session.back" {
			t.Errorf("%s never gave a good answer that its description was held against", name)
		}
	}
}

// oneOfMany is the outcome of the one item of a bulk act.
func oneOfMany(t *testing.T, a answer) string {
	var all struct{ Items []struct{ Code string } }
	a.json(t, &all)
	switch all.Items[0].Code {
	case "":
		return "."
	case "forbidden":
		return "x"
	case "not_found":
		return "-"
	}
	return "?" + all.Items[0].Code
}

// renew signs a person in again whose session or password was taken.
func (o *office) renew(p *person) {
	o.t.Helper()
	if p.pass != "" {
		if _, err := o.users.ResetPassword(o.t.Context(), account.By{Actor: account.Operator()}, p.id, password); err != nil {
			o.t.Fatal(err)
		}
		p.pass = ""
	}
	p.cookie = ""
	p.signIn()
}
