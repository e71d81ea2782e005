#pragma once

#include "archive/compression.hpp"
#include "sink/image_file.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace nixbuild::pipeline {

// Into an engine.
struct LoadOutput {
  std::optional<std::string> context; // of another engine than the current one
  bool operator==(const LoadOutput&) const = default;
};

// To the registries of the names.
struct PushOutput {
  archive::Compression compression = archive::Compression::gzip;
  bool force_compression = false;
  bool by_digest = false;
  bool insecure = false;
  std::optional<std::string> authorities; // file of certificates
  std::vector<std::string> names;         // instead of the request's tags
  bool from_engine = false;               // by the engine, after it was loaded there
  bool operator==(const PushOutput&) const = default;
};

// Into a file or folder of the client.
struct FileOutput {
  sink::FileFormat format = sink::FileFormat::oci;
  std::string destination; // path; empty: standard output
  bool folder = false;     // else one tar
  archive::Compression compression = archive::Compression::none;
  bool force_compression = false;
  std::vector<std::string> names; // instead of the request's tags
  bool operator==(const FileOutput&) const = default;
};

using Output = std::variant<LoadOutput, PushOutput, FileOutput>;

} // namespace nixbuild::pipeline
