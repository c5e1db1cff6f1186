package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kepu/journal"
	"kepu/journal/journaltest"
	"kepu/storage/sqlite"
)

func tryOpen(path string, secret journal.Secret) error {
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{Secret: secret})
	if err != nil {
		return err
	}
	return s.Close()
}

// alter runs statements on the file, as another program would.
func alter(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, path string)
		secret  journal.Secret
		want    error
	}{
		"no secret":      {nil, journal.Secret{}, nil},
		"another secret": {func(t *testing.T, path string) { open(t, path) }, journal.NewSecret(), journal.ErrSecret},
		"newer schema": {func(t *testing.T, path string) {
			fill(t, path, 1)
			alter(t, path, "PRAGMA user_version = 2")
		}, journaltest.Secret(), journal.ErrNewer},
		"another program's": {func(t *testing.T, path string) {
			alter(t, path, "CREATE TABLE contact (name)")
		}, journaltest.Secret(), sqlite.ErrForeign},
		"no database": {func(t *testing.T, path string) {
			write(t, path, []byte(strings.Repeat("这不是数据库。", 1000)))
		}, journaltest.Secret(), sqlite.ErrDamaged},
		"cut off": {func(t *testing.T, path string) {
			fill(t, path, 200)
			write(t, path, read(t, path)[:20_000])
		}, journaltest.Secret(), sqlite.ErrDamaged},
		"first page zeroed": {func(t *testing.T, path string) {
			fill(t, path, 200)
			b := read(t, path)
			clear(b[16:4096])
			write(t, path, b)
		}, journaltest.Secret(), sqlite.ErrDamaged},
		"a folder":  {func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, journaltest.Secret(), nil},
		"no folder": {func(t *testing.T, path string) { must(t, os.Remove(filepath.Dir(path))) }, journaltest.Secret(), os.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "dir", "kepu.db")
			must(t, os.Mkdir(filepath.Dir(path), 0o700))
			if c.prepare != nil {
				c.prepare(t, path)
			}
			err := tryOpen(path, c.secret)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%q does not name the file", err)
			}
		})
	}
}

// The secret's mismatch must not depend on who opens first, and a refused Open
// must leave the file as it was.
func TestOpenRefusedLeavesTheStoreAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kepu.db")
	fill(t, path, 3)
	if err := tryOpen(path, journal.NewSecret()); !errors.Is(err, journal.ErrSecret) {
		t.Fatal(err)
	}
	s := open(t, path)
	if head, err := s.Head(context.Background()); err != nil || head.Seq != 3 {
		t.Errorf("head %+v, %v", head, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for _, side := range []string{"-wal", "-shm"} {
		if info, err := os.Stat(path + side); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", side, info, err)
		}
	}
}

// Of many that make one new store at once, all get the same.
func TestOpenAtOnce(t *testing.T) {
	for range 5 {
		path := filepath.Join(t.TempDir(), "kepu.db")
		var group sync.WaitGroup
		identities := make([]string, 6)
		for i := range identities {
			group.Go(func() {
				s, err := sqlite.Open(context.Background(), path, sqlite.Options{Secret: journaltest.Secret()})
				if err != nil {
					t.Error(err)
					return
				}
				identities[i] = s.Identity()
				if _, err := s.Commit(context.Background(), journal.Change{Key: journal.Key{Kind: "item", ID: fmt.Sprint(i)},
					State: []byte("{}"), Act: "save", Actor: "tester"}); err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for _, id := range identities {
			if id == "" || id != identities[0] {
				t.Fatalf("identities %q", identities)
			}
		}
		s := open(t, path)
		if head, err := s.Head(context.Background()); err != nil || head.Seq != uint64(len(identities)) {
			t.Errorf("head %+v, %v", head, err)
		}
	}
}

// Odd characters in a path are part of its name, not of the data source's.
func TestOpenOddPath(t *testing.T) {
	for _, name := range []string{"a b", "问号?x=1", "井#号", "百分%41", "and&mode=memory", "plus+", "冒:号"} {
		path := filepath.Join(t.TempDir(), name, "kepu.db")
		must(t, os.Mkdir(filepath.Dir(path), 0o700))
		fill(t, path, 1)
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
			t.Errorf("%s: %v, %v", name, entries, err)
		}
	}
}

// Check finds what was done to the file behind the store's back.
func TestCheckFinds(t *testing.T) {
	for name, c := range map[string]struct{ statement, want string }{
		"nothing":          {"SELECT 1", ""},
		"state":            {`UPDATE state SET json = replace(json, '第 3 篇', '第 4 篇') WHERE seq = 3`, "第 1 版的内容与第 3 条记录的校验值不符"},
		"old state":        {`UPDATE state SET json = '{}' WHERE seq = 1`, "第 1 版的内容与第 1 条记录的校验值不符"},
		"state gone":       {`DELETE FROM state WHERE seq = 3`, "第 3 条记录：item/r2 第 1 版无法读取"},
		"actor":            {`UPDATE entry SET actor = 'x' WHERE seq = 2`, "第 2 条记录：校验值不符"},
		"time":             {`UPDATE entry SET at = at + 1 WHERE seq = 2`, "第 2 条记录：校验值不符"},
		"entry gone":       {`DELETE FROM entry WHERE seq = 2`, "第 2 条记录：缺失"},
		"rev":              {`UPDATE entry SET rev = 9 WHERE seq = 2`, "的版本从 0 跳到 9"},
		"head back":        {`UPDATE head SET rev = 1, seq = 1, hash = (SELECT state FROM entry WHERE seq = 1) WHERE id = 'r0'`, "item/r0：当前版本是第 1 版"},
		"head gone":        {`DELETE FROM head WHERE id = 'r3'`, "item/r3 第 1 版缺失"},
		"head of nothing":  {`INSERT INTO head (kind, id, rev, seq, hash, v) VALUES ('item', 'x', 1, 1, NULL, 0)`, "item/x：有当前版本，但没有记录"},
		"part":             {`UPDATE part SET json = '{}'`, "的内容与校验值不符"},
		"erased in name":   {`UPDATE head SET erased = 1 WHERE id = 'r0'`, "item/r0：已彻底删除，但仍有内容"},
		"state of nothing": {`INSERT INTO state (seq, json) VALUES (99, '{}')`, "第 99 条记录不存在"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "kepu.db")
			fill(t, path, 6)
			again(t, path)
			alter(t, path, c.statement)
			s, steps := open(t, path), 0
			faults, err := check(s, func(done, total int) {
				if done > total || done < steps {
					t.Errorf("%d of %d after %d", done, total, steps)
				}
				steps = done
			})
			must(t, err)
			if c.want == "" && (len(faults) != 0 || steps != 14) || c.want != "" && !strings.Contains(strings.Join(faults, "\n"), c.want) {
				t.Errorf("got %q after %d steps, want %q", faults, steps, c.want)
			}
		})
	}
}

// A file with a page destroyed gives errors or faults, never a panic or a wrong
// state.
func TestTornPages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kepu.db")
	fill(t, path, 300)
	whole := read(t, path)
	for page := 1; page*8192 < len(whole); page += 1 + len(whole)/8192/40 {
		torn := bytes.Clone(whole)
		for i := page * 8192; i < (page+1)*8192; i++ {
			torn[i] ^= byte(i*7 + page)
		}
		must(t, os.Remove(path))
		write(t, path, torn)
		s, err := sqlite.Open(context.Background(), path, sqlite.Options{Secret: journaltest.Secret()})
		if err != nil {
			if !errors.Is(err, sqlite.ErrDamaged) {
				t.Errorf("page %d: %v", page, err)
			}
			continue
		}
		faults, err := check(s, nil)
		if err != nil && !errors.Is(err, sqlite.ErrDamaged) {
			t.Errorf("page %d: check: %v", page, err)
		}
		if err == nil && len(faults) == 0 {
			t.Errorf("page %d is destroyed and nothing was found", page)
		}
		if err := s.Close(); err != nil {
			t.Errorf("page %d: close: %v", page, err)
		}
	}
}

// Erased text is not in the file any more.
func TestEraseScrubs(t *testing.T) {
	dir := t.TempDir()
	s, ctx := open(t, filepath.Join(dir, "kepu.db")), context.Background()
	const secret = "张三的住址在某某路一号"
	k := journal.Key{Kind: "user", ID: "u1"}
	var state []byte
	for rev := range uint64(3) {
		state = []byte(fmt.Sprintf(`{"v":1,"n":%d,"note":"%s"}`, rev, strings.Repeat(secret, 1+int(rev)*500)))
		if _, err := s.PutParts(ctx, journal.Part{Key: k, State: state}); err != nil {
			t.Fatal(err)
		}
		commit(t, s, journal.Change{Key: k, Rev: rev, State: state, Act: "save", Actor: "u1"})
	}
	if n := occurrences(t, dir, secret); n == 0 {
		t.Fatal("the text is not found where it must be")
	}
	r, err := s.Erase(ctx, journal.Change{Key: k, Rev: 3, Act: "erase", Actor: "u1"})
	if err != nil || r.Err != nil {
		t.Fatal(r, err)
	}
	if n := occurrences(t, dir, secret); n != 0 {
		t.Errorf("the text is still there %d times", n)
	}
	if faults, err := check(s, nil); err != nil || len(faults) != 0 {
		t.Error(faults, err)
	}
}

func occurrences(t *testing.T, dir, text string) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	for _, f := range files {
		n += bytes.Count(read(t, f), []byte(text))
	}
	return n
}

// fill makes a store of n records and closes it.
func fill(t *testing.T, path string, n int) {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{Secret: journaltest.Secret()})
	must(t, err)
	changes := make([]journal.Change, n)
	for i := range changes {
		changes[i] = journal.Change{Key: journal.Key{Kind: "item", ID: fmt.Sprint("r", i)},
			State: []byte(fmt.Sprintf(`{"v":1,"title":"第 %d 篇","text":"%s"}`, i+1, strings.Repeat("文字", 300))), Act: "save", Actor: "tester"}
	}
	commit(t, s, changes...)
	must(t, s.Close())
}

// again adds a revision to r0 and a part.
func again(t *testing.T, path string) {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{Secret: journaltest.Secret()})
	must(t, err)
	k := journal.Key{Kind: "item", ID: "r0"}
	commit(t, s, journal.Change{Key: k, Rev: 1, State: []byte(`{"v":1,"title":"再版"}`), Act: "save", Actor: "tester"})
	_, err = s.PutParts(context.Background(), journal.Part{Key: k, State: []byte(`{"v":1,"title":"部分"}`)})
	must(t, err)
	must(t, s.Close())
}

func check(s *sqlite.Store, progress func(done, total int)) (faults []string, err error) {
	err = s.Check(context.Background(), progress, func(problem string) { faults = append(faults, problem) })
	return faults, err
}

func commit(t testing.TB, s *sqlite.Store, changes ...journal.Change) {
	t.Helper()
	results, err := s.Commit(context.Background(), changes...)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if r.Err != nil {
			t.Fatalf("change %d: %v", i, r.Err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	must(t, os.WriteFile(path, b, 0o600))
}
