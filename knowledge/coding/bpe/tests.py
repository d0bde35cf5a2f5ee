"""Behaviours of byte-pair encoding, with expected rules worked out by hand or by joining lists of symbols."""

from interviewer.coding.behaviour import behaviour, check, same, unchanged

PAPER = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
END = "</w>"


def rules(code, word_counts, n_merges):
    return [tuple(pair) for pair in code.train(word_counts, n_merges)]


def rewritten(symbols, pair):
    """`symbols` with each pair joined, from left to right."""
    out = []
    for symbol in symbols:
        # False marks what was just joined: it may not be joined again in the same pass.
        if out and out[-1] == (pair[0], True) and symbol == pair[1]:
            out[-1] = (pair[0] + pair[1], False)
        else:
            out.append((symbol, True))
    return [symbol for symbol, _ in out]


def expected_rules(word_counts, n_merges):
    words = [([*word, END], count) for word, count in word_counts.items()]
    found = []
    for _ in range(n_merges):
        counts = {}
        for symbols, count in words:
            for place in range(len(symbols) - 1):
                pair = (symbols[place], symbols[place + 1])
                counts[pair] = counts.get(pair, 0) + count
        if not counts:
            break
        found.append(min((-count, pair) for pair, count in counts.items())[1])
        words = [(rewritten(symbols, found[-1]), count) for symbols, count in words]
    return found


@behaviour(
    zh="规则是二元组的列表，编码是字符串的列表", en="Rules are a list of pairs, tokens a list of strings", plain=True
)
def kinds(code):
    merges = code.train(PAPER, 2)
    check(all(len(pair) == 2 for pair in merges), zh=f"规则是 {merges}", en=f"the rules are {merges}")
    tokens = code.encode("low", merges)
    check(all(isinstance(token, str) for token in tokens), zh=f"token 是 {tokens}", en=f"the tokens are {tokens}")


@behaviour(zh="论文的例子：先合并 es、est、est</w>、lo、low", en="The paper's example: es, est, est</w>, lo, low")
def paper(code):
    wanted = [("e", "s"), ("es", "t"), ("est", END), ("l", "o"), ("lo", "w")]
    same(rules(code, PAPER, 5), wanted)


@behaviour(zh="更多步也与逐步计算一致", en="More steps equal the computation step by step")
def longer(code):
    words = {"banana": 3, "bandana": 2, "nab": 4, "an": 7, "cabana": 1}
    same(rules(code, words, 12), expected_rules(words, 12))
    same(rules(code, PAPER, 20), expected_rules(PAPER, 20))


@behaviour(zh="统计按词频加权", en="Pairs are weighted by how often the word occurs")
def weighted(code):
    same(rules(code, {"ab": 1, "abx": 1, "aby": 1, "cd": 9}, 1), [("c", "d")])


@behaviour(zh="并列时取字典序最小的一对", en="Of equally frequent pairs the first in order is taken")
def ties(code):
    same(rules(code, {"zy": 2, "ba": 2, "bc": 2}, 1), [("a", END)])


@behaviour(zh="每次合并后重新统计", en="Pairs are counted anew after each merge")
def counted_anew(code):
    # Once (a, b) is merged nothing is left of (b, c), which was second.
    same(rules(code, {"abc": 5, "abd": 1, "xy": 3}, 2), [("a", "b"), ("ab", "c")])


@behaviour(zh="没有相邻对了就停", en="It ends when there are no pairs left")
def ends_early(code):
    same(rules(code, {"ab": 1}, 10), [("a", "b"), ("ab", END)])
    same(rules(code, {}, 3), [])


@behaviour(zh="n_merges 为 0 时没有规则，编码就是字符", en="With n_merges of 0 tokens are characters")
def no_merges(code):
    same(rules(code, PAPER, 0), [])
    same(code.encode("low", []), ["l", "o", "w", END])


@behaviour(
    zh="重复字符：aaa 里 (a, a) 算两次，合并不重叠", en="(a, a) counts twice in aaa and is merged without overlap"
)
def repeats(code):
    same(rules(code, {"aaa": 2, "bc": 3}, 1), [("a", "a")])
    same(rules(code, {"aaaa": 2}, 3), [("a", "a"), ("aa", END), ("aa", "aa" + END)])
    same(code.encode("aaa aaaa", [("a", "a")]), ["aa", "a", END, "aa", "aa", END])


@behaviour(zh="词与词之间不合并", en="Nothing is merged across words")
def within_words(code):
    merges = [(END, "a"), ("a", "b")]
    same(code.encode("ab ab", merges), ["ab", END, "ab", END])


@behaviour(zh="编码按学到的先后合并，不是从左到右", en="Encoding merges in the order learned and not from the left")
def by_rank(code):
    same(code.encode("abc", [("b", "c"), ("a", "b")]), ["a", "bc", END])
    same(code.encode("abcd", [("c", "d"), ("a", "b"), ("b", "cd"), ("a", "bcd")]), ["ab", "cd", END])


@behaviour(zh="不是最长匹配：没有规则能合成的长 token 不会出现", en="It is not longest match: only rules make tokens")
def not_longest_match(code):
    # abc is a token, but (a, b) never comes about in "abc", since (b, c) is merged first.
    merges = [("b", "c"), ("a", "b"), ("ab", "c")]
    same(code.encode("abc ab", merges), ["a", "bc", END, "ab", END])


@behaviour(zh="同一对在词里出现几处就合并几处", en="A pair is merged wherever it stands in the word")
def everywhere(code):
    same(code.encode("abxabab", [("a", "b"), ("ab", "ab")]), ["ab", "x", "abab", END])


@behaviour(zh="词尾的 est 与词中的 est 是不同的 token", en="est at the end of a word is another token than inside")
def word_ends(code):
    merges = [("e", "s"), ("es", "t"), ("est", END)]
    same(code.encode("best ester", merges), ["b", "est" + END, "est", "e", "r", END])


@behaviour(zh="没见过的字符单独成 token，不报错", en="Unseen characters become tokens of their own")
def unseen(code):
    merges = [("l", "o"), ("lo", "w")]
    same(code.encode("low洗lo", merges), ["low", "洗", "lo", END])


@behaviour(zh="训练词的编码等于训练结束时的切分", en="Training words are cut as training left them")
def as_trained(code):
    words = {"banana": 3, "bandana": 2, "nab": 4, "an": 7, "cabana": 1}
    merges = expected_rules(words, 6)
    for word in words:
        symbols = [*word, END]
        for pair in merges:
            symbols = rewritten(symbols, pair)
        same(code.encode(word, merges), symbols)


@behaviour(zh="解码还原文本，空白归一成一个空格", en="Decoding gives the text back, with single spaces")
def round_trip(code):
    merges = expected_rules(PAPER, 8)
    for text in ("lowest newer  wide\n低 low", "", "x"):
        same(code.decode(code.encode(text, merges)), " ".join(text.split()))


@behaviour(zh="不修改词频表和规则", en="Neither the counts nor the rules are changed")
def inputs_kept(code):
    code.train(PAPER, 3)
    unchanged(code)
    code.encode("low newest", [("l", "o"), ("lo", "w")])
    unchanged(code)
    code.decode(["lo", "w" + END, "x", END])
    unchanged(code)
