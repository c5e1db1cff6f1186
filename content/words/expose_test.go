package words

// ReadFindings shows the parser to its fuzz test.
func ReadFindings(raw []byte) ([]Finding, error) { return readFindings(raw) }
