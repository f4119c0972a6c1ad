package org.gotm.store.query;

import java.util.ArrayList;
import java.util.List;

/** The words of a query, one after another. One thread. */
final class QueryTokens {
  /** Conditions of a chain are as deep as the chain is long: what a small stack has room for. */
  private static final int MOST = 2_000;

  private static final String OPERATORS = "()!";

  private final String query;
  private final List<Token> tokens = new ArrayList<>();
  private int next;

  /**
   * A word.
   *
   * @param text empty at the end of the query
   * @param place index of its first character
   * @param isQuoted true for what stood between quotes, which are not in the text
   */
  record Token(String text, int place, boolean isQuoted) {
    boolean is(String word) {
      return !isQuoted && text.equals(word);
    }
  }

  QueryTokens(String query) {
    this.query = query;
    int i = 0;
    while (i < query.length()) {
      i = Character.isWhitespace(query.charAt(i)) ? i + 1 : read(i);
      if (tokens.size() > MOST) {
        throw new QueryException(query, i, "more than %d words".formatted(MOST));
      }
    }
    tokens.add(new Token("", query.length(), false));
  }

  private int read(int from) {
    char c = query.charAt(from);
    if (c == '\'' || c == '"') {
      return readQuoted(from, c);
    }
    int end = from;
    if (query.startsWith("&&", from) || query.startsWith("||", from)) {
      end += 2;
    } else if (OPERATORS.indexOf(c) >= 0) {
      end++;
    } else {
      while (end < query.length() && isOfWord(query.charAt(end))) {
        end++;
      }
    }
    if (end == from) {
      throw new QueryException(query, from, "'%c' has no meaning here".formatted(c));
    }
    tokens.add(new Token(query.substring(from, end), from, false));
    return end;
  }

  private int readQuoted(int from, char quote) {
    int end = query.indexOf(quote, from + 1);
    if (end < 0) {
      throw new QueryException(query, from, "this quote has no end");
    }
    tokens.add(new Token(query.substring(from + 1, end), from, true));
    return end + 1;
  }

  /** Letters, digits, and what addresses, times and Community IDs are made of. */
  private static boolean isOfWord(char c) {
    return Character.isLetterOrDigit(c) || "._:/+-=%@".indexOf(c) >= 0;
  }

  Token peek() {
    return tokens.get(next);
  }

  Token peekBehind() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  Token take() {
    Token token = peek();
    if (!isAtEnd()) {
      next++;
    }
    return token;
  }

  /** Takes the next word if it is this one. */
  boolean takeIf(String word) {
    boolean is = peek().is(word);
    if (is) {
      next++;
    }
    return is;
  }

  boolean isAtEnd() {
    return next == tokens.size() - 1;
  }

  QueryException wrong(Token token, String reason) {
    return new QueryException(query, token.place(), reason);
  }
}
