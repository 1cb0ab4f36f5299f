"""What can go wrong in storage. Texts are for the operator and name the next step.

    StorageError
    ├── UnsupportedDatabase     the address names a database this version cannot use
    ├── NotMigrated             the tables are not the ones this program knows
    ├── SealsNotAsked           somebody else than an upgrade asks for all rows to be sealed
    ├── DatabaseBusy            another program held the database for too long
    │   └── DatabaseAway        PostgreSQL could not be reached for too long
    ├── DatabaseClosed          the program is stopping
    ├── CommitFailed            the database refused to keep what was written
    │   └── CommitUnknown       it may have kept it, but could not say so
    ├── KeyFileError            the key file cannot be used as it is
    │   ├── KeyFileMissing
    │   ├── KeyFileExists
    │   ├── KeyFileUnsafe
    │   ├── KeyFileBroken
    │   ├── KeyFileInUse
    │   └── KeyFileUnwritten
    ├── BackupError             a backup cannot be made or used
    │   ├── BackupExists
    │   ├── BackupUnwritten
    │   ├── BackupUnknown
    │   ├── BackupBroken
    │   ├── BackupKeyMissing
    │   └── BackupNewer
    ├── RestoreRefused          a restore would lose or undo something; nothing was changed
    └── SealError               a sealed field cannot be opened
        ├── SubjectErased
        ├── KeyUnknown
        └── Tampered

No text and no attribute here ever holds a person's words, a key, or what was sealed.
"""

from pathlib import Path


class StorageError(Exception):
    """Base of everything this package raises."""


class UnsupportedDatabase(StorageError):
    """The address names a database that cannot be used: stop, show the text."""


class NotMigrated(StorageError):
    """The tables are older or newer than the program: refuse to work, show the text."""


class SealsNotAsked(StorageError):
    """Rows were changed, and are to be blessed: nothing was sealed, show the text."""

    def __init__(self) -> None:
        super().__init__(
            "The setting seals_due, which asks for all rows to be sealed, was not written by an"
            " upgrade. Nothing was sealed, and the setting was taken away. Somebody has written"
            " into the database past the program: find out who, and run `kabar audit`."
        )


class DatabaseBusy(StorageError):
    """Nothing was written. A command shows the text and ends; the bot tries again."""

    TEXT = (
        "Another program has held the database for more than {patience_s:g} s and nothing"
        " was written. See whether another kabar command, a backup or a database browser is"
        " at work, wait for it or close it, then try again."
    )

    def __init__(self, patience_s: float) -> None:
        super().__init__(self.TEXT.format(patience_s=patience_s))
        self.patience_s = patience_s


class DatabaseAway(DatabaseBusy):
    """The same, because PostgreSQL does not answer: it is being restarted, or cannot be reached."""

    TEXT = (
        "PostgreSQL could not be reached for more than {patience_s:g} s and nothing was written."
        " See whether it is running, whether KABAR_DATABASE_URL names its host and port, and"
        " whether it has connections left (max_connections), then try again."
    )


class DatabaseClosed(StorageError):
    """Nothing was queued, because the program is stopping: let go."""

    def __init__(self) -> None:
        super().__init__("The database has been closed; nothing more can be read or written.")


class CommitFailed(StorageError):
    """Nothing of the piece was kept; it may be tried again. The cause is attached."""

    TEXT = (
        "The database could not keep what was written, so nothing of it was kept. See whether"
        " the disk is full or failing; the line above says what the database answered."
    )

    def __init__(self) -> None:
        super().__init__(self.TEXT)


class CommitUnknown(CommitFailed):
    """The line broke while PostgreSQL was keeping it. It may be tried again: twice is as once."""

    TEXT = (
        "The connection to PostgreSQL broke while it was keeping what was written; it may or may"
        " not have been kept. Look, then try again: what is there already is not written twice."
    )


class KeyFileError(StorageError):
    """The key file cannot be used: stop before anything is read or written, show the text."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.path = path


class KeyFileMissing(KeyFileError):
    """Never answered by making a new one beside an existing database: that would lose it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "the key file is missing. For a new database run `kabar db upgrade`, which makes one."
            " For an existing database put your copy of the key file back: without it nothing"
            " that was sealed can be read, and a new key would not help.",
        )


class KeyFileExists(KeyFileError):
    """A key file is never written over."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "there is a key file already; it was left as it is.")


class KeyFileUnsafe(KeyFileError):
    """Somebody else on the machine may have read the keys."""

    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(
            path,
            f"other users of this machine may read the key file (mode {mode:04o})."
            f" Run `chmod 600 {path}`.",
        )
        self.mode = mode


class KeyFileBroken(KeyFileError):
    """The file is no key file, or only half of one."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, f"{problem}. Put back your copy of the key file.")
        self.problem = problem


class KeyFileInUse(KeyFileError):
    """Two hands on the ring at once could lose one of the keys."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "another `kabar keys rotate` is at work on it; wait for its end.")


class KeyFileUnwritten(KeyFileError):
    """The ring on the disk is the one from before; nothing is wrapped by the new key yet."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            path,
            f"the key file could not be written ({reason}) and is as it was. It must be writable,"
            " with its directory, by the user of this command.",
        )


class BackupError(StorageError):
    """A backup cannot be made or used; nothing was changed, show the text."""


class BackupExists(BackupError):
    """A backup is never written over."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already and was left as it is. Give another name.")


class BackupUnwritten(BackupError):
    """No file of that name was made: half a backup is none."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} could not be written ({reason}), so there is no backup. See whether the disk"
            " is full or failing, and whether this user may write there."
        )


class BackupUnknown(BackupError):
    """The file is something else."""

    def __init__(self) -> None:
        super().__init__(
            "This is no backup of Kabar, or one of a later version. Give a file that"
            " `kabar db backup` has written."
        )


class BackupBroken(BackupError):
    """Not one row of it is used: what was cut or changed anywhere cannot be trusted anywhere."""

    def __init__(self) -> None:
        super().__init__(
            "The backup is damaged, cut short or was changed, and nothing of it was used. Take"
            " another copy of it, or an older backup."
        )


class BackupKeyMissing(BackupError):
    """The key file is another one, or the key was dropped from it since."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"The backup needs key {key_id}, which the key file lacks. Set KABAR_KEY_FILE to the"
            " copy of the key file from the time of the backup."
        )
        self.key_id = key_id


class BackupNewer(BackupError):
    """Made by a later version of the program."""

    def __init__(self, step: str, head: str) -> None:
        super().__init__(
            f"The backup is of step {step}, this program knows steps up to {head}. Install the"
            " version of Kabar that made it, or a later one."
        )


class RestoreRefused(StorageError):
    """Going on would lose or undo something that the operator has not named; show the text."""


class SealError(StorageError):
    """A sealed field cannot be opened; what to do depends on the reason below."""


class SubjectErased(SealError):
    """The person's key was destroyed on purpose: show the field as erased, ask no more."""

    def __init__(self, subject: str) -> None:
        super().__init__(f"{subject} was erased; what was sealed for it is gone for good.")
        self.subject = subject


class KeyUnknown(SealError):
    """The key that is needed is not here: the key file and the database do not belong together."""

    def __init__(self, subject: str, key_id: str | None) -> None:
        missing = (
            f"the database holds no key for {subject}"
            if key_id is None
            else f"the key of {subject} is wrapped by key {key_id}, which the key file lacks"
        )
        super().__init__(
            f"Key file and database do not belong together: {missing}. Check KABAR_KEY_FILE and"
            " KABAR_DATABASE_URL, or put back the copy of the one that was replaced."
        )
        self.subject = subject
        self.key_id = key_id


class KeyFileOutdated(KeyUnknown):
    """The key file is not the one by which this was wrapped, as where keys were changed on another
    machine: nothing is damaged, and nothing may be given up for it. It waits for the file."""


class Tampered(SealError):
    """What is stored is not what was sealed there: trust nothing of the row, tell the operator."""

    def __init__(self, column: str, row: str) -> None:
        super().__init__(
            f"{column} of row {row} was changed or moved outside this program, or another key file"
            " is in use. Compare the database and the key file with your last backup."
        )
        self.column = column
        self.row = row
