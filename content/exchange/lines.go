package exchange

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// maxLine is the longest line that is looked at, in bytes: more than any item
// can be. A longer one is passed over without being held.
const maxLine = 16 << 20

// lines reads a JSONL file.
func (r *run) lines(ctx context.Context, p place, file string, give func(arrival) error) error {
	f, err := p.fsys.Open(file)
	if err != nil {
		return give(arrival{where: p.where(file), problem: fileProblem(err)})
	}
	defer f.Close()
	name := p.where(file)
	in := bufio.NewReaderSize(f, 256<<10)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0xff, 0xfe}) || bytes.Equal(head, []byte{0xfe, 0xff}) {
		return give(arrival{where: name, problem: "文件是 UTF-16 编码，请另存为 UTF-8"})
	}
	if head, _ := in.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		if _, err := in.Discard(3); err != nil {
			return err
		}
	}
	if head, _ := in.Peek(1); len(head) == 1 && head[0] == '[' {
		return give(arrival{where: name, problem: "文件是一个 JSON 数组；JSONL 是一行一个对象，没有外面的方括号"})
	}
	var buf []byte
	for number := 1; ; number++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, size, err := readLine(in, &buf)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if size > 0 {
			a, err := r.line(ctx, p, file, fmt.Sprintf("%s 第 %d 行", name, number), line)
			if err != nil {
				return err
			}
			if a.size = size; give(a) != nil {
				return ctx.Err()
			}
		}
		if err != nil {
			return nil
		}
	}
}

// readLine reads one line without its end into buf. size is what was read; line
// is nil where it was longer than maxLine. io.EOF comes with the last one.
func readLine(in *bufio.Reader, buf *[]byte) (line []byte, size int64, err error) {
	*buf = (*buf)[:0]
	for {
		piece, err := in.ReadSlice('\n')
		size += int64(len(piece))
		if size <= maxLine {
			*buf = append(*buf, piece...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if size > maxLine {
			*buf = nil // do not hold on to the memory either
			return nil, size, err
		}
		return bytes.TrimRight(*buf, "\r\n"), size, err
	}
}

func (r *run) line(ctx context.Context, p place, file, where string, line []byte) (arrival, error) {
	if line == nil {
		return arrival{where: where, problem: fmt.Sprintf("这一行超过 %d MB，已跳过", maxLine>>20)}, nil
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return arrival{skipped: true}, nil
	}
	values, err := parseObject(line)
	if err != nil {
		return arrival{where: where, problem: message(err)}, nil
	}
	return r.arrive(ctx, p, file, where, values, nil)
}
