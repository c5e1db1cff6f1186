package exchange

import "kepu/content"

// ReadLine gives the submission of one JSON line, its files not resolved.
func ReadLine(line []byte) (content.Submission, error) {
	values, err := parseObject(line)
	if err != nil {
		return content.Submission{}, err
	}
	rec, err := (&Import{}).read(values, false, "test", "", nil)
	if err != nil {
		return content.Submission{}, err
	}
	return rec.sub, nil
}
