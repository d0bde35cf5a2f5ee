"""One file a revision, named in `REVISIONS`. A revision that was released is never changed."""
