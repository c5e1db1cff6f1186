package roll

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"

	"modernc.org/sqlite" // the driver
	lib "modernc.org/sqlite/lib"

	"kepu/journal"
)

//go:embed schema.sql
var schema string

// application is the file's application_id, form its user_version: another one
// is made anew. Number form anew whenever schema.sql, or what is written by it,
// changes.
const (
	application = 0x6b707572 // "kpur"
	form        = 1
)

// readers is how many connections read at once, each with a cache that what is
// looked at for every row of 100,000 items fits into.
const readers = 3

// settle bounds the last statements before closing.
const settle = 30 * time.Second

// file is the SQLite file: one connection that writes and a few that read. What
// it holds can be had again, so that a commit need not wait for the disk: after
// a loss of power the file is whole, if a little older.
type file struct {
	write, read *sql.DB
	conn        *sql.Conn
	statements  map[string]*sql.Stmt // of conn, by their text
	position    journal.Position     // when it was opened
	next        int64                // number of the next new item
}

// openFile opens or makes a file. errDamaged where it cannot be used.
func openFile(path string) (*file, error) {
	if err := private(path); err != nil {
		return nil, fmt.Errorf("open roll %s: %w", path, err)
	}
	f := &file{statements: map[string]*sql.Stmt{}}
	err := guard(func() error { return f.open(path) })
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open roll %s: %w", path, err), f.close())
	}
	return f, nil
}

// private makes a new file readable by its owner alone; SQLite gives its side
// files the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func uri(path string, pragmas ...string) string {
	q := url.Values{"_pragma": pragmas}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

func (f *file) open(path string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), settle)
	defer cancel()
	f.write, err = sql.Open("sqlite", uri(path, "busy_timeout(10000)", "page_size(8192)", "journal_mode(WAL)", "synchronous(NORMAL)",
		"cache_size(-16384)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)"))
	if err != nil {
		return err
	}
	f.write.SetMaxOpenConns(1)
	if f.conn, err = f.write.Conn(ctx); err != nil {
		return err
	}
	if err := f.admit(ctx); err != nil {
		return err
	}
	f.read, err = sql.Open("sqlite", uri(path, "busy_timeout(10000)", "query_only(1)", "cache_size(-49152)"))
	if err != nil {
		return err
	}
	f.read.SetMaxOpenConns(readers)
	f.read.SetMaxIdleConns(readers)
	return nil
}

// admit makes the tables of a new file and reads up to where the file holds the
// journal.
func (f *file) admit(ctx context.Context) error {
	var app, version, tables int64
	err := f.conn.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)`).Scan(&app, &version, &tables)
	if err != nil {
		return err
	}
	if app == 0 && version == 0 && tables == 0 {
		if err := f.create(ctx); err != nil {
			return err
		}
		app, version = application, form
	}
	if app != application || version != form {
		return fmt.Errorf("%w: of program %x, form %d", errDamaged, app, version)
	}
	var saved string
	switch err := f.conn.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'position'").Scan(&saved); {
	case errors.Is(err, sql.ErrNoRows): // never filled, or only in part
	case err != nil:
		return err
	case json.Unmarshal([]byte(saved), &f.position) != nil:
		return fmt.Errorf("%w: position %q", errDamaged, saved)
	}
	return f.conn.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) + 1 FROM card").Scan(&f.next)
}

func (f *file) create(ctx context.Context) error {
	return f.transact(ctx, func(ctx context.Context) error {
		for _, statement := range []string{
			schema,
			// Fewer and larger sorted runs: what is written is merged less often.
			"INSERT INTO word (word, rank) VALUES ('hashsize', 33554432)",
			"INSERT INTO word (word, rank) VALUES ('automerge', 8)",
			"INSERT INTO meta (name, value) VALUES ('tables', (" + tables + "))",
			"PRAGMA application_id = " + strconv.Itoa(application),
			"PRAGMA user_version = " + strconv.Itoa(form),
		} {
			if _, err := f.conn.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// transact runs act in one transaction. A statement is not cut off by ctx,
// which act looks at itself.
func (f *file) transact(ctx context.Context, act func(context.Context) error) error {
	whole := context.WithoutCancel(ctx)
	if _, err := f.conn.ExecContext(whole, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := guard(func() error { return act(whole) })
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		if _, err = f.conn.ExecContext(whole, "COMMIT"); err == nil {
			return nil
		}
	}
	if _, undo := f.conn.ExecContext(whole, "ROLLBACK"); undo != nil {
		return fmt.Errorf("%w (undo: %w)", err, undo)
	}
	return err
}

// do runs a statement of the connection that writes.
func (f *file) do(ctx context.Context, text string, args ...any) error {
	s, err := f.prepare(ctx, text)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(ctx, args...)
	return err
}

// one reads one row by the connection that writes; sql.ErrNoRows where there is
// none.
func (f *file) one(ctx context.Context, text string, args []any, to ...any) error {
	s, err := f.prepare(ctx, text)
	if err != nil {
		return err
	}
	return s.QueryRowContext(ctx, args...).Scan(to...)
}

func (f *file) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if s, ok := f.statements[text]; ok {
		return s, nil
	}
	s, err := f.conn.PrepareContext(ctx, text)
	if err == nil {
		f.statements[text] = s
	}
	return s, err
}

// save notes up to where the file holds the journal, in the transaction that
// brings it there.
func (f *file) save(ctx context.Context, at journal.Position) error {
	b, err := json.Marshal(at)
	if err != nil {
		return err
	}
	return f.do(ctx, "INSERT INTO meta (name, value) VALUES ('position', ?) ON CONFLICT DO UPDATE SET value = excluded.value", string(b))
}

const tables = "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name)"

// sound looks through the whole file for broken structure.
func (f *file) sound(ctx context.Context) error {
	return guard(func() error {
		var found, made, are string
		err := f.read.QueryRowContext(ctx, "SELECT (SELECT value FROM meta WHERE name = 'tables'), ("+tables+")").Scan(&made, &are)
		if err != nil {
			return err
		}
		if made != are {
			return fmt.Errorf("%w: tables are %q, were %q", errDamaged, are, made)
		}
		if err := f.read.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
			return err
		}
		if found != "ok" {
			return fmt.Errorf("%w: %s", errDamaged, found)
		}
		return nil
	})
}

func (f *file) close() error {
	return guard(func() error {
		var errs []error
		for _, s := range f.statements {
			errs = append(errs, s.Close())
		}
		if f.read != nil {
			errs = append(errs, f.read.Close())
		}
		if f.conn != nil {
			errs = append(errs, f.conn.Close())
		}
		if f.write != nil {
			errs = append(errs, f.write.Close())
		}
		return errors.Join(errs...)
	})
}

// discard removes the file and what belongs to it.
func discard(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("discard roll: %w", err)
		}
	}
	return nil
}

// guard turns an error that says that the file is broken into errDamaged; a
// panic of the driver, and an error that it may cause, into errSuspect.
func guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errSuspect, p)
		}
	}()
	err = fn()
	var e *sqlite.Error
	switch {
	case errors.Is(err, errDamaged), errors.Is(err, errSuspect):
	case isDamage(err):
		err = fmt.Errorf("%w: %w", errDamaged, err)
	case errors.As(err, &e) && e.Code()&0xff == lib.SQLITE_ERROR: // a table is missing, or we ask wrongly
		err = fmt.Errorf("%w: %w", errSuspect, err)
	}
	return err
}

// isDamage tells whether an error comes from what the file holds, not from
// where it lies.
func isDamage(err error) bool {
	var e *sqlite.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, fs.ErrPermission):
		return false
	case !errors.As(err, &e):
		return false
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB, lib.SQLITE_FORMAT, lib.SQLITE_SCHEMA, lib.SQLITE_MISMATCH, lib.SQLITE_CONSTRAINT:
		return true
	case lib.SQLITE_IOERR:
		return e.Code() == lib.SQLITE_IOERR_SHORT_READ || e.Code() == lib.SQLITE_IOERR_CORRUPTFS
	}
	return false
}

// view lets fn read. ErrBehind where the roll has not caught up; a damaged file
// is noted and made anew, and that too is ErrBehind for who asked.
func (r *Roll) view(ctx context.Context, what string, fn func(context.Context, *sql.DB) error) error {
	if r.isClosed() {
		return ErrClosed
	}
	if !r.ready.Load() {
		return ErrBehind
	}
	r.use.RLock()
	defer r.use.RUnlock()
	if r.isClosed() {
		return ErrClosed
	}
	if !r.ready.Load() {
		return ErrBehind
	}
	err := guard(func() error { return fn(ctx, r.file.read) })
	switch {
	case errors.Is(err, errDamaged):
		r.hurt(err)
		return fmt.Errorf("%s: %w", what, ErrBehind)
	case errors.Is(err, errSuspect):
		r.hurt(err)
		return fmt.Errorf("%s: %w", what, err)
	case errors.Is(err, ErrCursor), errors.Is(err, ErrQuery), errors.Is(err, journal.ErrNotFound):
		return err
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// rows reads all rows of a question.
func rows(ctx context.Context, db *sql.DB, text string, args []any, each func(scan func(...any) error) error) error {
	found, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if err := each(found.Scan); err != nil {
			return err
		}
	}
	return found.Err()
}
