from typing import Any

from django.db import models


def folded(text: str, length: int) -> str:
    """The start of `text` without its case: what is looked up of a text of any length, on every database alike."""
    return text.casefold()[:length]


class FoldedField(models.TextField[str, str]):
    """The `folded` text of another column, kept up to date by every write that has the whole row."""

    def __init__(self, *args: Any, of: str, length: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of, self.length = of, length

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of, "length": self.length}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = folded(getattr(model_instance, self.of), self.length)
        setattr(model_instance, self.attname, value)
        return value
