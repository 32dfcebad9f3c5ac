"""Commands on health codes: shown to a resident, checked by a guard."""

from __future__ import annotations

import argparse
from pathlib import Path

from commands.house import House, now


def show(house: House, args: argparse.Namespace) -> int:
    """Shows the health code of a resident: colour, reasons, how it can change, and the token that a guard checks."""
    from records.health import default_rules
    from records.health_code import code_of, sign_code
    from records.traces import find_resident
    from reports.code import NO_CODE, code_lines
    from reports.line_list import ZONE
    from reports.writers.picture import code_picture

    moment = now()
    with house.store.reading() as tx:
        resident = find_resident(tx, args.resident)
        code = code_of(tx, default_rules(), resident, moment)
    if code is None:
        print(NO_CODE.read(house.language))
        return 1
    token = sign_code(house.seal, resident, code, moment)
    lines = [label.read(house.language) for label in code_lines(code, moment, ZONE)]
    print(*lines, token, sep="\n")
    if args.picture:
        Path(args.picture).write_bytes(code_picture(token, code.colour, lines))
    return 0


def check(house: House, args: argparse.Namespace) -> int:
    """Says whether a code that somebody shows is true; a forged, expired or outdated one is refused with status 1."""
    from records.health import default_rules
    from records.health_code import CodeRefused, check_code
    from reports.code import COLOUR_LABELS, REFUSED_LABELS, masked_name

    try:
        with house.store.reading() as tx:
            shown = check_code(tx, house.seal, default_rules(), args.token, now())
    except CodeRefused as error:
        why = REFUSED_LABELS[error.why]
        house.say(f"无效：{why.zh}", f"Refused: {why.en}")
        return 1
    colour, name = COLOUR_LABELS[shown.colour], masked_name(shown.name)
    house.say(f"有效：{colour.zh}，{name}", f"True: {colour.en}, {name}")
    return 0
