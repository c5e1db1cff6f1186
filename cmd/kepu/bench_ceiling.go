package main

import (
	"context"
	"encoding/gob"
	"flag"
	"fmt"
	"os"

	"github.com/gofiber/fiber/v2"
)

// captured is one answer of the site, byte for byte.
type captured struct {
	Type, Encoding string
	Body           []byte
}

// benchCeilingCommand is the other side of bench serve: a bare Fiber handler
// that sends the same bytes with the same encoding, so that what this machine
// can do at most is known in the same run.
func benchCeilingCommand() command {
	return command{
		name: "bench ceiling",
		setup: func(*flag.FlagSet) run {
			return func(ctx context.Context, std stdio, args []string) error {
				if len(args) != 1 {
					return usageError{"要一个由 bench serve 写的文件"}
				}
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				pages := map[string]captured{}
				err = gob.NewDecoder(f).Decode(&pages)
				if err = firstError(err, f.Close()); err != nil {
					return err
				}
				app := fiber.New(fiber.Config{DisableStartupMessage: true})
				app.Get("/*", func(c *fiber.Ctx) error {
					page, ok := pages[c.OriginalURL()]
					if !ok {
						return fiber.ErrNotFound
					}
					c.Set(fiber.HeaderContentType, page.Type)
					if page.Encoding != "" {
						c.Set(fiber.HeaderContentEncoding, page.Encoding)
					}
					return c.Send(page.Body)
				})
				at, err := listen("-addr", "127.0.0.1:0")
				if err != nil {
					return err
				}
				fmt.Fprintf(std.out, "http://%s\n", at.Addr())
				return serveUntil(ctx, app, at)
			}
		},
	}
}
