"""Texts that hostile users type, or use as names."""

HARMLESS = {
    "@everyone @here <@1> <@!1> <@&2>": r"\@everyone \@here \<\@1\> \<\@!1\> \<\@&2\>",
    "<#1> </x:1> <t:1:R> <a:b:1> <id:guide>": r"\<#1\> \</x:1\> \<t:1:R\> \<a:b:1\> \<id:guide\>",
    "**a** __b__ ~~c~~ ||d|| `e` *f*": r"\*\*a\*\* \_\_b\_\_ \~\~c\~\~ \|\|d\|\| \`e\` \*f\*",
    "***a*** ``b``": r"\*\*\*a\*\*\* \`\`b\`\`",
    "```\n# a": r"\`\`\` # a",
    "# heading": r"\# heading",
    "-# small": r"\-# small",
    "- item": r"\- item",
    "+ item": r"\+ item",
    "* item": r"\* item",
    "1. item": r"1\. item",
    ">>> quote": r"\>\>\> quote",
    "[a](https://evil.example)": r"\[a\](https:\//evil.example)",
    "[b](<https://evil.example> 'c')": r"\[b\](\<https:\//evil.example\> 'c')",
    "https://evil.example/a_b": r"https:\//evil.example/a\_b",
    "<https://evil.example> discord://evil": r"\<https:\//evil.example\> discord:\//evil",
    r"\*a\*": r"\\\*a\\\*",
    "a\\": "a\\\\",
    "\u202egnp.exe\u202c \u2067a\u2069\u2066b\u2069": "gnp.exe ab",
    "a\u200bd\u2060m\ufeffi\x00n": "admin",
    "m\u3164o\u034fd\u2800e\uffa0r": "moder",
    "👩\u200d👩\u200d👧 🇩🇪 👍🏽": "👩\u200d👩\u200d👧 🇩🇪 👍🏽",
    "Z\u0337\u0327a\u0334\u0301" + "\u0336" * 30: "Z\u0337\u0327á\u0334" + "\u0336" * 3,
    "c\ud800d\udfff": "cd",
    "\x1b[31mred\x07\x7f": r"\[31mred",
    "  a \t\n b\u2028 c\x85": "a b c",
    "=1+1": "=1+1",
    '=HYPERLINK("https://evil.example")': r'=HYPERLINK("https:\//evil.example")',
    "+cmd|' /C calc'!A0": r"\+cmd\|' /C calc'!A0",
    "@SUM(A1:A2)": r"\@SUM(A1:A2)",
    "-2+3": r"\-2+3",
    "'; DROP TABLE players; --": "'; DROP TABLE players; --",
    '" OR ""="': '" OR ""="',
    "100%_": r"100%\_",
    "{0} %s {{7*7}} ${x}": r"{0} %s {{7\*7}} ${x}",
    "<script>alert(1)</script> ../../etc/passwd": r"\<script\>alert(1)\</script\> ../../etc/passwd",
    "null": "null",
    "\u0661\u0662\u0663 \ufdfa \uff21": "\u2068\u0661\u0662\u0663 \ufdfa \uff21\u2069",
    "\u05db\u05d3\u05d5\u05e8 *5* (2)": "\u2068\u05db\u05d3\u05d5\u05e8 \\*5\\* (2)\u2069",
    "\u2069\u202b\u0645\u06cc\u200c\u0631\u0648\u0645\u2067": "\u2068\u0645\u06cc\u200c\u0631\u0648\u0645\u2069",
}
"""The visible part of each, and how to write it so that Discord shows it literally."""

TELLING = (
    "@everyone @here <@1> <@!1> <@&2>",
    "```\n# a",
    "1. item",
    "[b](<https://evil.example> 'c')",
    "a\u200bd\u2060m\ufeffi\x00n",
    "c\ud800d\udfff",
    "\u05db\u05d3\u05d5\u05e8 *5* (2)",
)
"""One text of each kind: mentions, formatting, lists, links, invisible text, no text, text that moves others."""

EMPTY = (
    "",
    "   ",
    "\0",
    "\u200b\u2060",
    "\u202e\u202c",
    "\ud800",
    "\u3164\u115f\u1160\uffa0",
    "\u2800",
    "\u034f\ufe0f",
    "\U000e0101",
)
"""Texts of which nothing is visible."""

LONG = "*" * 10_000
