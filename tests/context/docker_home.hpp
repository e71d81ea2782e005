#pragma once

#include "oci/digest.hpp"
#include "support/files.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace nixbuild::fakes {

// A configuration directory of the docker CLI.
class DockerHome {
public:
  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }

  // Writes `text` into a file below it.
  void write(const std::filesystem::path& file, const std::string& text) const {
    std::filesystem::create_directories((path() / file).parent_path());
    std::ofstream(path() / file, std::ios::binary) << text;
  }

  [[nodiscard]] static std::filesystem::path meta_file(const std::string& name) {
    return std::filesystem::path("contexts/meta") / id_of(name) / "meta.json";
  }
  [[nodiscard]] static std::filesystem::path tls_folder(const std::string& name) {
    return std::filesystem::path("contexts/tls") / id_of(name) / "docker";
  }

  void add_context(const std::string& name, const std::string& host) const {
    write(meta_file(name), R"({"Name":")" + name + R"(","Metadata":{"Description":"about )" + name +
                               R"("},"Endpoints":{"docker":{"Host":")" + host +
                               R"(","SkipTLSVerify":false}}})");
  }

private:
  static std::string id_of(const std::string& name) {
    return std::string(oci::Digest::of(name).hex());
  }

  TempDir directory_;
};

} // namespace nixbuild::fakes
