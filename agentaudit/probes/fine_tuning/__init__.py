"""Dataset, preprocessing and lineage of what was trained."""
