"""The parser of the command line: what is wrong with the arguments is said in both languages."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

FAULTS = (  # what argparse says, and the same in Chinese
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1"),
    (r"argument (.*): invalid choice: (.*) \(choose from (.*)\)", r"参数 \1：没有 \2 这一项，可用：\3"),
    (r"argument (.*): invalid \S+ value: (.*)", r"参数 \1：\2 不是合适的值"),
    (r"argument (.*): expected one argument", r"参数 \1：要有一个值"),
    (r"argument (.*): expected at least one argument", r"参数 \1：至少要有一个值"),
    (r"argument (.*): not allowed with argument (.*)", r"参数 \1：不能与 \2 同用"),
    (r"argument (.*): ignored explicit argument (.*)", r"参数 \1：不能带值 \2"),
    (r"ambiguous option: (.*) could match (.*)", r"选项 \1 不明确，可能是 \2"),
)


class Arguments(argparse.ArgumentParser):
    """As argparse's; the parsers of its commands are such ones too."""

    def error(self, message: str) -> NoReturn:
        """Ends the program with the usage and what is wrong, in English and, where it is not there yet, in Chinese."""
        zh = next((re.sub(fault, words, message) for fault, words in FAULTS if re.fullmatch(fault, message)), "")
        super().error(f"{message} {zh}".rstrip())
