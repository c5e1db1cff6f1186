package sqlite

import (
	"context"
	"fmt"
)

// Confine lets the file grow to at most that many pages.
func (s *Store) Confine(ctx context.Context, pages int) error {
	return s.pen.hold(ctx, func() error {
		_, err := s.pen.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		return err
	})
}
