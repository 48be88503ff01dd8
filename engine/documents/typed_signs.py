"""Signs as people type them (全角、各种空格): each as the plain one it stands for."""

WIDE: dict[int, int | str] = {
    **str.maketrans("０１２３４５６７８９＋－（）＠．＃＿", "0123456789+-()@.#_"),
    **dict.fromkeys(map(ord, "　\t\u00a0\u202f\u205f\u2060\ufeff"), " "),
    **dict.fromkeys(range(0x2000, 0x200E), " "),  # blanks of every width, and of none
    **{code + 0xFEE0: code for code in (*range(65, 91), *range(97, 123))},  # ａ, Ｘ
}
