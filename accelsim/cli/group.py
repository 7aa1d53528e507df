"""How commands end: mistakes become lines on stderr and an exit code, never a traceback.

Exit: 0 done, 1 a point or check failed (or a fault of accelsim itself), 2 bad input,
130 interrupted.
"""

from __future__ import annotations

import traceback
from typing import Any, NoReturn

import click

from accelsim.errors import AccelsimError, suggestion

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130

DEBUG = "accelsim.debug"
"""Key of `Context.meta`: show tracebacks."""


class Commands(click.Group):
    """Commands whose mistakes are shown in one line each."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which people meet them."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse an unknown command with the nearest known one."""
        word = args[0]
        if word not in self.commands and not word.startswith("-"):
            allowed = ", ".join(self.commands)
            raise click.UsageError(
                f"no command '{word}'; allowed: {allowed}{suggestion(word, self.commands)}", ctx
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say what went wrong."""
        try:
            return super().invoke(ctx)
        except AccelsimError as error:
            _fail(ctx, str(error).splitlines(), BAD_INPUT)
        except KeyboardInterrupt:
            _fail(ctx, ["interrupted"], INTERRUPTED)


def _fail(ctx: click.Context, lines: list[str], code: int) -> NoReturn:
    if ctx.meta.get(DEBUG):
        traceback.print_exc()
    for line in lines:
        click.echo(f"Error: {line}", err=True)
    ctx.exit(code)
