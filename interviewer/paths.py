"""Where the program writes: one home, or the platform's folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from interviewer.errors import StorageError


@dataclass(frozen=True)
class Paths:
    """Everything that is written stays under these folders; `models` may be shared between homes."""

    config: Path
    data: Path
    models: Path

    @property
    def settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def transcripts(self) -> Path:
        return self.data / "transcripts.db"

    @property
    def checkpoints(self) -> Path:
        return self.data / "checkpoints.db"

    @property
    def index(self) -> Path:
        return self.data / "index"

    @property
    def locks(self) -> Path:
        return self.data / "locks"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def make(self) -> Paths:
        """Creates the folders. Raises StorageError when that is not allowed."""
        for folder in (self.config, self.data, self.models, self.locks, self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(
                    f"Can't create {folder}",
                    str(error.strerror or error),
                    "Choose another place with INTERVIEWER_HOME=FOLDER.",
                ) from error
        return self


def find_paths(env: Mapping[str, str]) -> Paths:
    """`INTERVIEWER_HOME` moves everything, `INTERVIEWER_MODELS` the models only; otherwise the platform decides."""
    home = env.get("INTERVIEWER_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        config, data = root, root
    else:
        folders = platformdirs.PlatformDirs("interviewer", appauthor=False)
        config, data = Path(folders.user_config_dir), Path(folders.user_data_dir)
    models = env.get("INTERVIEWER_MODELS")
    return Paths(config=config, data=data, models=Path(models).expanduser().absolute() if models else data / "models")
