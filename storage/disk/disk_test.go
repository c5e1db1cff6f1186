package disk_test

import (
	"testing"

	"kepu/media"
	"kepu/media/mediatest"
	"kepu/storage/disk"
)

func open(t *testing.T, dir string) media.Blobs {
	t.Helper()
	b, err := disk.Open(dir, disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestContract(t *testing.T) { mediatest.Run(t, open) }
