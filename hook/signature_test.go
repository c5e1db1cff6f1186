package hook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kepu/hook"
)

// v1 computes a signature as docs/webhooks.md tells receivers to.
func v1(secret string, at int64, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at, body)
	return hex.EncodeToString(mac.Sum(nil))
}

func TestVerify(t *testing.T) {
	const body = `{"event":"ping"}`
	at := noon.Unix()
	good := v1("new", at, body)
	for header, want := range map[string]bool{
		fmt.Sprintf("t=%d,v1=%s", at, good):                            true,
		fmt.Sprintf("t=%d,v1=%s,v1=%s", at, v1("old", at, body), good): true,
		fmt.Sprintf("t=%d,v0=x,v1=%s", at, good):                       true,
		fmt.Sprintf("t=%d,v1=%s", at+299, v1("new", at+299, body)):     true,
		fmt.Sprintf("t=%d,v1=%s", at+301, v1("new", at+301, body)):     false,
		fmt.Sprintf("t=%d,v1=%s", at-301, v1("new", at-301, body)):     false,
		fmt.Sprintf("t=%d,v1=%s", at+1, good):                          false,
		fmt.Sprintf("t=%d,v1=%s", at, v1("old", at, body)):             false,
		fmt.Sprintf("t=%d,v1=%s", at, v1("new", at, body+" ")):         false,
		fmt.Sprintf("v1=%s,t=%d", good, at):                            false,
		fmt.Sprintf("t=+%d,v1=%s", at, good):                           false,
		fmt.Sprintf("t=0%d,v1=%s", at, good):                           false,
		fmt.Sprintf("t=%d, v1=%s", at, good):                           false,
		fmt.Sprintf("t=%d,v1=%s", at, good[:62]):                       false,
		fmt.Sprintf("t=%d", at):                                        false,
		"":                                                             false,
		fmt.Sprintf("t=%d", at) + strings.Repeat(",v1="+good, 9):       false,
	} {
		err := hook.Verify("new", header, []byte(body), noon, hook.Tolerance)
		if (err == nil) != want || err != nil && !errors.Is(err, hook.ErrSignature) {
			t.Errorf("Verify(%q): %v", header, err)
		}
	}
}

// For a day both secrets sign; then the new one alone.
func TestRotation(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, nil)
	made := r.put(t, rec.URL)
	rotated, err := r.book.Rotate(t.Context(), admin, "", made.Hook.ID, made.Stamp.Rev)
	if err != nil || rotated.Secret == "" || rotated.Secret == made.Secret {
		t.Fatalf("rotated: %+v, %v", rotated, err)
	}
	signed := func() (old, is error) {
		t.Helper()
		if _, err := r.book.Test(t.Context(), admin, made.Hook.ID); err != nil {
			t.Fatal(err)
		}
		all := rec.got()
		g := all[len(all)-1]
		header := g.header.Get(hook.HeaderSignature)
		return hook.Verify(made.Secret, header, g.body, r.Now(), hook.Tolerance), hook.Verify(rotated.Secret, header, g.body, r.Now(), hook.Tolerance)
	}
	r.pass(hook.Overlap - time.Second)
	if old, is := signed(); old != nil || is != nil {
		t.Errorf("within the overlap: %v, %v", old, is)
	}
	r.pass(time.Second)
	if old, is := signed(); old == nil || is != nil {
		t.Errorf("after the overlap: %v, %v", old, is)
	}
	third, err := r.book.Rotate(t.Context(), admin, "", made.Hook.ID, rotated.Stamp.Rev)
	if err != nil || len(third.Hook.Keys) != 2 {
		t.Errorf("rotated again: %+v, %v", third, err)
	}
}

// With another installation's secret nothing can be signed: that hook fails in
// plain words, nothing is sent.
func TestForeignSecret(t *testing.T) {
	r := open(t)
	rec := r.receiver(t, func(http.ResponseWriter, int) { t.Error("sent without a signature") })
	made := r.put(t, rec.URL)
	other := open(t)
	r.book.Secret = other.book.Secret
	if a, err := r.book.Test(t.Context(), admin, made.Hook.ID); err != nil || a.Error != "推送的密钥读不出来，请更换密钥" {
		t.Errorf("ping: %+v, %v", a, err)
	}
}

func FuzzVerify(f *testing.F) {
	body := []byte("{}")
	f.Add("t=1795492800,v1=" + v1("s", noon.Unix(), "{}"))
	f.Add("t=1,v1=,v1=")
	f.Add("t=-1,v1=00")
	f.Add(",,t=")
	f.Fuzz(func(t *testing.T, header string) {
		if hook.Verify("s", header, body, noon, hook.Tolerance) == nil && !strings.Contains(header, ",v1=") {
			t.Errorf("%q passed", header)
		}
		if hook.Verify("another", header, body, noon, hook.Tolerance) == nil {
			t.Errorf("%q passed for a secret nobody signed with", header)
		}
	})
}
