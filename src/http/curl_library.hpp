#pragma once

#include <curl/curl.h>

#include <memory>

namespace nixbuild::http {

// The functions of libcurl that we call, loaded when they are first needed: to be linked with it
// would cost every call of docker 3 ms for libraries that few of them use, and a machine without it
// the whole plugin.
class CurlLibrary {
public:
  // Throws an Error of kind unavailable when the machine has no libcurl 7.
  CurlLibrary();

private:
  struct Unload {
    void operator()(void* library) const;
  };
  std::unique_ptr<void, Unload> library_;

  template <class Function>
  void find(Function*& function, const char* name);

public:
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_easy_pause) easy_pause = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&::curl_multi_perform) multi_perform = nullptr;
  decltype(&::curl_multi_info_read) multi_info_read = nullptr;
  decltype(&::curl_multi_poll) multi_poll = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
};

} // namespace nixbuild::http
