package roll

import (
	"time"

	"kepu/content"
)

// StatusOf is the status that a row of the item would have at an instant.
func StatusOf(it content.Item, now time.Time) Status {
	mask, _ := maskOf(&it, time.Time{}, now)
	return first(mask)
}
