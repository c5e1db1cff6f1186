// Command kepu is the whole product: the site, its background work and the
// operator's commands. It wires the packages together; none of them knows
// another's adapter.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit codes, as the surface promises.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// command is one subcommand: its flags are defined by setup, which returns what
// runs once they are parsed.
type command struct {
	name    string // "import", "bench search"
	args    string // what follows the flags, for -h
	summary string
	example string
	setup   func(fs *flag.FlagSet) run

	background bool // gives way to a serve beside it, see giveWay
}

// run does a command's work with what stands beside the flags.
type run func(ctx context.Context, std stdio, args []string) error

// stdio is where a command speaks; tests give their own.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// usageError is a wrong call: exit 2.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func commands() []command {
	return append([]command{
		serveCommand(), importCommand(), exportCommand(), reindexCommand(), checkCommand(),
		benchSearchCommand(), benchServeCommand(), benchDeskCommand(), benchImportCommand(), benchCeilingCommand(), sampleRemove(),
	}, userCommands()...)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if c, _, ok := find(os.Args[1:]); ok && c.background {
		giveWay()
	}
	code := execute(ctx, stdio{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// execute finds the command, parses its flags and runs it.
func execute(ctx context.Context, std stdio, args []string) int {
	c, rest, ok := find(args)
	if !ok {
		asked := len(args) > 0 && (args[0] == "-h" || args[0] == "--help" || args[0] == "help")
		if !asked && len(args) > 0 {
			fmt.Fprintf(std.err, "没有“%s”这个命令。\n\n", args[0])
		}
		overview(std.err)
		if asked {
			return exitDone
		}
		return exitUsage
	}
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	do := c.setup(fs)
	positional, err := parse(fs, rest)
	switch {
	case errors.Is(err, flag.ErrHelp):
		help(std.out, c, fs)
		return exitDone
	case err != nil:
		fmt.Fprintf(std.err, "kepu %s：%v\n用 kepu %s -h 看用法。\n", c.name, err, c.name)
		return exitUsage
	}
	err = do(ctx, std, positional)
	var wrong usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &wrong):
		fmt.Fprintf(std.err, "kepu %s：%v\n用 kepu %s -h 看用法。\n", c.name, err, c.name)
		return exitUsage
	case errors.Is(err, errReported):
		return exitFailed
	}
	fmt.Fprintf(std.err, "kepu %s：%s\n", c.name, explain(err))
	return exitFailed
}

// errReported ends a command whose output has already said what went wrong.
var errReported = errors.New("reported")

func find(args []string) (command, []string, bool) {
	for words := 2; words >= 1; words-- {
		if len(args) < words {
			continue
		}
		name := strings.Join(args[:words], " ")
		for _, c := range commands() {
			if c.name == name {
				return c, args[words:], true
			}
		}
	}
	return command{}, nil, false
}

func overview(w io.Writer) {
	fmt.Fprint(w, "浙里科普 kepu\n\n用法：kepu <命令> [选项]\n\n")
	for _, c := range commands() {
		if c.summary != "" {
			fmt.Fprintf(w, "  %-14s %s\n", c.name, c.summary)
		}
	}
	fmt.Fprint(w, "\n每个命令用 -h 看选项和例子。选项也可以写成环境变量 KEPU_选项名，或写进 kepu.toml。\n")
}

func help(w io.Writer, c command, fs *flag.FlagSet) {
	fmt.Fprintf(w, "%s\n\n用法：kepu %s [选项] %s\n\n", c.summary, c.name, c.args)
	fs.SetOutput(w)
	fs.PrintDefaults()
	fmt.Fprintf(w, "\n例：\n  %s\n", c.example)
}
