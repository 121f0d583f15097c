#pragma once

#include <locale.h>

#include <nlohmann/json.hpp>
#include <string_view>

namespace weir {

// Makes this thread use the C locale, whose decimal point nlohmann's parser expects, until it is destroyed.
class CLocale {
 public:
  CLocale() : before_(::uselocale(c_locale())) {}
  CLocale(const CLocale&) = delete;
  CLocale& operator=(const CLocale&) = delete;
  ~CLocale() { ::uselocale(before_); }

 private:
  static locale_t c_locale() {
    static const locale_t locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
    return locale;
  }

  locale_t before_;
};

// Parses JSON and passes its events to the handler, the same in every locale. handler.not_json(byte) is called where it is none.
template <class Handler>
void parse_events(std::string_view json, Handler& handler) {
  // nlohmann treats a zero byte as the end of the text.
  if (const std::size_t zero = json.find('\0'); zero != std::string_view::npos) return handler.not_json(zero + 1);
  const CLocale locale;
  nlohmann::json::sax_parse(json, &handler);
}

}  // namespace weir
