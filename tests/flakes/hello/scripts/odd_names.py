"""Writes a tree on which tar writers like to disagree."""

import os
from pathlib import Path

out = Path(os.environ["out"])


def write(name, text="odd\n"):
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


write("a/z")
write("a-b")  # sorts before a/z as a string, after it as a path
write("n" * 100)
write("n" * 101)
write("deep/" + "/".join(["folder" * 4] * 8) + "/file")
write("grün/ß")
write("empty", "")
write("executable")
(out / "executable").chmod(0o755)
(out / "empty-folder").mkdir()
(out / "link").symlink_to("a/z")
(out / "link-with-long-target").symlink_to("t" * 150)
(out / "link-nowhere").symlink_to("nowhere")
os.link(out / "a/z", out / "hard-link")
