package roll

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kepu/account"
)

// Kinds of record that account writes.
const (
	kindUser  = "user"
	kindToken = "token"
)

// User is a person who may sign in. Nothing secret is in it.
type User struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Display  string          `json:"display"`
	Grants   []account.Grant `json:"grants"`
	Disabled bool            `json:"disabled,omitempty"`
	Rev      uint64          `json:"rev"`
	Seq      uint64          `json:"seq"`
}

// Token is a bearer token as its owner may see it.
type Token struct {
	ID      string          `json:"id"`
	User    string          `json:"user"` // id of its owner
	Label   string          `json:"label"`
	Scope   []account.Grant `json:"scope"`
	Read    bool            `json:"read,omitempty"`
	Created time.Time       `json:"created"`
	Ends    time.Time       `json:"ends"`
	Rev     uint64          `json:"rev"`
	Seq     uint64          `json:"seq"`
}

// person and key are what the roll reads, and keeps, of the records.
type person struct {
	Name     string          `json:"name"`
	Display  string          `json:"display"`
	Grants   []account.Grant `json:"grants"`
	Disabled flag            `json:"disabled"`
}

type key struct {
	User    string          `json:"user"`
	Label   string          `json:"label"`
	Scope   []account.Grant `json:"scope"`
	Read    bool            `json:"read"`
	Created time.Time       `json:"created"`
	Ends    time.Time       `json:"ends"`
}

// flag is something that may be kept as yes or as since when.
type flag bool

func (f *flag) UnmarshalJSON(b []byte) error {
	switch string(bytes.TrimSpace(b)) {
	case "null", "false", `""`:
		*f = false
	default:
		*f = true
	}
	return nil
}

// UserPage is some people and where to go on.
type UserPage struct {
	Users []User
	Next  string // cursor; "" at the end
	Seq   uint64
}

// Users gives the people by name. The cursor holds an id and no name: it is told
// to people who may not know what others sign in with. ErrCursor also where the
// one it names is gone.
func (r *Roll) Users(ctx context.Context, after string, limit int) (UserPage, error) {
	limit, err := limited(limit)
	if err != nil {
		return UserPage{}, err
	}
	of, err := nameOf("users")
	if err != nil {
		return UserPage{}, err
	}
	var at cursor
	if after != "" {
		if at, err = parseCursor(after, of); err != nil {
			return UserPage{}, err
		}
	}
	page := UserPage{Seq: r.Position().Seq}
	err = r.view(ctx, "list users", func(ctx context.Context, db *sql.DB) error {
		from := ""
		if at.ID != "" {
			switch err := db.QueryRowContext(ctx, "SELECT name FROM user WHERE id = ?", at.ID).Scan(&from); {
			case errors.Is(err, sql.ErrNoRows):
				return ErrCursor
			case err != nil:
				return err
			}
		}
		return rows(ctx, db, "SELECT id, json, rev, seq FROM user WHERE (name, id) > (?, ?) ORDER BY name, id LIMIT ?",
			[]any{from, at.ID, limit + 1}, func(scan func(...any) error) error {
				u, err := scanUser(scan)
				page.Users = append(page.Users, u)
				return err
			})
	})
	if len(page.Users) > limit {
		page.Users = page.Users[:limit]
		last := page.Users[limit-1]
		page.Next = cursor{Of: of, ID: last.ID}.String()
	}
	return page, err
}

// User gives one of the people; journal.ErrNotFound where there is none.
func (r *Roll) User(ctx context.Context, id string) (User, error) {
	var u User
	err := r.view(ctx, "look up user", func(ctx context.Context, db *sql.DB) (err error) {
		u, err = scanUser(db.QueryRowContext(ctx, "SELECT id, json, rev, seq FROM user WHERE id = ?", id).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return notFound("user", id)
		}
		return err
	})
	return u, err
}

func scanUser(scan func(...any) error) (User, error) {
	var u User
	var b []byte
	if err := scan(&u.ID, &b, &u.Rev, &u.Seq); err != nil {
		return u, err
	}
	var p person
	if err := json.Unmarshal(b, &p); err != nil {
		return u, fmt.Errorf("%w: user %s: %w", errDamaged, u.ID, err)
	}
	u.Name, u.Display, u.Grants, u.Disabled = p.Name, p.Display, p.Grants, bool(p.Disabled)
	return u, nil
}

// Tokens gives the bearer tokens of a person by id, the oldest first, at most
// 100 after the one given ("": from the start).
func (r *Roll) Tokens(ctx context.Context, owner, after string) ([]Token, error) {
	var all []Token
	err := r.view(ctx, "list tokens", func(ctx context.Context, db *sql.DB) error {
		return rows(ctx, db, "SELECT id, json, rev, seq FROM token WHERE owner = ? AND id > ? ORDER BY id LIMIT 100",
			[]any{owner, after}, func(scan func(...any) error) error {
				t := Token{User: owner}
				var b []byte
				if err := scan(&t.ID, &b, &t.Rev, &t.Seq); err != nil {
					return err
				}
				var k key
				if err := json.Unmarshal(b, &k); err != nil {
					return fmt.Errorf("%w: token %s: %w", errDamaged, t.ID, err)
				}
				t.Label, t.Scope, t.Read, t.Created, t.Ends = k.Label, k.Scope, k.Read, k.Created, k.Ends
				all = append(all, t)
				return nil
			})
	})
	return all, err
}
