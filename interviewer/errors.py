"""What can go wrong, as the user is told it.

InterviewerError                  anything the program says and survives; exit code 1
├── UsageError                    bad argument or input file; exit code 2
│   ├── BankError                 a bank file is wrong: names file, id and key
│   └── SettingsError             a settings file is wrong: names file and key
├── StorageError                  disk full, database unreadable, no permission
├── LockedError                   another process holds what is needed
└── ModelError                    an endpoint could not do what was asked
    ├── EndpointDown              may pass: connection, timeout, 429, 5xx; the next endpoint takes over
    ├── EndpointRefused           will not pass: 400, 401, 403, 404; switched off for the session
    ├── BadOutput                 the reply stayed invalid after repair
    └── NoModel                   nothing is left that could answer; exit code 3
"""

from __future__ import annotations


class InterviewerError(Exception):
    """An error meant for the user's eyes.

    `title` says what happened, `message` what was kept or lost, `hint` what to do next.
    """

    exit_code = 1

    def __init__(self, title: str, message: str = "", hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return "\n".join(part for part in (self.title, self.message, self.hint) if part)


class UsageError(InterviewerError):
    exit_code = 2


class BankError(UsageError):
    pass


class SettingsError(UsageError):
    pass


class StorageError(InterviewerError):
    pass


class LockedError(InterviewerError):
    pass


class ModelError(InterviewerError):
    pass


class EndpointDown(ModelError):
    pass


class EndpointRefused(ModelError):
    pass


class BadOutput(ModelError):
    pass


class NoModel(ModelError):
    exit_code = 3
