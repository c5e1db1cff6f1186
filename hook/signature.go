package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Header fields of a delivery.
const (
	HeaderDelivery  = "Kepu-Delivery"  // seq/hook: the same on every repetition
	HeaderEvent     = "Kepu-Event"     // the Event
	HeaderSignature = "Kepu-Signature" // see Verify
)

// Tolerance is how far from its own clock a receiver should let the time of a
// signature be. Every attempt is signed anew.
const Tolerance = 5 * time.Minute

// ErrSignature says that a delivery was not signed with the secret, or not just
// now.
var ErrSignature = errors.New("not signed with this secret just now")

// Verify is for receivers: nil where body was signed with the secret within
// tolerance of now, else ErrSignature. header is the field Kepu-Signature,
//
//	t=<Unix seconds>,v1=<64 hexadecimal digits>[,v1=…]
//
// where v1 is HMAC-SHA-256, keyed with the bytes of the secret as it was shown,
// of the digits after t=, a full stop, and the body as received. For a day after
// the secret was replaced there is one v1 for the new and one for the old; any
// may fit.
func Verify(secret, header string, body []byte, now time.Time, tolerance time.Duration) error {
	s, ok := parseSignature(header)
	if !ok {
		return fmt.Errorf("malformed signature: %w", ErrSignature)
	}
	if age := now.Sub(time.Unix(s.at, 0)); age > tolerance || age < -tolerance {
		return fmt.Errorf("signed %s ago: %w", age, ErrSignature)
	}
	want := sum(secret, s.at, body)
	for _, v1 := range s.sums {
		if hmac.Equal(v1, want) {
			return nil
		}
	}
	return ErrSignature
}

// signature is a parsed Kepu-Signature.
type signature struct {
	at   int64 // Unix seconds
	sums [][]byte
}

// maxSums bounds the work that a forged field can ask for.
const maxSums = 8

// parseSignature reads the field. Members of other names are skipped, so that
// another scheme may be added; t must come first, and in its only form.
func parseSignature(header string) (s signature, ok bool) {
	if len(header) > 1024 {
		return s, false
	}
	first, rest, _ := strings.Cut(header, ",")
	digits, is := strings.CutPrefix(first, "t=")
	at, err := strconv.ParseInt(digits, 10, 64)
	if !is || err != nil || at < 0 || strconv.FormatInt(at, 10) != digits {
		return s, false
	}
	s.at = at
	for member := range strings.SplitSeq(rest, ",") {
		text, is := strings.CutPrefix(member, "v1=")
		if !is {
			continue
		}
		v1, err := hex.DecodeString(text)
		if err != nil || len(v1) != sha256.Size || len(s.sums) == maxSums {
			return s, false
		}
		s.sums = append(s.sums, v1)
	}
	return s, len(s.sums) > 0
}

// sign makes the field for a body sent at an instant.
func sign(secrets []string, at time.Time, body []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "t=%d", at.Unix())
	for _, secret := range secrets {
		b.WriteString(",v1=" + hex.EncodeToString(sum(secret, at.Unix(), body)))
	}
	return b.String()
}

func sum(secret string, at int64, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(strconv.AppendInt(nil, at, 10))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return mac.Sum(nil)
}
