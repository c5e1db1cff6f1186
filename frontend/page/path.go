package page

import "strings"

// MaxPath is the longest path that is looked at.
const MaxPath = 1024

// IsEasy tells whether a path is of the easy view: its home /easy, or below it.
func IsEasy(path string) bool { return path == "/easy" || strings.HasPrefix(path, "/easy/") }

// Clean judges a raw path. ok is false where no page can stand there: an empty
// segment, a dot segment, an escape, a semicolon, a backslash, anything but
// ASCII. to is the one form the path should have been asked in: without a slash
// at its end and in lower case.
func Clean(path string) (to string, ok bool) {
	if path == "" || path[0] != '/' {
		return "", false
	}
	upper := false
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '/' && i > 0 && path[i-1] == '/':
			return "", false
		case c == '.' && path[i-1] == '/' && (i+1 == len(path) || path[i+1] == '/' || path[i+1] == '.'):
			return "", false
		case c == '%' || c == ';' || c == '\\' || c <= ' ' || c >= 0x7f:
			return "", false
		case c >= 'A' && c <= 'Z':
			upper = true
		}
	}
	if len(path) > 1 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	if upper {
		path = strings.ToLower(path)
	}
	return path, true
}
