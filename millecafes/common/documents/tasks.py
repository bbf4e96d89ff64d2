"""What documents do in the background: large images in the sizes of pages, and the daily sweep."""

from __future__ import annotations

from millecafes.common.documents import images, purging, storing
from millecafes.common.documents.models import DocumentVersion
from millecafes.common.documents.services import write_renditions
from millecafes.common.jobs import Run, schedule, task


@task("common.render_image", title="Image mise aux tailles des pages", atomic=False)
def render_image(run: Run, *, version: int) -> None:
    """The sizes of one image. It may have been removed or replaced meanwhile."""
    found = DocumentVersion.objects.filter(pk=version).select_related("document").first()
    if found is None or found.width is None or found.document.rules is None:
        return
    known = set(found.renditions.values_list("width", flat=True))
    widths = [w for w in images.widths_for(found.document.rules.sizes, found.width) if w not in known]
    with storing.open_key(found.key) as file:
        made = images.rendered(file, widths)
    with storing.batch() as files:
        keys = [files.save(image.file, ".webp") for image in made]
        with run.effects(final=True):
            files.bind()
            # Locked: an image removed at this moment takes its sizes with it.
            still = DocumentVersion.objects.select_for_update().filter(pk=version).first()
            if still is not None:
                write_renditions(still, zip(keys, made, strict=True))


@task("common.sweep_documents", title="Fichiers que plus rien ne désigne", atomic=False)
def sweep_documents(run: Run) -> None:
    """Delete the files that no row knows: what expired is erased by the purge, just before."""
    count = purging.sweep(now=run.now)
    run.result(text=f"Fichiers effacés : {count}." if count else "Rien à effacer.")


# After `common.purge`.
schedule("common.sweep_documents", daily="03:50")
