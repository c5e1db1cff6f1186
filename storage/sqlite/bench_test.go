package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kepu/journal"
)

// state is an article of about 3 KB.
func state(n int) []byte {
	b, err := journal.Encode(map[string]any{
		"v": 1, "title": fmt.Sprintf("第 %d 篇", n), "draft": strings.Repeat("a", 64),
		"text": strings.Repeat("台风来临前检查门窗，", 95), "tags": []string{"防灾", "台风"},
	})
	if err != nil {
		panic(err)
	}
	return b
}

func openBench(b *testing.B) *Store {
	b.Helper()
	s, err := Open(context.Background(), filepath.Join(b.TempDir(), "kepu.db"), Options{Secret: journal.NewSecret()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// BenchmarkImport is what an import does for 200 items: their versions as
// parts, claims on the slate, then the commit.
func BenchmarkImport(b *testing.B) {
	s := openBench(b)
	const batch = 200
	states := make([][]byte, batch)
	for i := range states {
		states[i] = state(i)
	}
	b.SetBytes(int64(batch * 2 * len(states[0])))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := 0
	for b.Loop() {
		parts, rows, changes := make([]journal.Part, batch), make([]journal.Row, batch), make([]journal.Change, batch)
		for i := range batch {
			key := journal.Key{Kind: "item", ID: journal.IDFor("bench", fmt.Sprint(done, "/", i))}
			parts[i] = journal.Part{Key: key, State: states[i]}
			rows[i] = journal.Row{Key: "slug/" + key.ID, Value: []byte(`{"item":"x"}`)}
			changes[i] = journal.Change{Key: key, State: states[i], Act: "import-publish", Actor: "bench", Op: "import/" + key.ID}
		}
		if _, err := s.PutParts(ctx, parts...); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Slate().Put(ctx, rows...); err != nil {
			b.Fatal(err)
		}
		results, err := s.Commit(ctx, changes...)
		if err != nil || results[batch-1].Err != nil {
			b.Fatal(err, results)
		}
		done++
	}
	b.ReportMetric(float64(done*batch)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkCommitOne(b *testing.B) {
	s := openBench(b)
	one, ctx := state(1), context.Background()
	for b.Loop() {
		if _, err := s.Commit(ctx, journal.Change{Key: journal.Key{Kind: "item", ID: journal.NewID()}, State: one,
			Act: "save", Actor: "bench"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGets(b *testing.B) {
	s := openBench(b)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	one := state(1)
	keys, changes := make([]journal.Key, 500), make([]journal.Change, 500)
	for i := range keys {
		keys[i] = journal.Key{Kind: "item", ID: journal.NewID()}
		changes[i] = journal.Change{Key: keys[i], State: one, Act: "save", Actor: "bench"}
	}
	if _, err := s.Commit(ctx, changes...); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if found, err := s.Gets(ctx, keys...); err != nil || len(found) != len(keys) {
			b.Fatal(err, len(found))
		}
	}
	b.ReportMetric(float64(b.N*len(keys))/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkCommitBeside is one commit while another process, here another
// Store, imports as fast as it can.
func BenchmarkCommitBeside(b *testing.B) {
	path := filepath.Join(b.TempDir(), "kepu.db")
	var stores [2]*Store
	for i := range stores {
		s, err := Open(context.Background(), path, Options{Secret: benchSecret})
		if err != nil {
			b.Fatal(err)
		}
		stores[i] = s
	}
	ctx, stop := context.WithCancel(context.Background())
	imported := make(chan int)
	go func() {
		n := 0
		for ctx.Err() == nil {
			if _, err := stores[1].Commit(ctx, batchOf(200)...); err == nil {
				n += 200
			}
		}
		imported <- n
	}()
	one, slowest := state(1), time.Duration(0)
	for b.Loop() {
		started := time.Now()
		if _, err := stores[0].Commit(context.Background(), journal.Change{Key: journal.Key{Kind: "item", ID: journal.NewID()}, State: one,
			Act: "save", Actor: "bench"}); err != nil {
			b.Fatal(err)
		}
		slowest = max(slowest, time.Since(started))
	}
	stop()
	b.ReportMetric(float64(<-imported)/b.Elapsed().Seconds(), "imported/s")
	b.ReportMetric(float64(slowest.Milliseconds()), "slowest-ms")
	for _, s := range stores {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	}
}

var benchSecret = journal.NewSecret()

func batchOf(n int) []journal.Change {
	changes := make([]journal.Change, n)
	for i := range changes {
		changes[i] = journal.Change{Key: journal.Key{Kind: "item", ID: journal.NewID()}, State: state(i), Act: "save", Actor: "bench"}
	}
	return changes
}
