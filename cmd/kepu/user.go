package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/frontend/page"
	"kepu/journal"
)

// userCommands are what an operator does with the people who sign in. They work
// beside a running serve, which follows them at once, and leave "operator" in
// the journal.
func userCommands() []command {
	return []command{userAdd(), userList(), userRole(), userDisable(), userEnable(), userPassword(), userToken()}
}

// userDo is what one of them does, with the accounts open.
type userDo func(ctx context.Context, std stdio, a *account.Accounts) error

// userConfig is what they share.
type userConfig struct {
	storeConfig
	rules string
	json  bool
}

func (c *userConfig) flags(fs *flag.FlagSet) {
	c.storeConfig.flags(fs)
	fs.StringVar(&c.rules, "password-rules", string(account.ASVS), "密码规则：asvs，或 mlps3（等保三级）")
	fs.BoolVar(&c.json, "json", false, "输出 JSON")
}

// with opens the accounts for do.
func (c *userConfig) with(ctx context.Context, std stdio, do userDo) (err error) {
	if !account.Profile(c.rules).Valid() {
		return usageError{"-password-rules 只能是 asvs 或 mlps3"}
	}
	s, err := openStores(ctx, c.storeConfig, quiet())
	if err != nil {
		return c.in(err)
	}
	defer func() { err = firstError(err, s.close()) }()
	return c.in(explainUser(do(ctx, std, s.accounts(account.Profile(c.rules)))))
}

// explainUser says in Chinese what an account's error means to an operator.
func explainUser(err error) error {
	if errors.Is(err, journal.ErrNotFound) {
		return &journal.Invalid{Problems: []journal.Problem{{Message: "没有这个用户。用 kepu user list 看有谁。"}}}
	}
	return err
}

// operatorBy acts for whoever holds the machine.
func operatorBy() account.By { return account.By{Actor: account.Operator()} }

// one is the single name on the command line.
func one(args []string) (string, error) {
	if len(args) != 1 {
		return "", usageError{"要一个登录名"}
	}
	return args[0], nil
}

// grantFlags are roles and regions: every role counts in every region.
type grantFlags struct{ roles, regions string }

func (g *grantFlags) flags(fs *flag.FlagSet) {
	fs.StringVar(&g.roles, "role", "", "角色，逗号分隔："+roleWords())
	fs.StringVar(&g.regions, "region", "", "地区代码，逗号分隔，如 3301,330106；不给时为全省")
}

func roleWords() string {
	var words []string
	for _, r := range account.Roles {
		words = append(words, string(r)+"（"+r.Name()+"）")
	}
	return strings.Join(words, "、")
}

func (g *grantFlags) grants() ([]account.Grant, error) {
	regions := strings.Split(g.regions, ",")
	for i, code := range regions {
		regions[i] = strings.TrimSpace(code)
		if _, ok := content.FindRegion(regions[i]); !ok && regions[i] != "" {
			return nil, usageError{fmt.Sprintf("没有“%s”这个地区代码；要浙江省内的，如 33、3301、330106", regions[i])}
		}
	}
	var all []account.Grant
	for word := range strings.SplitSeq(g.roles, ",") {
		role := account.Role(strings.TrimSpace(word))
		if role == "" {
			continue
		}
		if !role.Valid() {
			return nil, usageError{fmt.Sprintf("没有“%s”这个角色；可用 %s", role, roleWords())}
		}
		for _, region := range regions {
			all = append(all, account.Grant{Role: role, Region: region})
		}
	}
	return all, nil
}

// fed reads a password from standard input: one line, without its end.
func fed(std stdio) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(std.in, 64<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", usageError{"标准输入里没有密码"}
	}
	return line, nil
}

func userAdd() command {
	return command{
		name: "user add", args: "登录名", summary: "添加一个用户，显示一次初始密码",
		example: "kepu user add li.ming -display 李明 -role editor -region 3301",
		setup: func(fs *flag.FlagSet) run {
			var c userConfig
			var g grantFlags
			c.flags(fs)
			g.flags(fs)
			display := fs.String("display", "", "显示的姓名；不给时用登录名")
			stdin := fs.Bool("stdin", false, "从标准输入读密码，不另外生成")
			return func(ctx context.Context, std stdio, args []string) error {
				name, err := one(args)
				if err != nil {
					return err
				}
				n := account.New{Name: name, Display: *display}
				if n.Grants, err = g.grants(); err != nil {
					return err
				}
				if *stdin {
					if n.Password, err = fed(std); err != nil {
						return err
					}
				}
				return c.with(ctx, std, func(ctx context.Context, std stdio, a *account.Accounts) error {
					u, password, err := a.Add(ctx, operatorBy(), n)
					if err != nil {
						return err
					}
					return c.show(std, u, secretShown{Password: password})
				})
			}
		},
	}
}

func userList() command {
	return command{
		name: "user list", summary: "列出用户、角色和状态",
		example: "kepu user list -json",
		setup: func(fs *flag.FlagSet) run {
			var c userConfig
			c.flags(fs)
			return func(ctx context.Context, std stdio, args []string) error {
				if len(args) > 0 {
					return usageError{"不认识 " + strings.Join(args, " ")}
				}
				return c.with(ctx, std, func(ctx context.Context, std stdio, a *account.Accounts) error {
					all, err := a.List(ctx, account.Operator())
					if err != nil {
						return err
					}
					return c.list(std, all)
				})
			}
		},
	}
}

func userRole() command {
	return command{
		name: "user role", args: "登录名", summary: "改一个用户的角色和地区，替换原来的",
		example: "kepu user role li.ming -role author,editor -region 3301,3302",
		setup: func(fs *flag.FlagSet) run {
			var c userConfig
			var g grantFlags
			c.flags(fs)
			g.flags(fs)
			none := fs.Bool("none", false, "去掉全部角色")
			return func(ctx context.Context, std stdio, args []string) error {
				grants, err := g.grants()
				if err != nil {
					return err
				}
				if *none == (len(grants) > 0) {
					return usageError{"要给 -role，或者用 -none 去掉全部角色"}
				}
				return c.onOne(ctx, std, args, func(ctx context.Context, a *account.Accounts, u account.User) (account.User, secretShown, error) {
					u, err := a.SetGrants(ctx, operatorBy(), u.ID, grants)
					return u, secretShown{}, err
				})
			}
		},
	}
}

func userDisable() command {
	return userSimple("user disable", "停用一个用户，立即结束其登录和令牌", "kepu user disable li.ming",
		func(ctx context.Context, a *account.Accounts, u account.User) (account.User, secretShown, error) {
			u, err := a.Disable(ctx, operatorBy(), u.ID)
			return u, secretShown{}, err
		})
}

func userEnable() command {
	return userSimple("user enable", "重新启用一个用户", "kepu user enable li.ming",
		func(ctx context.Context, a *account.Accounts, u account.User) (account.User, secretShown, error) {
			u, err := a.Enable(ctx, operatorBy(), u.ID)
			return u, secretShown{}, err
		})
}

// onUser changes one user and says what there is to be shown once.
type onUser func(ctx context.Context, a *account.Accounts, u account.User) (account.User, secretShown, error)

func userSimple(name, summary, example string, do onUser) command {
	return command{name: name, args: "登录名", summary: summary, example: example, setup: func(fs *flag.FlagSet) run {
		var c userConfig
		c.flags(fs)
		return func(ctx context.Context, std stdio, args []string) error { return c.onOne(ctx, std, args, do) }
	}}
}

// onOne does something with the user whose name is the argument, and shows them.
func (c *userConfig) onOne(ctx context.Context, std stdio, args []string, do onUser) error {
	name, err := one(args)
	if err != nil {
		return err
	}
	return c.with(ctx, std, func(ctx context.Context, std stdio, a *account.Accounts) error {
		u, err := a.Named(ctx, account.Operator(), name)
		if err != nil {
			return err
		}
		u, secret, err := do(ctx, a, u)
		if err != nil {
			return err
		}
		return c.show(std, u, secret)
	})
}

func userPassword() command {
	return command{
		name: "user password", args: "登录名", summary: "给一个用户换密码，显示一次；其登录随即结束",
		example: "kepu user password li.ming",
		setup: func(fs *flag.FlagSet) run {
			var c userConfig
			c.flags(fs)
			stdin := fs.Bool("stdin", false, "从标准输入读密码，不另外生成")
			drop := fs.Bool("drop-second", false, "同时去掉第二因素（手机丢了的时候）")
			return func(ctx context.Context, std stdio, args []string) (err error) {
				password := ""
				if *stdin {
					if password, err = fed(std); err != nil {
						return err
					}
				}
				return c.onOne(ctx, std, args, func(ctx context.Context, a *account.Accounts, u account.User) (account.User, secretShown, error) {
					drawn, err := a.ResetPassword(ctx, operatorBy(), u.ID, password)
					if err == nil && *drop {
						err = a.DropTOTP(ctx, operatorBy(), u.ID, "")
					}
					if err != nil {
						return u, secretShown{}, err
					}
					u, err = a.Find(ctx, account.Operator(), u.ID)
					return u, secretShown{Password: drawn}, err
				})
			}
		},
	}
}

func userToken() command {
	return command{
		name: "user token", args: "登录名", summary: "发一个访问令牌，显示一次",
		example: "kepu user token li.ming -label 气象台对接 -role editor -region 3301 -end 2027-06-30",
		setup: func(fs *flag.FlagSet) run {
			var c userConfig
			var g grantFlags
			c.flags(fs)
			g.flags(fs)
			label := fs.String("label", "命令行", "令牌的名字，用来辨认")
			end := fs.String("end", "", "用到哪一天（含），如 2027-06-30；不给时 90 天，最多一年")
			read := fs.Bool("read", false, "只能读")
			return func(ctx context.Context, std stdio, args []string) error {
				scope, err := g.grants()
				if err != nil {
					return err
				}
				if g.regions != "" && len(scope) == 0 {
					return usageError{"给了 -region，也要给 -role"}
				}
				ends, err := endOf(*end)
				if err != nil {
					return err
				}
				return c.onOne(ctx, std, args, func(ctx context.Context, a *account.Accounts, u account.User) (account.User, secretShown, error) {
					t, value, err := a.AddToken(ctx, operatorBy(), account.Token{User: u.ID, Label: *label, Scope: scope, Read: *read, Ends: ends})
					return u, secretShown{Token: value, Ends: &t.Ends}, err
				})
			}
		},
	}
}

// endOf is the end of a day in China; zero for "".
func endOf(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, day, page.Zone())
	if err != nil {
		return time.Time{}, usageError{"-end 要写成 2027-06-30 这样的日期"}
	}
	return t.AddDate(0, 0, 1), nil
}
