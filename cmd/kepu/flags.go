package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/peterbourgon/ff/v3"
	"github.com/peterbourgon/ff/v3/fftoml"
)

// parse sets the flags from, in this order, the command line, the environment
// (KEPU_FLAG_NAME) and kepu.toml, and gives what stands beside them. Flags may
// follow other arguments: kepu import PATH -publish.
func parse(fs *flag.FlagSet, args []string) (positional []string, err error) {
	config := fs.String("config", "", "配置文件；不给时读当前目录的 kepu.toml（如果有）")
	flags, positional, err := separate(fs, args)
	if err != nil {
		return nil, err
	}
	options := []ff.Option{ff.WithEnvVarPrefix("KEPU"), ff.WithIgnoreUndefined(true)}
	file := "kepu.toml"
	// Read before the rest, which comes out of the file it names.
	if *config = cmp.Or(lastValue(flags, "config"), os.Getenv("KEPU_CONFIG")); *config != "" {
		file = *config
	} else {
		options = append(options, ff.WithAllowMissingConfigFile(true))
	}
	options = append(options, ff.WithConfigFile(file), ff.WithConfigFileParser(tomlOfKnownFlags))
	if err := ff.Parse(fs, flags, options...); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, flag.ErrHelp
		}
		return nil, translate(err)
	}
	return positional, nil
}

// separate sorts arguments into flags with their values and the rest.
func separate(fs *flag.FlagSet, args []string) (flags, positional []string, err error) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			return flags, append(positional, args[i+1:]...), nil
		}
		if len(a) < 2 || a[0] != '-' {
			positional = append(positional, a)
			continue
		}
		flags = append(flags, a)
		name, _, hasValue := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if name == "h" || name == "help" {
			return nil, nil, flag.ErrHelp
		}
		f := fs.Lookup(name)
		if f == nil {
			return nil, nil, fmt.Errorf("没有 -%s 这个选项", name)
		}
		if b, ok := f.Value.(interface{ IsBoolFlag() bool }); (ok && b.IsBoolFlag()) || hasValue {
			continue
		}
		if i+1 == len(args) {
			return nil, nil, fmt.Errorf("选项 -%s 缺少值", name)
		}
		i++
		flags = append(flags, args[i])
	}
	return flags, positional, nil
}

// lastValue is the value the flag was given last, without parsing the rest.
func lastValue(flags []string, name string) (value string) {
	for i, f := range flags {
		n, v, has := strings.Cut(strings.TrimLeft(f, "-"), "=")
		switch {
		case n != name:
		case has:
			value = v
		case i+1 < len(flags):
			value = flags[i+1]
		}
	}
	return value
}

// tomlOfKnownFlags refuses a name that no command has: one file serves all
// commands, so each ignores the others' flags, but a misspelt one must not pass
// in silence.
func tomlOfKnownFlags(r io.Reader, set func(name, value string) error) error {
	known := map[string]bool{}
	for _, c := range commands() {
		fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
		c.setup(fs)
		fs.VisitAll(func(f *flag.Flag) { known[f.Name] = true })
	}
	return fftoml.Parser(r, func(name, value string) error {
		if !known[name] {
			return fmt.Errorf("配置文件里的 %s 不是任何命令的选项", name)
		}
		return set(name, value)
	})
}

// How package flag and ff say that a value does not fit.
var (
	wrongOnLine = regexp.MustCompile(`invalid (?:boolean )?value "(.*?)" for (?:flag )?-?([\w-]+)(?:: (.*))?$`)
	wrongBefore = regexp.MustCompile(`error setting flag "([\w-]+)" from (environment variable|config file)(?: "\w+")?: (.*)$`)
)

func translate(err error) error {
	text := err.Error()
	if m := wrongOnLine.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("选项 -%s 的值“%s”不对%s", m[2], m[1], why(m[3]))
	}
	if m := wrongBefore.FindStringSubmatch(text); m != nil {
		from := "环境变量里"
		if m[2] == "config file" {
			from = "配置文件里"
		}
		return fmt.Errorf("%s选项 -%s 的值不对%s", from, m[1], why(m[3]))
	}
	return fmt.Errorf("配置读不懂：%w", err)
}

// why gives a reason that is in Chinese; Go's own words help nobody here.
func why(reason string) string {
	if !hasHan(reason) {
		return ""
	}
	return "：" + reason
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// byteSize is a flag such as 128MB or 1GiB; units are powers of 1024.
type byteSize int64

func (b *byteSize) String() string {
	if *b != 0 && *b%(1<<20) == 0 {
		return strconv.FormatInt(int64(*b)>>20, 10) + "MB"
	}
	return strconv.FormatInt(int64(*b), 10)
}

func (b *byteSize) Set(text string) error {
	digits := strings.TrimRight(strings.ToUpper(text), "KMGIB ")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return errors.New("要写成 128MB 这样")
	}
	shift := 0
	switch unit := strings.TrimSpace(strings.ToUpper(text)[len(digits):]); unit {
	case "", "B":
	case "K", "KB", "KIB":
		shift = 10
	case "M", "MB", "MIB":
		shift = 20
	case "G", "GB", "GIB":
		shift = 30
	default:
		return fmt.Errorf("不认识单位 %s", unit)
	}
	if n > (1<<62)>>shift {
		return errors.New("太大了")
	}
	*b = byteSize(n << shift)
	return nil
}

// isTerminal tells whether progress may overwrite its own line.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
