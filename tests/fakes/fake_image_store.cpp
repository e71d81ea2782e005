#include "fakes/fake_image_store.hpp"

#include "archive/decompress.hpp"
#include "archive/tar_reader.hpp"
#include "fakes/memory_stream.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

namespace nixbuild::fakes {

namespace json = boost::json;

using Reply = FakeEngine::Reply;

namespace {

std::string text_of(const json::value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

json::array list_of(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& text : texts)
    list.emplace_back(text);
  return list;
}

Reply json_reply(const json::value& body, int status = 200) {
  return {.status = status, .body = json::serialize(body)};
}

Reply refused(int status, const std::string& message) {
  return json_reply(json::object{{"message", message}}, status);
}

Reply load_error(const std::string& text) {
  return json_reply(json::object{{"errorDetail", {{"message", text}}}, {"error", text}});
}

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string parameter(const std::string& query, const std::string& name) {
  const std::string all = "&" + query;
  const std::size_t at = all.find("&" + name + "=");
  if (at == std::string::npos) return {};
  const std::size_t start = at + name.size() + 2;
  return decoded(std::string_view(all).substr(start, all.find('&', start) - start));
}

} // namespace

// What a load brings.
struct FakeImageStore::Tar {
  std::map<std::string, std::string> files;
  std::string id;
  StoredImage image;
  std::set<std::string> blobs;          // "sha256:…" of the layers that are in it
  std::vector<std::string> layer_files; // of all layers, there or not

  Tar(const std::string& bytes, Kind kind) {
    archive::TarReader reader(*opened(bytes, kind));
    while (const auto entry = reader.next())
      files[entry->name] = read_all(reader);
    const std::string config = kind == Kind::graph_driver ? by_archive() : by_layout(kind);
    read_config(json::parse(files.at(config)));
    for (std::size_t i = 0; i < layer_files.size(); ++i)
      if (files.contains(layer_files[i])) blobs.insert(image.diff_ids.at(i));
  }

private:
  // Old containerds read no compressed tar, so we are to send none.
  std::unique_ptr<archive::Source>& opened(const std::string& bytes, Kind kind) {
    source = std::make_unique<MemorySource>(bytes);
    const auto form = archive::detect_compression(std::as_bytes(std::span(bytes)));
    if (kind == Kind::graph_driver) source = archive::decompress(std::move(source), form);
    return source;
  }

  // Both return the name of the config.
  std::string by_archive() {
    const json::value item = json::parse(files.at("manifest.json")).at(0);
    for (const json::value& layer : item.at("Layers").as_array())
      layer_files.push_back(text_of(layer));
    const std::string config = text_of(item.at("Config"));
    id = oci::Digest::of(files.at(config)).str();
    return config;
  }
  std::string by_layout(Kind kind) {
    const json::value entry = json::parse(files.at("index.json")).at("manifests").at(0);
    const json::value manifest = json::parse(files.at(blob_of(entry)));
    for (const json::value& layer : manifest.at("layers").as_array())
      layer_files.push_back(blob_of(layer));
    if (const json::value* annotations = entry.as_object().if_contains("annotations")) {
      for (const auto& [key, value] : annotations->as_object())
        image.annotations[std::string(key)] = text_of(value);
    }
    id = text_of((kind == Kind::containerd ? entry : manifest.at("config")).at("digest"));
    return blob_of(manifest.at("config"));
  }

  void read_config(const json::value& config) {
    for (const json::value& diff_id : config.at("rootfs").at("diff_ids").as_array())
      image.diff_ids.push_back(text_of(diff_id));
    if (const json::value* labels = config.at("config").as_object().if_contains("Labels")) {
      for (const auto& [key, value] : labels->as_object())
        image.labels[std::string(key)] = text_of(value);
    }
  }

  static std::string blob_of(const json::value& descriptor) {
    return "blobs/sha256/" + text_of(descriptor.at("digest")).substr(sizeof "sha256:" - 1);
  }

  std::unique_ptr<archive::Source> source;
};

FakeImageStore::FakeImageStore(FakeEngine& engine, Kind kind) : kind_(kind) {
  engine.on("POST", "/images/load", [this](const auto& request) { return load(request); });
  engine.on("GET", "/images/json", [this](const auto& request) { return list(request.query); });
  engine.otherwise([this](const auto& request) { return other(request); });
}

std::vector<FakeImageStore::SeenLoad> FakeImageStore::loads() const {
  const std::scoped_lock lock(mutex_);
  return loads_;
}

std::map<std::string, std::string> FakeImageStore::tags() const {
  const std::scoped_lock lock(mutex_);
  return tags_;
}

std::set<std::string> FakeImageStore::images() const {
  const std::scoped_lock lock(mutex_);
  std::set<std::string> ids;
  for (const auto& [id, image] : images_)
    ids.insert(id);
  return ids;
}

std::set<std::string> FakeImageStore::images_labelled(const std::string& label) const {
  const std::scoped_lock lock(mutex_);
  std::set<std::string> ids;
  for (const auto& [id, image] : images_) {
    if (image.labels.contains(label)) ids.insert(id);
  }
  return ids;
}

void FakeImageStore::fail_load(std::size_t number, std::string text) {
  const std::scoped_lock lock(mutex_);
  failing_[number] = std::move(text);
}

void FakeImageStore::lose_before_load(std::size_t number, const oci::Digest& layer) {
  const std::scoped_lock lock(mutex_);
  losing_[number] = layer.str();
}

void FakeImageStore::use(const std::string& image) {
  const std::scoped_lock lock(mutex_);
  used_.insert(image);
}

void FakeImageStore::add_tag(const std::string& name, const std::string& image) {
  const std::scoped_lock lock(mutex_);
  tags_[name] = image;
}

void FakeImageStore::remove_tag(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  tags_.erase(name);
}

// The first layer that is neither in the tar nor held by an image; empty when there is none.
std::string FakeImageStore::missing_layer(const StoredImage& image,
                                          const std::set<std::string>& in_tar) const {
  const auto is_held = [&](std::size_t index) {
    return std::ranges::any_of(images_, [&](const auto& entry) {
      const StoredImage& other = entry.second;
      if (kind_ != Kind::graph_driver) return other.blobs.contains(image.diff_ids[index]);
      // By the chain below it.
      const auto count = static_cast<std::ptrdiff_t>(index + 1);
      return other.diff_ids.size() > index &&
             std::equal(other.diff_ids.begin(), other.diff_ids.begin() + count,
                        image.diff_ids.begin());
    });
  };
  for (std::size_t i = 0; i < image.diff_ids.size(); ++i) {
    if (!in_tar.contains(image.diff_ids[i]) && !is_held(i)) return image.diff_ids[i];
  }
  return {};
}

void FakeImageStore::forget(const oci::Digest& layer) {
  const std::scoped_lock lock(mutex_);
  forget_images_of(layer.str());
}

void FakeImageStore::forget_images_of(const std::string& layer) {
  std::erase_if(images_, [&](const auto& entry) {
    return std::ranges::find(entry.second.diff_ids, layer) != entry.second.diff_ids.end();
  });
}

Reply FakeImageStore::load(const ReceivedRequest& request) {
  const std::scoped_lock lock(mutex_);
  const std::size_t number = loads_.size();
  if (losing_.contains(number)) forget_images_of(losing_[number]);
  Tar tar(request.body, kind_);
  SeenLoad& seen = loads_.emplace_back(SeenLoad{.blobs = tar.blobs, .image = tar.id, .error = {}});
  if (failing_.contains(number)) {
    seen.error = failing_[number];
    return load_error(seen.error);
  }
  const std::string missing = missing_layer(tar.image, tar.blobs);
  for (const std::string& layer : tar.image.diff_ids) {
    const StoredImage alone{.diff_ids = {layer}, .blobs = {}, .labels = {}};
    if (tar.blobs.contains(layer) || missing_layer(alone, {}).empty()) {
      tar.image.blobs.insert(layer);
    }
  }
  if (missing.empty()) {
    images_[tar.id] = tar.image;
    return json_reply(json::object{{"stream", "Loaded image ID: " + tar.id + "\n"}});
  }
  if (kind_ != Kind::containerd) {
    const auto index = std::ranges::find(tar.image.diff_ids, missing) - tar.image.diff_ids.begin();
    seen.error = format("open /tmp/docker-import-1/{}: no such file or directory",
                        tar.layer_files.at(static_cast<std::size_t>(index)));
    return kind_ == Kind::podman ? refused(500, seen.error) : load_error(seen.error);
  }
  tar.image.complete = false;
  images_[tar.id] = tar.image;
  if (parameter(request.query, "platform").empty()) {
    seen.error = format("Error unpacking image {}: content digest {}: not found", tar.id, missing);
    return json_reply(json::object{{"stream", seen.error}});
  }
  seen.error = format("image {} was loaded, but doesn't provide the requested platform", tar.id);
  return load_error(seen.error);
}

Reply FakeImageStore::other(const ReceivedRequest& request) {
  const std::scoped_lock lock(mutex_);
  const std::string_view path = request.path;
  constexpr std::string_view images = "/images/";
  if (!path.starts_with(images)) return refused(404, "page not found");
  const std::string_view rest = path.substr(images.size());
  if (request.method == "DELETE") return remove(std::string(rest));
  const std::size_t slash = rest.rfind('/');
  const std::string reference(rest.substr(0, slash));
  if (rest.ends_with("/json")) return inspect(reference);
  if (rest.ends_with("/tag")) return tag(reference, request.query);
  return refused(404, "page not found");
}

Reply FakeImageStore::inspect(const std::string& reference) const {
  const auto named = tags_.find(reference);
  const auto found = images_.find(named == tags_.end() ? reference : named->second);
  if (found == images_.end()) return refused(404, "No such image: " + reference);
  const auto& [id, image] = *found;
  json::array names;
  for (const auto& [name, owner] : tags_) {
    if (owner == id) names.emplace_back(name);
  }
  json::object answer{{"Id", id},
                      {"RepoTags", std::move(names)},
                      {"RootFS", {{"Type", "layers"}, {"Layers", list_of(image.diff_ids)}}}};
  if (kind_ == Kind::containerd) {
    json::object annotations;
    for (const auto& [key, value] : image.annotations)
      annotations[key] = value;
    answer["Descriptor"] = {{"annotations", std::move(annotations)}};
    answer["Manifests"] =
        json::array{json::object{{"ID", id}, {"Kind", "image"}, {"Available", image.complete}}};
  }
  return json_reply(answer);
}

Reply FakeImageStore::list(const std::string& query) const {
  const std::scoped_lock lock(mutex_);
  const std::string filters = parameter(query, "filters");
  const std::string label = filters.empty() ? "" : text_of(json::parse(filters).at("label").at(0));
  json::array answer;
  for (const auto& [id, image] : images_) {
    if (!label.empty() && !image.labels.contains(label)) continue;
    json::object labels;
    for (const auto& [key, value] : image.labels)
      labels[key] = value;
    answer.push_back(json::object{{"Id", id}, {"Labels", std::move(labels)}});
  }
  return json_reply(answer);
}

Reply FakeImageStore::remove(const std::string& id) {
  if (!images_.contains(id)) return refused(404, "No such image: " + id);
  const auto has_it = [&](const auto& tag) { return tag.second == id; };
  if (used_.contains(id)) return refused(409, "image is being used by running container");
  if (std::ranges::count_if(tags_, has_it) > 1) return refused(409, "must be forced");
  std::erase_if(tags_, has_it);
  images_.erase(id);
  return json_reply(json::array{json::object{{"Deleted", id}}});
}

Reply FakeImageStore::tag(const std::string& id, const std::string& query) {
  if (!images_.contains(id)) return refused(404, "No such image: " + id);
  tags_[parameter(query, "repo") + ":" + parameter(query, "tag")] = id;
  return {.status = 201};
}

} // namespace nixbuild::fakes
