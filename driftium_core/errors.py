"""Every error that Driftium raises on purpose.

::

    DriftiumError
    ├── InputError            (ValueError)   what the user gave cannot be used as it is
    │   ├── TableReadError                   a file that is not a readable table
    │   └── ColumnError                      a column, filter or value that the table does not have
    ├── SettingsError         (ValueError)   a DRIFTIUM_* setting that cannot be used
    ├── NotFoundError         (KeyError)     a run, reference or project that is not (or no longer) stored
    │   └── ModelNotFoundError               a language model that the backend does not have
    ├── ConflictError                        the pools changed since they were looked at; nothing was done
    ├── StorageError                         the database or the vector store did not do what was asked
    │   └── VectorsBusyError                 another process has the folder of the vectors open
    ├── UnavailableError                     a library or model that the work needs is not there, or not usable
    │   └── GeneratorUnavailableError        no language model can answer now
    ├── SourceError                          a file, database or endpoint that data is collected from cannot be read
    ├── DeliveryError                        a message did not reach its channel
    └── CancelledError                       the user stopped the work; nothing was stored

A message is one sentence or two: which input, what was expected, what was found, and what to do next.
Foreign exceptions are translated once, where the foreign library is called.
"""

from __future__ import annotations

__all__ = [
    "CancelledError",
    "ColumnError",
    "ConflictError",
    "DeliveryError",
    "DriftiumError",
    "GeneratorUnavailableError",
    "InputError",
    "ModelNotFoundError",
    "NotFoundError",
    "SettingsError",
    "SourceError",
    "StorageError",
    "TableReadError",
    "UnavailableError",
    "VectorsBusyError",
]


class DriftiumError(Exception):
    """Root of all errors that carry a sentence meant for the user."""

    def __str__(self) -> str:
        # KeyError would show the repr of its argument; every message here is prose.
        return " ".join(str(arg) for arg in self.args)


class InputError(DriftiumError, ValueError):
    """The user's input cannot be used; the message says where, why and what to do."""


class TableReadError(InputError):
    """A file could not be read as a table."""


class ColumnError(InputError):
    """A column, a filter or a value does not exist in the table."""


class SettingsError(DriftiumError, ValueError):
    """A setting has a value that cannot be used."""


class NotFoundError(DriftiumError, KeyError):
    """Something that was asked for by its id is not stored."""


class ConflictError(DriftiumError):
    """What was decided on has changed meanwhile, so it was not done; the message says what is there now."""


class ModelNotFoundError(NotFoundError):
    """The backend has no language model of that name; the message says how to get it."""


class StorageError(DriftiumError):
    """The database or vector store failed; the message says what was kept."""


class VectorsBusyError(StorageError):
    """The folder of the vectors is open in another process; vectors can be kept in memory meanwhile."""


class UnavailableError(DriftiumError):
    """A library or a model file is missing or broken; the message says how to get it."""


class GeneratorUnavailableError(UnavailableError):
    """No language model can answer now; the message says why and what to do."""


class SourceError(DriftiumError):
    """What data is collected from cannot be read now; what was read before is kept, and the next run goes on there."""


class DeliveryError(DriftiumError):
    """A message did not reach its channel.

    Attributes
    ----------
    permanent : bool
        Trying again is pointless until somebody changes the channel, as for an address that does not exist.
    """

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        super().__init__(sentence)
        self.permanent = permanent


class CancelledError(DriftiumError):
    """The work was stopped on request. Nothing of it was stored."""
