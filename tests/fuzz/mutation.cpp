#include "mutation.hpp"

#include <algorithm>
#include <string_view>

namespace draas::fuzz {
namespace {

constexpr std::size_t kMostChanges = 4;
constexpr std::size_t kLongest = 4096;  // of an input; parsers are not timed here
constexpr std::size_t kShortPart = 16;
constexpr unsigned kBits = 8;
// Bytes that mean something to the parsers, or to none.
constexpr char kTellingBytes[] = "\0\n\r\t \"'\\/:;,.-+*&!|>#%{}[]()<>=0179aeEntfu~\x7f\x80\xc3\xed\xff";
constexpr std::string_view kTelling(kTellingBytes, sizeof kTellingBytes - 1);

}  // namespace

std::string Mutation::part_of(const std::string& text) {
  if (text.empty()) return {};
  const std::size_t begin = below(text.size());
  const std::size_t rest = text.size() - begin;
  const std::size_t most = below(4) == 0 ? rest : std::min(rest, kShortPart);
  return text.substr(begin, 1 + below(most));
}

void Mutation::change(std::string& text) {
  const std::size_t at = below(text.size() + 1);
  const bool inside = at < text.size();
  switch (below(6)) {
    case 0:
      if (inside) text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << below(kBits)));
      break;
    case 1:
      if (inside) text[at] = kTelling[below(kTelling.size())];
      break;
    case 2:
      text.insert(at, 1, kTelling[below(kTelling.size())]);
      break;
    case 3:
      if (inside) text.erase(at, part_of(text).size());
      break;
    case 4:
      text.insert(at, part_of(text));
      break;
    default:
      text.insert(at, part_of(any()));
      break;
  }
}

std::string Mutation::next() {
  std::string text = any();
  for (std::size_t left = 1 + below(kMostChanges); left > 0; --left) change(text);
  if (text.size() > kLongest) text.resize(kLongest);
  return text;
}

}  // namespace draas::fuzz
