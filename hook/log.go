package hook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kepu/account"
	"kepu/journal"
)

// How long the delivery log of a hook goes back.
const (
	keptFor = 30 * 24 * time.Hour
	keptMax = 1000 // deliveries
)

// States of a delivery in the log.
const (
	Sent    = "sent"    // answered 2xx
	Waiting = "waiting" // failed, to be tried again at Next
	Failed  = "failed"  // given up
	Skipped = "skipped" // what it told of is no longer live: not sent
)

// Record is a line of the delivery log: one event for one hook.
type Record struct {
	V        int        `json:"v"`
	Seq      uint64     `json:"seq"`
	Event    Event      `json:"event"`
	Item     string     `json:"item"` // id
	Rev      uint64     `json:"rev"`  // of the item, made by the entry at Seq
	At       time.Time  `json:"at"`   // of the event
	State    string     `json:"state"`
	Attempts int        `json:"attempts"`         // since it was queued, at last by Redeliver
	Status   int        `json:"status,omitempty"` // of the last answer; 0: there was none
	MS       int64      `json:"ms"`               // the last attempt took
	Error    string     `json:"error,omitempty"`  // of the last attempt, Chinese and fit to show
	Last     time.Time  `json:"last"`             // when the last attempt began
	Next     *time.Time `json:"next,omitempty"`
}

// delivery is the row of one that is owed. It names the revision instead of
// copying its words: what was erased is not kept here, and what is sent does
// not change between attempts.
type delivery struct {
	V        int       `json:"v"`
	Event    Event     `json:"event"`
	Item     string    `json:"item"`
	Rev      uint64    `json:"rev"`
	At       time.Time `json:"at"`
	Queued   time.Time `json:"queued"`
	Attempts int       `json:"attempts,omitempty"`
	Again    bool      `json:"again,omitempty"` // asked for by Redeliver
}

const (
	deliveryPrefix = "hook/delivery/"
	logPrefix      = "hook/log/"
	seqWidth       = 20 // of a seq in a key: every uint64, in order
)

func deliveryKey(hook string, seq uint64) string {
	return fmt.Sprintf("%s%s/%0*d", deliveryPrefix, hook, seqWidth, seq)
}

func logKey(hook string, seq uint64) string {
	return fmt.Sprintf("%s%s/%0*d", logPrefix, hook, seqWidth, seq)
}

// owner splits the key of a delivery.
func owner(key string) (hook string, seq uint64, err error) {
	hook, number, _ := strings.Cut(strings.TrimPrefix(key, deliveryPrefix), "/")
	seq, err = strconv.ParseUint(number, 10, 64)
	return hook, seq, err
}

// row makes a slate row of v; due zero: never.
func row(key string, version uint64, v any, due, expires time.Time) (journal.Row, error) {
	value, err := json.Marshal(v)
	return journal.Row{Key: key, Value: value, Version: version, Due: due, Expires: expires}, err
}

// read is the value of a row; a newer format is journal.ErrNewer.
func read[T delivery | Record](r journal.Row) (T, error) {
	var t T
	if v := journal.Format(r.Value); v > Format {
		return t, fmt.Errorf("read %s of format %d: %w", r.Key, v, journal.ErrNewer)
	}
	if err := json.Unmarshal(r.Value, &t); err != nil {
		return t, fmt.Errorf("read %s: %w", r.Key, err)
	}
	return t, nil
}

// Records gives up to limit lines of the hook's delivery log with a seq below
// before, newest first; before 0 starts at the newest. It goes back 30 days and
// 1,000 deliveries. What was queued and not tried yet is not in it.
func (b *Book) Records(ctx context.Context, by account.Actor, hook string, before uint64, limit int) ([]Record, error) {
	if err := admin(by); err != nil {
		return nil, err
	}
	if _, _, err := b.hook(ctx, hook); err != nil {
		return nil, err
	}
	rows, err := b.logged(ctx, hook)
	if err != nil {
		return nil, err
	}
	rows = rows[max(0, len(rows)-keptMax):]
	var all []Record
	for _, r := range slices.Backward(rows) {
		if len(all) >= limit {
			break
		}
		line, err := read[Record](r)
		if err != nil {
			return nil, err
		}
		if before == 0 || line.Seq < before {
			all = append(all, line)
		}
	}
	return all, nil
}

// logged are the rows of a hook's log, oldest first.
func (b *Book) logged(ctx context.Context, hook string) ([]journal.Row, error) {
	rows, err := b.Slate.List(ctx, logPrefix+hook+"/", "", time.Time{}, 2*keptMax)
	if err != nil {
		return nil, fmt.Errorf("read log of hook %s: %w", hook, err)
	}
	return rows, nil
}

// trim lets go of all but the newest keptMax lines of a log.
func (b *Book) trim(ctx context.Context, hook string) error {
	rows, err := b.logged(ctx, hook)
	if err != nil || len(rows) <= keptMax {
		return err
	}
	rows = rows[:len(rows)-keptMax]
	for i := range rows {
		rows[i] = b.gone(rows[i])
	}
	if _, err := b.Slate.Put(ctx, rows...); err != nil {
		return fmt.Errorf("trim log of hook %s: %w", hook, err)
	}
	return nil
}

// gone makes a row that has expired: put among others it is a deletion in the
// same durable write.
func (b *Book) gone(r journal.Row) journal.Row {
	return journal.Row{Key: r.Key, Version: r.Version, Expires: b.now().Add(-time.Hour)}
}

// Redeliver queues what the log tells of at seq once more, with the same
// delivery id; what still waits is tried at once. ErrNotFound where the log
// holds no such line, Invalid where the hook is not active.
func (b *Book) Redeliver(ctx context.Context, by account.Actor, hook string, seq uint64) error {
	if err := admin(by); err != nil {
		return err
	}
	h, _, err := b.hook(ctx, hook)
	if err != nil {
		return fmt.Errorf("redeliver: %w", err)
	}
	if !h.Active {
		return &journal.Invalid{Problems: []journal.Problem{{Field: "active", Message: "这个推送已停用，请先启用再重新发送"}}}
	}
	kept, err := b.Slate.Get(ctx, logKey(hook, seq))
	if err != nil {
		return fmt.Errorf("redeliver %d/%s: %w", seq, hook, err)
	}
	line, err := read[Record](kept)
	if err != nil {
		return fmt.Errorf("redeliver %d/%s: %w", seq, hook, err)
	}
	for try := 1; ; try++ {
		err := b.requeue(ctx, hook, line)
		if err == nil {
			b.log().Info("webhook to be sent again", "delivery", deliveryID(hook, seq), "by", by.ID)
		}
		if err == nil || !errors.Is(err, journal.ErrConflict) || try == 5 {
			return err
		}
	}
}

func (b *Book) requeue(ctx context.Context, hook string, line Record) error {
	key := deliveryKey(hook, line.Seq)
	standing, err := b.Slate.Get(ctx, key)
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		return fmt.Errorf("redeliver %s: %w", key, err)
	}
	now := journal.Milli(b.now())
	owed, err := row(key, standing.Version, delivery{
		V: Format, Event: line.Event, Item: line.Item, Rev: line.Rev, At: line.At, Queued: now, Again: true,
	}, now, time.Time{})
	if err != nil {
		return err
	}
	results, err := b.Slate.Put(ctx, owed)
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return fmt.Errorf("redeliver %s: %w", key, err)
	}
	return nil
}
