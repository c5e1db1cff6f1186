package page

import (
	"strings"

	"kepu/media"
	"kepu/shelf"
)

// MediaPath is the address of a blob.
func MediaPath(key media.Key, mediaType string) string {
	stem := "file"
	switch kind, _, _ := strings.Cut(mediaType, "/"); kind {
	case "image":
		stem = "picture"
	case "video":
		stem = "film"
	case "audio":
		stem = "sound"
	case "text":
		stem = "captions"
	}
	return shelf.MediaURL(key, stem, mediaType)
}
