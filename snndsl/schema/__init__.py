"""What a user writes, section by section: strict, immutable, described."""

from snndsl.schema.model import LibrarySpec, ModelSpec

__all__ = ["LibrarySpec", "ModelSpec"]
