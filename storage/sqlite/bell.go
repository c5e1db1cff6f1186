package sqlite

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"time"

	"kepu/journal"
)

// bell tells who waits that there are new entries: rung by this process's
// commits, and by watching the file for those of others.
type bell struct {
	ears *sql.DB // one connection: data_version is relative to it
	log  *slog.Logger
	stop context.CancelFunc
	done chan struct{}

	mu     sync.Mutex
	seq    uint64        // of the last entry known
	change chan struct{} // closed when seq grows or the store closes
	closed bool
}

const poll = 100 * time.Millisecond

// hang owns ears from then on, unless it fails.
func hang(ctx context.Context, ears *sql.DB, log *slog.Logger) (*bell, error) {
	b := &bell{ears: ears, log: log, done: make(chan struct{}), change: make(chan struct{})}
	seen, err := b.listen(ctx, -1)
	if err != nil {
		return nil, translate(err)
	}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	b.stop = stop
	go b.watch(watching, seen)
	return b, nil
}

func (b *bell) watch(ctx context.Context, seen int64) {
	defer close(b.done)
	tick := time.NewTicker(poll)
	defer tick.Stop()
	deaf := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, err := b.listen(ctx, seen)
		if (err != nil) != deaf && ctx.Err() == nil {
			deaf = err != nil
			b.log.Warn("watch store file", "failing", deaf, "err", err)
		}
		if err == nil {
			seen = now
		}
	}
}

// listen rings where the file was changed since data_version was seen.
func (b *bell) listen(ctx context.Context, seen int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var now int64
	if err := b.ears.QueryRowContext(ctx, "PRAGMA data_version").Scan(&now); err != nil || now == seen {
		return seen, err
	}
	var seq uint64
	if err := b.ears.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM entry").Scan(&seq); err != nil {
		return seen, err
	}
	b.ring(seq)
	return now, nil
}

func (b *bell) ring(seq uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if seq <= b.seq || b.closed {
		return
	}
	b.seq = seq
	close(b.change)
	b.change = make(chan struct{})
}

func (b *bell) wait(ctx context.Context, after uint64) error {
	for {
		b.mu.Lock()
		seq, change, closed := b.seq, b.change, b.closed
		b.mu.Unlock()
		if closed {
			return journal.ErrClosed
		}
		if seq > after {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-change:
		}
	}
}

// silence ends every wait.
func (b *bell) silence() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.closed = true
		close(b.change)
	}
}

func (b *bell) close() error {
	b.silence()
	b.stop()
	<-b.done
	return b.ears.Close()
}
