"""CSS that loads nothing but what it is given. Pure: no Frappe, no files, no network.

CSS is read by tinycss2, the tokenizer that WeasyPrint reads it with, and written anew from its tokens: an escape such as
``\\75rl(`` is by then what it means. What remains is a positive list: rules and functions that load nothing, and pictures
that the caller hands over as data.
"""

import re
from collections.abc import Callable, Iterator

import tinycss2
from tinycss2.ast import Node

# What an address in CSS or HTML becomes: a data URI, or None where it may not be loaded.
Loader = Callable[[str], str | None]

RULES = frozenset("media page font-face supports keyframes -webkit-keyframes".split())
RULES_WITH_RULES = frozenset("media supports keyframes -webkit-keyframes".split())
PAGE_MARGINS = re.compile(r"(top|bottom|left|right)-(left|center|right|top|middle|bottom)(-corner)?")
LOADING_FUNCTIONS = frozenset(("url", "src"))
FUNCTIONS = frozenset(
	"""rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix calc min max clamp var env attr counter counters
	linear-gradient radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient
	-webkit-linear-gradient -webkit-radial-gradient -webkit-gradient from to color-stop
	translate translatex translatey translatez translate3d rotate rotatex rotatey rotatez rotate3d
	scale scalex scaley scalez scale3d skew skewx skewy matrix matrix3d perspective
	cubic-bezier steps blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
	rect inset circle ellipse polygon path repeat minmax fit-content format local
	not is where has lang dir nth-child nth-last-child nth-of-type nth-last-of-type matches any
	-webkit-any -moz-any host slotted""".split()
)
# Neither is a legitimate style sheet nested deeper, nor can it make the writing run out of stack.
DEEPEST = 24
LONGEST = 2_000_000


def refuse(_address: str) -> None:
	"""The Loader that gives nothing."""
	return None


def clean_style_sheet(css: str, load: Loader = refuse) -> str:
	"""The rules of a style sheet that load nothing but what ``load`` gives, safe to stand in a ``<style>`` element."""
	if len(css) > LONGEST:
		return ""
	rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
	return _escape("\n".join(_write_rules(rules, load, 0)))


def clean_declarations(css: str, load: Loader = refuse, allowed: frozenset | None = None) -> str:
	"""The declarations of a ``style`` attribute that load nothing but what ``load`` gives; those of ``allowed`` properties alone
	where a list is given."""
	if len(css) > LONGEST:
		return ""
	kept = []
	for node in tinycss2.parse_declaration_list(css, skip_comments=True, skip_whitespace=True):
		if node.type != "declaration" or (allowed is not None and node.lower_name not in allowed):
			continue
		value = _write(node.value, load, 0).strip()
		if value:
			kept.append(
				f"{tinycss2.serialize([_ident(node.name)])}: {value}{' !important' if node.important else ''}"
			)
	return _escape("; ".join(kept))


def _ident(name: str) -> Node:
	return tinycss2.ast.IdentToken(0, 0, name)


def _write_rules(rules: list[Node], load: Loader, depth: int) -> Iterator[str]:
	for rule in rules:
		if rule.type == "qualified-rule":
			yield f"{_write(rule.prelude, load, depth)}{{{_write(rule.content, load, depth + 1)}}}"
		elif rule.type == "at-rule" and rule.lower_at_keyword in RULES and rule.content is not None:
			if rule.lower_at_keyword not in RULES_WITH_RULES:
				content = _write(rule.content, load, depth + 1)
			elif depth < DEEPEST:
				nested = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
				content = "\n".join(_write_rules(nested, load, depth + 1))
			else:
				continue
			yield f"@{rule.lower_at_keyword} {_write(rule.prelude, load, depth)}{{{content}}}"


def _write(nodes: list[Node], load: Loader, depth: int) -> str:
	return tinycss2.serialize(list(_keep(nodes, load, depth)))


def _keep(nodes: list[Node], load: Loader, depth: int) -> Iterator[Node]:
	"""The tokens that may stay; what could load something else becomes ``none``."""
	for node in nodes:
		if node.type in ("comment", "error"):
			continue
		if node.type == "url":
			yield from _get_picture(node.value, load)
		elif node.type == "function":
			if node.lower_name in LOADING_FUNCTIONS:
				texts = [argument.value for argument in node.arguments if argument.type == "string"]
				yield from _get_picture(texts[0] if texts else "", load)
			elif node.lower_name in FUNCTIONS and depth < DEEPEST:
				node.arguments = list(_keep(node.arguments, load, depth + 1))
				yield node
			else:
				yield _ident("none")
		elif node.type in ("() block", "[] block", "{} block"):
			if depth < DEEPEST:
				node.content = list(_keep(node.content, load, depth + 1))
				yield node
		elif node.type == "at-keyword":
			if PAGE_MARGINS.fullmatch(node.value.lower()):
				yield node
		elif node.type != "literal" or node.value not in ("<!--", "-->"):
			yield node


def _get_picture(address: str, load: Loader) -> list[Node]:
	if address.strip().startswith("#"):
		return [tinycss2.ast.URLToken(0, 0, address, f"url({_quote(address.strip())})")]
	data = load(address)
	return [tinycss2.ast.URLToken(0, 0, data, f"url({_quote(data)})")] if data else [_ident("none")]


def _quote(address: str) -> str:
	escaped = re.sub(r'["\\\x00-\x1f]', lambda found: f"\\{ord(found[0]):x} ", address)
	return f'"{escaped}"'


def _escape(css: str) -> str:
	"""Without what would end a ``<style>`` element; within a string the escape means the same."""
	return css.replace("<", "\\3c ")
