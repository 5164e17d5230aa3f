"""Expressions and statements of the language: text to tree, tree to text, dimensions; nothing else knows the syntax."""

from snndsl.errors import TextFault
from snndsl.expressions.dimensions import BOOLEAN, NoQuantity, dimension_of
from snndsl.expressions.functions import FUNCTIONS
from snndsl.expressions.parser import parse_expression
from snndsl.expressions.printer import to_text
from snndsl.expressions.statements import parse_equations, parse_statements

__all__ = [
    "BOOLEAN",
    "FUNCTIONS",
    "NoQuantity",
    "TextFault",
    "dimension_of",
    "parse_equations",
    "parse_expression",
    "parse_statements",
    "to_text",
]
