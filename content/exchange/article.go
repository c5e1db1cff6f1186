package exchange

import (
	"context"
	"fmt"
	"io"

	"kepu/content/markdown"
)

// article reads one Markdown file.
func (r *run) article(ctx context.Context, p place, file string, give func(arrival) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	where := p.where(file)
	src, problem, err := readAll(p, file, markdown.MaxSize+(64<<10))
	if err != nil {
		return err
	}
	if problem != "" {
		return give(arrival{where: where, problem: problem})
	}
	meta, text, err := split(src)
	if err != nil {
		return give(arrival{where: where, problem: message(err), size: int64(len(src))})
	}
	a, err := r.arrive(ctx, p, file, where, meta, text)
	if err != nil {
		return err
	}
	a.size, a.weight = int64(len(src)), fileWeight
	return give(a)
}

// readAll reads a file of at most so many bytes; the problem is Chinese.
func readAll(p place, file string, most int) (src []byte, problem string, err error) {
	f, err := p.fsys.Open(file)
	if err != nil {
		return nil, fileProblem(err), nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, "不是文件", nil
	}
	src, err = io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err != nil {
		return nil, "", err
	}
	if len(src) > most {
		return nil, fmt.Sprintf("文件超过 %d MB", most/1_000_000), nil
	}
	return src, "", nil
}
