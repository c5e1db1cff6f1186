package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the driver

	"kepu/journal"
)

//go:embed schema.sql
var schema string

const (
	application = 0x6b657075 // "kepu", the file's application_id
	version     = 1          // of schema.sql, the file's user_version
)

// uri is the data source name of a connection to the file at path.
func uri(path string, pragmas ...string) string {
	q := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// setUp opens the file, makes its tables where it is new, checks that it is
// ours and gives the one connection it used.
func setUp(ctx context.Context, path, fingerprint string) (ears *sql.DB, identity string, err error) {
	if err := private(path); err != nil {
		return nil, "", translate(err)
	}
	ears, err = sql.Open("sqlite", uri(path, "busy_timeout(5000)", "synchronous(FULL)", "cache_size(-256)"))
	if err != nil {
		return nil, "", err
	}
	ears.SetMaxOpenConns(1)
	// The change to WAL asks for the whole file, and SQLite gives up on that at
	// once, whatever busy_timeout says, where another process is at it too.
	for deadline := time.Now().Add(patience); ; {
		identity, err = admit(ctx, ears, fingerprint)
		if !busy(err) || time.Now().After(deadline) || ctx.Err() != nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err != nil {
		return nil, "", errors.Join(translate(err), ears.Close())
	}
	return ears, identity, nil
}

// private makes a new file readable by its owner alone; SQLite gives its side
// files the same mode. A file that is there is not opened: closing it would
// drop every lock this process holds on it (POSIX locks belong to the process).
func private(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil // another was first
}

func admit(ctx context.Context, db *sql.DB, fingerprint string) (identity string, err error) {
	var app, user, tables int64
	look := func() error {
		return db.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
			(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)`).Scan(&app, &user, &tables)
	}
	if err := look(); err != nil {
		return "", err
	}
	if app == 0 && user == 0 && tables == 0 {
		if err := create(ctx, db, fingerprint); err != nil {
			return "", err
		}
		if err := look(); err != nil {
			return "", err
		}
	}
	switch {
	case app != application:
		return "", ErrForeign
	case user > version:
		return "", fmt.Errorf("schema %d, known is %d: %w", user, version, journal.ErrNewer)
	}
	var made, mode string
	err = db.QueryRowContext(ctx, `SELECT (SELECT value FROM meta WHERE name = 'identity'),
		(SELECT value FROM meta WHERE name = 'fingerprint')`).Scan(&identity, &made)
	if err != nil {
		return "", err
	}
	if made != fingerprint {
		return "", journal.ErrSecret
	}
	// The mode is kept in the file; a copy made by other tools may have lost it.
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return "", err
	}
	if mode != "wal" {
		return "", fmt.Errorf("journal mode is %s, WAL is not possible here", mode)
	}
	return identity, nil
}

// create makes the tables in one transaction, so that a file has all or
// nothing. Of two processes that try at once the second finds them made.
func create(ctx context.Context, db *sql.DB, fingerprint string) error {
	if _, err := db.ExecContext(ctx, "PRAGMA page_size = 8192"); err != nil {
		return err
	}
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var tables int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil || tables > 0 {
		return err
	}
	for _, statement := range []string{
		schema,
		"PRAGMA application_id = " + strconv.Itoa(application),
		"PRAGMA user_version = " + strconv.Itoa(version),
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('identity', ?), ('fingerprint', ?)",
		journal.NewID(), fingerprint); err != nil {
		return err
	}
	return tx.Commit()
}
