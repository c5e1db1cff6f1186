package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/frontend/page"
)

// secretShown is what is shown once and nowhere again.
type secretShown struct {
	Password string     `json:"password,omitempty"`
	Token    string     `json:"token,omitempty"`
	Ends     *time.Time `json:"ends,omitempty"` // of the token
}

// show tells how a user stands now and what is to be noted down.
func (c *userConfig) show(std stdio, u account.User, secret secretShown) error {
	if c.json {
		return json.NewEncoder(std.out).Encode(struct {
			account.User
			secretShown
		}{u, secret})
	}
	fmt.Fprintln(std.out, line(u))
	if secret.Password != "" {
		fmt.Fprintf(std.out, "密码（只显示这一次，第一次登录时要换）：%s\n", secret.Password)
	}
	if secret.Token != "" {
		fmt.Fprintf(std.out, "令牌（只显示这一次，有效至 %s）：%s\n", secret.Ends.In(page.Zone()).Format("2006-01-02 15:04"), secret.Token)
	}
	return nil
}

func (c *userConfig) list(std stdio, all []account.User) error {
	if c.json {
		return json.NewEncoder(std.out).Encode(map[string]any{"users": append([]account.User{}, all...)})
	}
	for _, u := range all {
		fmt.Fprintln(std.out, line(u))
	}
	fmt.Fprintf(std.out, "共 %d 个用户。\n", len(all))
	return nil
}

// line is a user in one line.
func line(u account.User) string {
	words := []string{u.Name, u.Display, roles(u.Grants)}
	if !u.Active() {
		words = append(words, "已停用")
	}
	if u.MustChange {
		words = append(words, "待换密码")
	}
	if u.Second {
		words = append(words, "有第二因素")
	}
	return strings.Join(words, "  ")
}

func roles(grants []account.Grant) string {
	if len(grants) == 0 {
		return "没有角色"
	}
	var words []string
	for _, g := range grants {
		where := "全省"
		if r, ok := content.FindRegion(g.Region); ok {
			where = r.Name
		} else if g.Region != "" {
			where = g.Region
		}
		words = append(words, g.Role.Name()+"（"+where+"）")
	}
	return strings.Join(words, "、")
}
