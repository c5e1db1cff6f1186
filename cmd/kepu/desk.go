package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"kepu/account"
	"kepu/content"
	"kepu/frontend/studio"
	"kepu/journal"
	"kepu/roll"
)

// deskConfig says how the editorial desk works.
type deskConfig struct {
	stages   int
	profile  string
	provider struct{ issuer, client, secret, claim string }
}

func (c *deskConfig) flags(fs *flag.FlagSet) {
	fs.IntVar(&c.stages, "review-stages", 3, "新库的审稿步数，0到3；以后在设置里改。0：主编一个人就能发布")
	fs.StringVar(&c.profile, "password-rules", string(account.ASVS), "密码规则：asvs，或 mlps3（等保三级）")
	fs.StringVar(&c.provider.issuer, "oidc-issuer", "", "用外部账号登录（OpenID Connect）：提供者的网址；空为不用")
	fs.StringVar(&c.provider.client, "oidc-client", "", "外部账号：本站的 client id")
	fs.StringVar(&c.provider.secret, "oidc-secret", "", "外部账号：本站的 client secret；最好用 KEPU_OIDC_SECRET 给")
	fs.StringVar(&c.provider.claim, "oidc-claim", "", "外部账号第一次来时，用哪一项对上登录名，如 preferred_username；空为不自动对")
}

// office is what the desk of a node consists of.
type office struct {
	desk     *content.Desk
	accounts *account.Accounts
}

// openDesk makes what a node has for the desk.
func (a *App) openDesk() (err error) {
	c, s := a.config, a.stores
	o := &a.office
	profile := account.Profile(cmp.Or(c.profile, string(account.ASVS)))
	if !profile.Valid() {
		return usageError{"-password-rules 只能是 asvs 或 mlps3"}
	}
	o.accounts = s.accounts(profile)
	o.accounts.Cost = c.cost
	if p := c.provider; p.issuer != "" {
		o.accounts.Outside = &account.Provider{Issuer: p.issuer, ClientID: p.client, ClientSecret: p.secret, Claim: p.claim,
			Redirect: a.baseURL() + studio.Base + "/session/outside/back"}
	}
	o.desk = s.desk()
	o.desk.People = o.accounts
	return nil
}

// studio is what the studio's JSON stands on.
func (a *App) studio() *studio.Config {
	o, s := &a.office, a.stores
	return &studio.Config{Accounts: o.accounts, Desk: o.desk, Store: s.journal, Slate: s.slate, Media: s.media(), Shelf: a.shelf, Roll: a.roll, Hooks: a.Hooks(),
		Secret: s.secret, Now: s.now, Log: a.config.log}
}

// first makes the first administrator of a new store and gives the words that
// say, once, who it is; "" on any other.
func (a *App) first(ctx context.Context) (string, error) {
	name, password, err := a.office.accounts.First(ctx)
	if err != nil || name == "" {
		return "", err
	}
	return fmt.Sprintf("第一个管理员：%s\n密码（只显示这一次，登录后要改）：%s\n", name, password), nil
}

// settle mends, at start and once an hour, what a crash may have left half-way:
// claims of names, and slugs that were claimed for a commit that never came.
func (a *App) settle(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		for what, free := range map[string]func(context.Context) (int, error){"slugs": a.office.desk.FreeSlugs, "names": a.office.accounts.Settle} {
			if freed, err := free(ctx); err != nil && ctx.Err() == nil {
				a.config.log.Warn("free claims", "of", what, "err", err)
			} else if freed > 0 {
				a.config.log.Info("freed claims", "of", what, "count", freed)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// What is due is looked for at its instant, whenever something was written, and
// at least every dueEvery; never twice within dueRest.
const (
	dueEvery = 5 * time.Second
	dueRest  = 200 * time.Millisecond
	dueMost  = 500 // items at a time
	dueLease = 15 * time.Second
)

// runDue publishes what is scheduled and ends what has had its time.
func (a *App) runDue(ctx context.Context) error {
	lease := &lease{slate: a.stores.slate, key: "lease/due", holder: journal.NewID(), life: dueLease, now: a.stores.now}
	for ctx.Err() == nil {
		more, err := a.dueOnce(ctx, lease)
		if err != nil && ctx.Err() == nil && !errors.Is(err, roll.ErrBehind) {
			a.config.log.Warn("run what is due", "err", err)
		}
		if !more || err != nil {
			a.untilDue(ctx)
		}
	}
	return lease.release(ctx)
}

// dueOnce does what is due now; more tells that there may be more.
func (a *App) dueOnce(ctx context.Context, l *lease) (more bool, err error) {
	ids, err := a.roll.Due(ctx, a.stores.now(), dueMost)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	if held, err := l.hold(ctx); err != nil || !held {
		return false, err
	}
	fired, err := a.office.desk.RunDue(ctx, ids)
	last := uint64(0)
	for _, f := range fired {
		last = max(last, f.Stamp.Seq)
	}
	if last == 0 {
		return false, err
	}
	if err != nil {
		a.config.log.Warn("run what is due", "err", err) // the others were done
	}
	waiting, cancel := context.WithTimeout(ctx, dueEvery)
	defer cancel()
	return true, a.roll.Wait(waiting, last) // what was done is no longer due there
}

// untilDue waits until something may be due.
func (a *App) untilDue(ctx context.Context) {
	rest, cancel := context.WithTimeout(ctx, dueRest)
	<-rest.Done()
	cancel()
	wait, now := dueEvery, a.stores.now()
	if next, err := a.roll.NextDue(ctx, now); err == nil && !next.IsZero() {
		wait = min(wait, next.Sub(now))
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err := a.roll.Wait(waiting, a.roll.Position().Seq+1); err != nil {
		<-waiting.Done() // a closed roll answers at once
	}
}
