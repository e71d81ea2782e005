#pragma once

#include "fakes/recording_reporter.hpp"
#include "pipeline/world.hpp"
#include "process/runner.hpp"
#include "support/environment.hpp"
#include "support/files.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace nixbuild::tests {

// A world with real programs and a home of its own.
struct PipelineWorld {
  TempDir folder;
  Environment environment{{{"HOME", folder.path().string()}, {"TMPDIR", folder.path().string()}}};
  std::unique_ptr<process::Runner> runner = process::system_runner();
  fakes::RecordingReporter reporter;
  pipeline::World world{environment, *runner, reporter};

  std::filesystem::path put(const std::string& name, const std::string& content,
                            bool runnable = false) const {
    const std::filesystem::path file = folder.path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    if (runnable) {
      std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }
    return file;
  }
};

} // namespace nixbuild::tests
