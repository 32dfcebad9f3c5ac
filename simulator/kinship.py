"""What one member of a household is to another."""

from __future__ import annotations

from simulator.people import Person

# From how the other stands to the head (row: how the speaker stands to the head), sexes left open.
# "child" and "parent" stand for both sexes; the word is chosen by the sex of the person spoken of.
TABLE: dict[str, dict[str, str]] = {
    "head": {"spouse": "spouse", "child": "child", "parent": "parent", "grandchild": "grandchild"},
    "spouse": {"head": "spouse", "child": "child", "parent": "parent_in_law", "grandchild": "grandchild"},
    "child": {"head": "parent", "spouse": "parent", "child": "sibling", "parent": "grandparent"},
    "parent": {"head": "child", "spouse": "child_in_law", "child": "grandchild", "parent": "spouse"},
    "grandchild": {"head": "grandparent", "spouse": "grandparent", "grandchild": "sibling"},
}
ROWS = {
    "son": "child",
    "daughter": "child",
    "father": "parent",
    "mother": "parent",
    "grandson": "grandchild",
    "granddaughter": "grandchild",
}
WORDS = {
    "spouse": ("husband", "wife"),
    "child": ("son", "daughter"),
    "parent": ("father", "mother"),
    "parent_in_law": ("father_in_law", "mother_in_law"),
    "child_in_law": ("son_in_law", "daughter_in_law"),
    "grandchild": ("grandson", "granddaughter"),
    "grandparent": ("grandfather", "grandmother"),
    "sibling": ("brother", "sister"),
}


def kin(speaker: Person, other: Person) -> str:
    """What `other` is to `speaker`, e.g. "mother_in_law"; "room_mate" where they are no relations."""
    row, column = (ROWS.get(person.relation, person.relation) for person in (speaker, other))
    tie = TABLE.get(row, {}).get(column)
    return WORDS[tie][other.sex == "female"] if tie else "room_mate"
