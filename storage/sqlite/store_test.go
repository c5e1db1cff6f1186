package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"kepu/journal"
	"kepu/journal/journaltest"
	"kepu/storage/sqlite"
)

func TestContract(t *testing.T) {
	journaltest.Run(t, func(t *testing.T, dir string) (journal.Store, journal.Slate) {
		s := open(t, filepath.Join(dir, "kepu.db"))
		return s, s.Slate()
	})
}

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{Secret: journaltest.Secret()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
