#pragma once

#include "image/image_set.hpp"
#include "sink/file_output.hpp"
#include "sink/storing_progress.hpp"
#include "support/cancel.hpp"

namespace nixbuild::sink {

// Writes the files that a container of each image would see: its layers one on the other, without
// what whiteouts take away (OCI image-spec layer.md). Where there are several, each has a folder
// that is called after its platform ("linux_amd64"). The order is that of the layers, so that equal
// images give equal output. Names with ".." are refused, symbolic links on the way to a file are
// followed inside of the image, and unknown kinds of entries are left out.
//
// Layers are read twice, and damage is found the first time. Memory grows with the number of files.
// Throws an Error: corrupt for damaged layers, invalid_input for sparse files, and what `out`
// throws.
void write_files(const image::ImageSet& images, FileOutput& out, StoringProgress& progress,
                 const CancelToken& cancel);

} // namespace nixbuild::sink
