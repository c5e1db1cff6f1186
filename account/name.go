package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"kepu/journal"
)

// Longest names, in characters.
const (
	nameMost    = 64
	displayMost = 40
)

// maxBytes is what a character takes at most before a text is refused uncounted.
const maxBytes = 16

// strokes are Chinese characters that pass for a mark, a digit or a letter.
const strokes = "一丨丶丿亅乚"

// Fold gives the form in which a login name is kept and compared: NFKC, case
// folded, without white space around it. A name is 1–64 of the letters a–z, the
// digits and Chinese characters, with . _ - @ single between them. Letters of
// other scripts look like these (а and a), and what is not seen (a joiner, a
// mark of direction) makes two names of one: both are refused, as are strokes
// such as 一 beside anything but Chinese. The error is *journal.Invalid.
func Fold(name string) (string, error) {
	const field = "name"
	if len(name) > nameMost*maxBytes {
		return "", invalid(field, "登录名太长：最多 %d 个字", nameMost)
	}
	if !utf8.ValidString(name) {
		return "", invalid(field, "登录名不是有效的文字")
	}
	folded := norm.NFKC.String(cases.Fold().String(norm.NFKC.String(strings.TrimSpace(name))))
	runes := []rune(folded)
	switch {
	case len(runes) == 0:
		return "", invalid(field, "请填写登录名")
	case len(runes) > nameMost:
		return "", invalid(field, "登录名太长：最多 %d 个字", nameMost)
	}
	chinese, stroke := true, false
	for i, r := range runes {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			chinese = false
		case strings.ContainsRune("._-@", r):
			chinese = false
			if i == 0 || i == len(runes)-1 || strings.ContainsRune("._-@", runes[i-1]) {
				return "", invalid(field, "登录名里的 . _ - @ 只能单个用在字的中间")
			}
		case unicode.Is(unicode.Han, r) && unicode.Is(unicode.Lo, r):
			stroke = stroke || strings.ContainsRune(strokes, r)
		default:
			return "", invalid(field, "登录名只能用汉字、英文字母、数字和 . _ - @，这个字符不行：%q", r)
		}
	}
	if stroke && !chinese {
		return "", invalid(field, "“一”这样的笔画容易和符号、数字看混，只能用在全是汉字的登录名里")
	}
	return folded, nil
}

// display cleans a display name: one line, nothing unseen.
func display(s, name string) (string, error) {
	if len(s) > displayMost*maxBytes {
		return "", invalid("display", "姓名太长：最多 %d 个字", displayMost)
	}
	s = strings.Join(strings.Fields(norm.NFC.String(strings.ToValidUTF8(s, ""))), " ")
	seen := false
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) {
			return "", invalid("display", "姓名里有看不见的字符，请重新输入")
		}
		seen = seen || unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	switch {
	case s == "":
		return name, nil
	case !seen:
		return "", invalid("display", "姓名里要有字")
	case utf8.RuneCountInString(s) > displayMost:
		return "", invalid("display", "姓名太长：最多 %d 个字", displayMost)
	}
	return s, nil
}

// A claim is a row on the slate whose value is the id of the one user who may
// have that name. It is made before the commit that uses it, so a crash may
// leave one that nobody holds: from an hour later Settle frees it.
const (
	namePrefix    = "name/"
	outsidePrefix = "outside/"
	claimRest     = time.Hour
	claimPage     = 500
	claimRounds   = 8
)

// errTaken says that another user has the claim.
var errTaken = errors.New("taken")

// claim makes key the user's; errTaken where it is another's.
func (a *Accounts) claim(ctx context.Context, key, id string) error {
	row := journal.Row{Key: key, Value: []byte(id), Due: a.now().Add(claimRest)}
	for range claimRounds {
		results, err := a.Slate.Put(ctx, row)
		if err != nil {
			return fmt.Errorf("claim for %s: %w", id, err)
		}
		if err := results[0].Err; err == nil {
			return nil
		} else if !errors.Is(err, journal.ErrConflict) {
			return fmt.Errorf("claim for %s: %w", id, err)
		}
		standing, err := a.Slate.Get(ctx, key)
		switch {
		case errors.Is(err, journal.ErrNotFound):
			row.Version = 0 // freed just now
		case err != nil:
			return fmt.Errorf("claim for %s: %w", id, err)
		case string(standing.Value) != id:
			return errTaken
		default:
			row.Version = standing.Version // a new version keeps Settle from freeing it
		}
	}
	return fmt.Errorf("claim for %s: %w", id, journal.ErrConflict)
}

// claimed is the id of the user who has the claim; "" where nobody has.
func (a *Accounts) claimed(ctx context.Context, key string) (string, error) {
	row, err := a.Slate.Get(ctx, key)
	if errors.Is(err, journal.ErrNotFound) {
		return "", nil
	}
	return string(row.Value), err
}

// free gives up a claim of the user's; another's is left alone.
func (a *Accounts) free(ctx context.Context, key, id string) error {
	row, err := a.Slate.Get(ctx, key)
	if errors.Is(err, journal.ErrNotFound) || err == nil && string(row.Value) != id {
		return nil
	}
	if err != nil {
		return err
	}
	return a.Slate.Delete(ctx, key, row.Version)
}

// Settle makes the claims agree with the users: it makes those that are missing
// (after a restore without the slate) and frees those, an hour old, that no user
// holds, and says how many. Run it at start and from time to time; it may run
// beside anything.
func (a *Accounts) Settle(ctx context.Context) (freed int, err error) {
	held := map[string]string{} // claim → id
	_, err = a.Store.Scan(ctx, []string{KindUser}, func(r journal.Record) error {
		p, err := decode[person](r.State)
		if errors.Is(err, journal.ErrNewer) {
			return err // not ours to judge
		}
		if err != nil {
			return fmt.Errorf("user %s: %w", r.ID, err)
		}
		for _, key := range p.claims() {
			held[key] = p.ID
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("settle names: %w", err)
	}
	for _, prefix := range []string{namePrefix, outsidePrefix} {
		n, err := a.settle(ctx, prefix, held)
		freed += n
		if err != nil {
			return freed, fmt.Errorf("settle names: %w", err)
		}
	}
	for key, id := range held { // those that settle did not meet
		if err := a.claim(ctx, key, id); err != nil && !errors.Is(err, errTaken) {
			return freed, fmt.Errorf("settle names: %w", err)
		}
	}
	return freed, nil
}

// settle goes through the claims of a prefix and takes those it met out of held.
func (a *Accounts) settle(ctx context.Context, prefix string, held map[string]string) (freed int, err error) {
	for after := prefix; ; {
		rows, err := a.Slate.List(ctx, prefix, after, time.Time{}, claimPage)
		if err != nil || len(rows) == 0 {
			return freed, err
		}
		after = rows[len(rows)-1].Key
		for _, row := range rows {
			if held[row.Key] == string(row.Value) {
				delete(held, row.Key)
				continue
			}
			if row.Due.After(a.now()) {
				continue // being made
			}
			// The scan is older than this row may be: look once more.
			p, _, err := a.person(ctx, string(row.Value))
			if err == nil && p.claim(row.Key) {
				continue
			}
			if err != nil && !errors.Is(err, journal.ErrNotFound) {
				return freed, err
			}
			if err := a.Slate.Delete(ctx, row.Key, row.Version); err == nil {
				freed++
			} else if !errors.Is(err, journal.ErrConflict) { // else: claimed again meanwhile
				return freed, err
			}
		}
	}
}
