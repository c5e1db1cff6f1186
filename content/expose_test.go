package content

import "context"

// GateForTest shows the gate, which people meet only in what it stops.
func (d *Desk) GateForTest(ctx context.Context, v Version, p Placement) ([]Advice, error) {
	return d.gate(ctx, v, p)
}
