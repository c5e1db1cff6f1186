package main

import (
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"kepu/account"
)

// userAnswer is what the user commands say with -json.
type userAnswer struct {
	account.User
	Password string    `json:"password"`
	Token    string    `json:"token"`
	Ends     time.Time `json:"ends"`
}

// userSays runs a user command with -json and reads its answer.
func userSays(t *testing.T, data string, args ...string) (a userAnswer) {
	t.Helper()
	code, out, errs := kepu(t, append([]string{"user"}, append(args, "-data", data, "-json")...)...)
	if code != exitDone || json.Unmarshal([]byte(out), &a) != nil {
		t.Fatalf("kepu user %v: exit %d, %q, %s", args, code, out, errs)
	}
	return a
}

// doors opens the accounts of a data directory, as a serving node has them.
func doors(t *testing.T, data string) *account.Accounts {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := openStores(ctx, storeConfig{data: data}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s.accounts(account.ASVS)
}

// The whole life of a user, made on the command line beside a running serve.
func TestUserCommandsBesideServe(t *testing.T) {
	data := t.TempDir()
	p := serving(t, data, "-library=false")
	a := doors(t, data)
	signIn := func(name, password string) (account.Entrance, error) {
		return a.SignIn(t.Context(), account.Attempt{Name: name, Password: password, From: netip.MustParseAddr("192.0.2.1")})
	}
	boss := userSays(t, data, "add", "boss", "-role", "admin")
	if len(boss.Password) < 20 || !boss.MustChange || boss.Name != "boss" {
		t.Fatalf("added %+v", boss.User)
	}
	li := userSays(t, data, "add", "Li.Ming", "-display", "李明", "-role", "author,editor", "-region", "3301, 330203")
	if li.Name != "li.ming" || len(li.Grants) != 4 {
		t.Errorf("added %+v", li.User)
	}
	e, err := signIn("li.ming", li.Password)
	if err != nil || !e.Session.MustChange {
		t.Fatalf("with the printed password: %+v, %v", e.Session, err)
	}
	token := userSays(t, data, "token", "li.ming", "-label", "对接", "-role", "editor", "-region", "330106", "-read", "-end", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	actor, _, err := a.Bearer(t.Context(), token.Token)
	if err != nil || !actor.ReadOnly || len(actor.Grants) != 1 || !actor.May("330106", account.Editor) {
		t.Errorf("the printed token: %+v, %v", actor, err)
	}
	changed := userSays(t, data, "role", "li.ming", "-role", "chief")
	if len(changed.Grants) != 1 || changed.Grants[0] != (account.Grant{Role: account.Chief}) {
		t.Errorf("new roles %+v", changed.Grants)
	}
	if off := userSays(t, data, "disable", "li.ming"); off.Active() {
		t.Error("still active")
	}
	if _, _, err := a.Resume(t.Context(), e.Token); err == nil {
		t.Error("a disabled user's session goes on")
	}
	userSays(t, data, "enable", "li.ming")
	again := userSays(t, data, "password", "li.ming", "-drop-second")
	if again.Password == li.Password || again.Password == "" {
		t.Error("no new password")
	}
	if _, err := signIn("li.ming", again.Password); err != nil {
		t.Errorf("with the new password: %v", err)
	}
	const chosen = "ein langes Kennwort"
	if code, out, errs := kepuFed(t, chosen+"\n", "user", "password", "li.ming", "-stdin", "-data", data); code != exitDone || strings.Contains(out, "密码（") {
		t.Errorf("exit %d, %q, %s", code, out, errs)
	}
	if e, err := signIn("li.ming", chosen); err != nil || e.Session.MustChange {
		t.Errorf("with the chosen password: %+v, %v", e.Session, err)
	}
	code, out, errs := kepu(t, "user", "list", "-data", data)
	if code != exitDone || !strings.Contains(out, "li.ming  李明  主编（全省）") || !strings.Contains(out, "共 3 个用户") {
		t.Errorf("list: exit %d, %q, %s", code, out, errs)
	}
	if !p.alive() {
		t.Errorf("serve ended: %s", p.said)
	}
}

func TestUserCommandsRefuse(t *testing.T) {
	data := t.TempDir()
	userSays(t, data, "add", "boss", "-role", "admin")
	for _, c := range []struct {
		args string
		in   string
		exit int
		says string
	}{
		{"add", "", exitUsage, "要一个登录名"},
		{"add a b", "", exitUsage, "要一个登录名"},
		{"add a -role king", "", exitUsage, "没有“king”这个角色"},
		{"add a -role author -region 3201", "", exitUsage, "没有“3201”这个地区"},
		{"add a -stdin", "", exitUsage, "没有密码"},
		{"add a -stdin", "12345678\n", exitFailed, "太常见"},
		{"add a -stdin -password-rules mlps3", "correct horse battery\n", exitFailed, "三类"},
		{"add a -password-rules other", "", exitUsage, "mlps3"},
		{"add BOSS", "", exitFailed, "已经有人用了"},
		{"add \u0430dmin", "", exitFailed, "登录名只能用"},
		{"add a -role auditor,editor", "", exitFailed, "三员"},
		{"role boss", "", exitUsage, "-none"},
		{"role boss -none -role editor", "", exitUsage, "-none"},
		{"role boss -none", "", exitFailed, "最后一位全省管理员"},
		{"disable boss", "", exitFailed, "最后一位全省管理员"},
		{"disable nobody", "", exitFailed, "没有这个用户"},
		{"token boss -end tomorrow", "", exitUsage, "2027-06-30"},
		{"token boss -end 2020-01-01", "", exitFailed, "一年以内"},
		{"token boss -role chief", "", exitFailed, "超出"},
		{"token boss -region 3301", "", exitUsage, "-role"},
		{"list boss", "", exitUsage, "不认识"},
	} {
		t.Run(c.args+c.in, func(t *testing.T) {
			code, out, errs := kepuFed(t, c.in, append(append([]string{"user"}, strings.Fields(c.args)...), "-data", data)...)
			if code != c.exit || !strings.Contains(errs, c.says) || out != "" {
				t.Errorf("exit %d, %q, %q; want %d and %q", code, out, errs, c.exit, c.says)
			}
		})
	}
	if code, out, _ := kepu(t, "user", "list", "-data", data, "-json"); code != exitDone || strings.Count(out, `"id"`) != 1 {
		t.Errorf("afterwards: exit %d, %s", code, out)
	}
}
