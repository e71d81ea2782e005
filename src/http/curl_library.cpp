#include "http/curl_library.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <array>

#include <dlfcn.h>

namespace nixbuild::http {

namespace {

#ifdef __APPLE__
constexpr std::array names{"/usr/lib/libcurl.4.dylib", "libcurl.4.dylib"};
#else
constexpr std::array names{"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif

Error no_libcurl(std::string message) {
  return Error(ErrorKind::unavailable, std::move(message))
      .with_hint(
          "Registries are spoken to by libcurl 7.88 or newer: install it (Debian: libcurl4).");
}

void* load() {
  for (const char* name : names)
    if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  throw no_libcurl("there is no libcurl on this machine");
}

} // namespace

void CurlLibrary::Unload::operator()(void* library) const {
  ::dlclose(library);
}

template <class Function>
void CurlLibrary::find(Function*& function, const char* name) {
  function = reinterpret_cast<Function*>(::dlsym(library_.get(), name));
  if (function == nullptr) throw no_libcurl(format("the libcurl of this machine has no {}", name));
}

CurlLibrary::CurlLibrary() : library_(load()) {
  find(easy_init, "curl_easy_init");
  find(easy_cleanup, "curl_easy_cleanup");
  find(easy_reset, "curl_easy_reset");
  find(easy_setopt, "curl_easy_setopt");
  find(easy_getinfo, "curl_easy_getinfo");
  find(easy_strerror, "curl_easy_strerror");
  find(easy_pause, "curl_easy_pause");
  find(multi_init, "curl_multi_init");
  find(multi_cleanup, "curl_multi_cleanup");
  find(multi_add_handle, "curl_multi_add_handle");
  find(multi_remove_handle, "curl_multi_remove_handle");
  find(multi_perform, "curl_multi_perform");
  find(multi_info_read, "curl_multi_info_read");
  find(multi_poll, "curl_multi_poll");
  find(slist_append, "curl_slist_append");
  find(slist_free_all, "curl_slist_free_all");
}

} // namespace nixbuild::http
