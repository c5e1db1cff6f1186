// Package hook tells other systems what readers can newly see: it owns webhooks
// (who wants to hear of what, under which secret) and their deliveries.
//
// A Hook is a journaled record that an administrator puts through the Book. The
// Deliverer follows the journal, queues one row on the slate for every hook and
// event, and posts them, signed, in order, with patience. A delivery is promised
// at least once; its id, seq/hook, tells a receiver that it came before.
//
// The package refuses to reach what the operator did not allow: every address is
// checked where it is dialled, after the name was resolved. It follows no
// redirect, reads no answer, and never sends the text of what is no longer live.
package hook
