# The machine that images for other platforms are made on.
"x86_64-linux"
