#include "simulator/query_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "simulator/query_grammar.hpp"

namespace draas::simulator {

namespace {

struct Token {
  enum class Kind { End, Word, Text, Integer, Decimal, Symbol };
  Kind kind = Kind::End;
  std::string text;
  std::size_t offset = 0;
};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

std::string upper(std::string_view text) {
  std::string out;
  for (char c : text) out.push_back(static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
  return out;
}

// Of a text that the grammar accepts.
std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> out;
  std::size_t index = 0;
  while (index < text.size()) {
    char c = text[index];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++index;
      continue;
    }
    if (text.substr(index).starts_with("//")) {
      index = std::min(text.find('\n', index), text.size());
      continue;
    }
    Token token;
    token.offset = index;
    if (letter(c)) {
      token.kind = Token::Kind::Word;
      while (index < text.size() && (letter(text[index]) || digit(text[index]))) token.text += text[index++];
    } else if (c == '`') {
      token.kind = Token::Kind::Word;
      std::size_t end = std::min(text.find('`', index + 1), text.size());
      token.text = text.substr(index + 1, end - index - 1);
      index = end + 1;
    } else if (c == '\'') {
      token.kind = Token::Kind::Text;
      std::size_t end = std::min(text.find(c, index + 1), text.size());
      token.text = text.substr(index + 1, end - index - 1);
      index = end + 1;
    } else if (digit(c)) {
      token.kind = Token::Kind::Integer;
      while (index < text.size() && digit(text[index])) token.text += text[index++];
      if (index + 1 < text.size() && text[index] == '.' && digit(text[index + 1])) {
        token.kind = Token::Kind::Decimal;
        token.text += text[index++];
        while (index < text.size() && digit(text[index])) token.text += text[index++];
      }
    } else {
      token.kind = Token::Kind::Symbol;
      std::string_view two = text.substr(index, 2);
      bool pair = two == "<>" || two == "<=" || two == ">=" || two == "!=" || two == "->" || two == "<-";
      token.text = pair ? two : text.substr(index, 1);
      index += token.text.size();
    }
    out.push_back(std::move(token));
  }
  Token end;
  end.offset = text.size();
  out.push_back(std::move(end));
  return out;
}

// Recursive descent over the tokens. `unsupported_` is set where the text leaves the subset; parsing then stops.
class QueryParser {
 public:
  explicit QueryParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  ParsedQuery parse() {
    clause_match();
    if (!unsupported() && word("WHERE")) query_.filters.push_back(expression());
    if (!unsupported() && !word("RETURN")) give_up("only MATCH, WHERE and RETURN are evaluated");
    if (!unsupported()) clause_return();
    if (!unsupported() && peek().kind != Token::Kind::End) give_up("what follows RETURN is not evaluated");
    return std::move(query_);
  }

 private:
  void clause_match() {
    if (!word("MATCH")) return give_up("the query does not begin with MATCH");
    if (!symbol("(")) return give_up("the pattern is not a single node");
    if (peek().kind == Token::Kind::Word) query_.variable = take().text;
    if (symbol(":")) {
      do {
        if (peek().kind != Token::Kind::Word) return give_up("a label is missing");
        query_.labels.push_back(take().text);
      } while (symbol("|"));
    }
    if (symbol("{")) {
      while (!unsupported() && !symbol("}")) {
        Expression key;
        key.kind = Expression::Kind::Property;
        key.text = take().text;
        if (!symbol(":")) return give_up("a property map");
        query_.filters.push_back(binary("=", std::move(key), additive()));
        symbol(",");
      }
    }
    if (!symbol(")")) return give_up("a pattern with more than a label");
    const Token& next = peek();
    if (next.kind == Token::Kind::Symbol) give_up("a pattern of several nodes");
  }

  void clause_return() {
    do {
      ReturnItem item;
      item.expression = expression();
      if (unsupported()) return;
      item.name = name_of(item.expression);
      if (word("AS")) item.name = take().text;
      query_.items.push_back(std::move(item));
    } while (symbol(","));
    // Rows come with their columns in the order of names.
    std::stable_sort(query_.items.begin(), query_.items.end(),
                     [](const ReturnItem& left, const ReturnItem& right) { return left.name < right.name; });
  }

  // What a column is called that has no alias.
  std::string name_of(const Expression& expression) const {
    switch (expression.kind) {
      case Expression::Kind::Node:
        return query_.variable;
      case Expression::Kind::Property:
        return expression.text.substr(expression.text.rfind('.') + 1);
      case Expression::Kind::Aggregate:
        return expression.text;
      default:
        return "expression";
    }
  }

  // AND and OR bind alike.
  Expression expression() {
    return binary_chain({"AND", "OR"}, [this] { return negation(); });
  }

  Expression negation() {
    if (!word("NOT")) return comparison();
    Expression out;
    out.kind = Expression::Kind::Unary;
    out.text = "NOT";
    out.operands.push_back(negation());
    return out;
  }

  Expression comparison() {
    Expression left = additive();
    for (const char* sign : {"=", "<>", "!=", "<=", ">=", "<", ">"}) {
      if (symbol(sign)) return binary(std::string_view(sign) == "!=" ? "<>" : sign, std::move(left), additive());
    }
    if (word("IN")) return binary("IN", std::move(left), additive());
    if (word("CONTAINS")) return binary("CONTAINS", std::move(left), additive());
    if (word("STARTS")) {
      word("WITH");
      return binary("STARTS WITH", std::move(left), additive());
    }
    if (word("ENDS")) {
      word("WITH");
      return binary("ENDS WITH", std::move(left), additive());
    }
    if (word("IS")) {
      Expression out;
      out.kind = word("NOT") ? Expression::Kind::IsNotNull : Expression::Kind::IsNull;
      if (!word("NULL")) give_up("IS without NULL");
      out.operands.push_back(std::move(left));
      return out;
    }
    return left;
  }

  Expression additive() {
    Expression left = product();
    while (true) {
      if (symbol("+")) {
        left = binary("+", std::move(left), product());
      } else if (symbol("-")) {
        left = binary("-", std::move(left), product());
      } else {
        return left;
      }
    }
  }

  Expression product() {
    Expression left = remainder();
    while (true) {
      if (symbol("*")) {
        left = binary("*", std::move(left), remainder());
      } else if (symbol("/")) {
        left = binary("/", std::move(left), remainder());
      } else {
        return left;
      }
    }
  }

  Expression remainder() {
    Expression left = primary();
    while (symbol("%")) left = binary("%", std::move(left), primary());
    return left;
  }

  Expression primary() {
    Expression out;
    if (unsupported()) return out;
    if (symbol("(")) {
      out = expression();
      symbol(")");
      return out;
    }
    if (symbol("-")) {
      out.kind = Expression::Kind::Unary;
      out.text = "-";
      out.operands.push_back(primary());
      return out;
    }
    if (symbol("[")) {
      out.kind = Expression::Kind::List;
      while (!unsupported() && !symbol("]")) {
        out.operands.push_back(expression());
        symbol(",");
      }
      return out;
    }
    const Token token = take();
    switch (token.kind) {
      case Token::Kind::Text:
        out.literal = token.text;
        return out;
      case Token::Kind::Integer: {
        std::int64_t number = 0;
        std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
        out.literal = number;
        return out;
      }
      case Token::Kind::Decimal:
        out.literal = std::stod(token.text);
        return out;
      case Token::Kind::Word:
        return named(token);
      default:
        give_up("an expression that is not evaluated");
        return out;
    }
  }

  Expression named(const Token& token) {
    Expression out;
    std::string name = upper(token.text);
    if (name == "TRUE" || name == "FALSE") {
      out.literal = name == "TRUE";
      return out;
    }
    if (name == "NULL") return out;
    if (symbol("(")) {
      static constexpr std::array<std::string_view, 5> kAggregates = {"COUNT", "SUM", "AVG", "MIN", "MAX"};
      if (std::find(kAggregates.begin(), kAggregates.end(), name) == kAggregates.end()) {
        give_up("the function " + token.text);
        return out;
      }
      out.kind = Expression::Kind::Aggregate;
      for (char c : token.text) out.text.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
      out.operands.push_back(expression());
      if (!symbol(")")) give_up("the arguments of " + token.text);
      return out;
    }
    if (token.text != query_.variable) {
      give_up("the variable " + token.text);
      return out;
    }
    out.kind = Expression::Kind::Node;
    while (symbol(".")) {
      out.kind = Expression::Kind::Property;
      out.text += (out.text.empty() ? "" : ".") + take().text;
    }
    return out;
  }

  template <class Next>
  Expression binary_chain(std::initializer_list<const char*> words, Next next) {
    Expression left = next();
    while (!unsupported()) {
      const char* matched = nullptr;
      for (const char* candidate : words) {
        if (word(candidate)) {
          matched = candidate;
          break;
        }
      }
      if (matched == nullptr) break;
      left = binary(matched, std::move(left), next());
    }
    return left;
  }

  static Expression binary(std::string_view sign, Expression left, Expression right) {
    Expression out;
    out.kind = Expression::Kind::Binary;
    out.text = sign;
    out.operands.push_back(std::move(left));
    out.operands.push_back(std::move(right));
    return out;
  }

  const Token& peek() const { return tokens_[position_]; }
  Token take() {
    Token token = tokens_[position_];
    if (position_ + 1 < tokens_.size()) ++position_;
    return token;
  }
  bool word(std::string_view name) {
    if (peek().kind != Token::Kind::Word || upper(peek().text) != name) return false;
    take();
    return true;
  }
  bool symbol(std::string_view name) {
    if (peek().kind != Token::Kind::Symbol || peek().text != name) return false;
    take();
    return true;
  }
  bool unsupported() const { return !query_.supported; }
  void give_up(std::string reason) {
    if (!query_.supported) return;
    query_.supported = false;
    query_.reason = std::move(reason);
  }

  std::vector<Token> tokens_;
  std::size_t position_ = 0;
  ParsedQuery query_;
};

bool has_aggregate(const Expression& expression) {
  return expression.kind == Expression::Kind::Aggregate ||
         std::any_of(expression.operands.begin(), expression.operands.end(), has_aggregate);
}

}  // namespace

bool ParsedQuery::aggregates() const {
  return std::any_of(items.begin(), items.end(), [](const ReturnItem& item) { return has_aggregate(item.expression); });
}

std::expected<ParsedQuery, std::string> parse_query(std::string_view text, std::string_view language) {
  if (auto fault = grammar_fault(text, language)) return std::unexpected(*fault);
  return QueryParser(tokens_of(text)).parse();
}

}  // namespace draas::simulator
