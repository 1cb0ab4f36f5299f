"""Where an export goes: a file that only its owner can read, or stdout, whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

import typer

from bot.errors import ExportRefused

IN_MEMORY = 8 * 1024 * 1024  # bytes; of more than that the rest waits in a file without a name


@contextmanager
def target(path: Path | None, *, may_replace: bool) -> Iterator[BinaryIO]:
    """What is written here is handed out at the end, if all went well. Raises ExportRefused."""
    if path is not None:
        with new_file(path, may_replace=may_replace) as file:
            yield file
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as held:
        file = cast(BinaryIO, held)
        yield file
        file.seek(0)
        out = typer.get_binary_stream("stdout")
        shutil.copyfileobj(file, out)
        out.flush()


@contextmanager
def new_file(path: Path, *, may_replace: bool) -> Iterator[BinaryIO]:
    """What is written gets the name `path` at the end (0600). Raises ExportRefused."""
    if not path.name or path.is_dir():
        raise ExportRefused(f"{path} is no file name; give --output a name such as kabar.xlsx.")
    if not may_replace and os.path.lexists(path):
        raise _taken(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _unwritten(path, error) from error
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        _name(Path(name), path, may_replace=may_replace)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


@contextmanager
def parts_beside(path: Path | None) -> Iterator[None]:
    """Let the parts of a workbook lie beside `path` (0700) while it is put together, and nowhere
    else: what all programs leave in the folder for temporary files holds no words of families."""
    if path is None:
        yield
        return
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before


def _name(partial: Path, path: Path, *, may_replace: bool) -> None:
    """A link refuses a name that is taken meanwhile; not every disk knows links."""
    if not may_replace:
        try:
            os.link(partial, path)
            return
        except FileExistsError:
            raise _taken(path) from None
        except OSError:
            if os.path.lexists(path):
                raise _taken(path) from None
    partial.replace(path)


def _taken(path: Path) -> ExportRefused:
    return ExportRefused(
        f"{path} is there already; nothing was written. Take another name, or add --force."
    )


def _unwritten(path: Path, error: OSError) -> ExportRefused:
    reason = error.strerror or type(error).__name__
    return ExportRefused(f"{path} could not be written ({reason}); nothing is there.")
