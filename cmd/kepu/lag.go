package main

import (
	"context"
	"time"

	"kepu/media"
)

// follower is one of the node's copies of the journal.
type follower struct {
	name string
	seq  func() uint64
}

func (a *App) followers() []follower {
	return []follower{
		{"shelf", func() uint64 { return a.shelf.Position().Seq }},
		{"index", func() uint64 { return a.index.Position().Seq }},
		{"roll", func() uint64 { return a.roll.Position().Seq }},
	}
}

// lag is how many entries a copy at seq is behind the journal as it was last
// seen, a second ago at most where the store answers.
func (a *App) lag(seq uint64) uint64 {
	if head := a.head.Load(); head != nil && head.Seq > seq {
		return head.Seq - seq
	}
	return 0
}

// anchor writes down, at start and every hour, where the journal's chain stands:
// kept elsewhere, these lines show later that nobody made the chain anew.
func (a *App) anchor(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		asked, cancel := context.WithTimeout(ctx, 10*time.Second)
		head, err := a.stores.journal.Head(asked)
		cancel()
		if err == nil && head.Seq > 0 {
			a.config.log.Info("journal head", "seq", head.Seq, "hash", head.Hash)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// measureBlobs counts the bytes of stored media, every ten minutes.
func (a *App) measureBlobs(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		var sum int64
		err := a.stores.blobs.Keys(ctx, func(in media.Info) error {
			sum += in.Size
			return ctx.Err()
		})
		if err == nil {
			a.blobs.Store(sum)
		} else if ctx.Err() == nil {
			a.config.log.Warn("count media", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
