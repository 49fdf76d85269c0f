"""What the codes say that reading and lowering find; rules carry their own texts."""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "YAML001": ("Not YAML", "The file can't be read as YAML. The place is where the reader gave up; the mistake may be just before."),
    "YAML002": ("A tab indents", "YAML is indented with spaces."),
    "YAML003": ("An empty file", "A spec says something, or the file goes."),
    "YAML004": ("A key twice", "YAML would silently keep the last one."),
    "YAML005": ("A key that is no name", "Braces and brackets in a plain text become maps and lists: put quotes around the text."),
    "YAML006": ("A merge key", "`<<` is no part of the language: what a spec says stands in it."),
    "YAML007": ("A tag", "An expression that begins with `!` needs quotes, or YAML takes it as a tag."),
    "YAML008": ("Nested too deeply", "No spec needs that; a document made to break its reader does."),
    "YAML009": ("Too long", "A spec has at most two million characters."),
    "SPEC001": ("An unknown key", "The key is none of this kind of document."),
    "SPEC002": ("A missing key", "The key is required."),
    "SPEC003": ("The wrong kind of value", "A list stands where a map is expected, or the like."),
    "SPEC004": ("Not one of the words", "The key takes one of a few words."),
    "SPEC005": ("Not a step", "A step begins with its word: do, await, if, for_each, ..."),
    "SPEC006": ("Two steps in one", "One step has one word."),
    "SPEC007": ("Not of the form", "A duration says its unit: 30s, 5m, 1h30m; a count is a whole number."),
    "TYPE001": ("Not a field's name", "Field names are letters, digits and underscores."),
    "TYPE002": ("Not an option of a field", "A field says type, class, description, min, max, min_items, max_items, pattern, default."),
    "TYPE003": ("Not a data class", "public, internal, confidential, restricted (architecture §7.1)."),
    "TYPE004": ("Not a list type", "[string] is a list of strings."),
    "TYPE005": ("An unknown type", "The name is no primitive and stands in no file of specs/types."),
    "TYPE006": ("A type that contains itself", "Records don't nest for ever."),
    "TYPE007": ("A limit that doesn't fit", "min and max bound numbers and durations, min_items and max_items lists and maps, pattern strings; a default is a plain value of the field's type."),
    "NAME001": ("Two steps of one name", "A step's name is its identity: in keys, histories, diagrams and logs."),
    "NAME002": ("An unknown operation", "Operations are declared in specs/systems."),
    "NAME003": ("An ambiguous operation", "Two systems have it: say which, as system.operation."),
    "NAME004": ("An unknown error class", "Error classes and their groups are declared in specs/errors.yaml."),
    "NAME005": ("An unknown signal", "Signals are declared in specs/signals."),
    "NAME006": ("An unknown state variable", "`set` assigns what `state:` declares."),
    "NAME007": ("An unknown status", "`status:` is one of the workflow's `statuses:`."),
    "NAME008": ("Not a member", "The enumeration has no such value."),
    "NAME009": ("An unknown step", "`undo: name` names a step before it."),
    "NAME010": ("A name taken", "Another workflow has that id or name."),
    "NAME011": ("An unknown workflow", "Children are workflows of this project."),
    "NAME012": ("An unknown event", "Events are declared in specs/events.yaml."),
    "NAME013": ("An unknown query", "Queries are declared in specs/queries.yaml."),
    "NAME014": ("An id from nowhere", "What stands in braces in a workflow id is a required input."),
    "WIRE001": ("An input without source", "A required input is filled by name from what is in scope; nothing has that name and type."),
    "WIRE002": ("An amount must be named", "Amounts are never wired by name: the gross would be paid where the net was meant."),
    "WIRE003": ("Two sources for an input", "Two names in one layer fit; say which."),
    "WIRE004": ("An input the event doesn't have", "A trigger maps what its event calls differently."),
    "SCHED001": ("Not a cadence", "every 15m, daily 06:00, weekly sunday 00:00, monthly 1 03:00, quarterly 03:00, or five fields of cron; times are UTC."),
    "SCHED002": ("Nothing to go through", "over: names an operation that reads, needs no input, and gives rows: [...]; each row starts the workflow once."),
    "WIRE005": ("A schedule without input", "What a schedule starts gets its input from the rows of an operation (over:), or from defaults."),
    "WIRE006": ("An output without source", "The result of a binding gives every field of the operation's output that isn't optional."),
    "RECV001": ("A value that can't be watched for", "receives: names a field of the input, or of a step's result, by which signals find the workflow."),
    "COMP001": ("A completion that doesn't fit", "completes: match and settled are of the operation's own output, the signals carry the matched field, and else: names an operation of the same system whose status says how things stand."),
    "FLOW001": ("Never reached", "The step before it ends the flow on every path."),
    "FLOW002": ("Nothing to leave", "`leave` and `next` stand inside a loop or group."),
    "FLOW003": ("No such block here", "`leave: name` names a loop or group around it."),
    "FLOW004": ("Workflows that wait for each other", "A `call` waits for the other's end; called in turn, neither ends."),
    "FLOW005": ("A loop that can't be left", "Its passes run side by side or fail alone: one of them can end itself, not the loop."),
    "WAIT001": ("A sleep without time", "for: a duration, or until: an instant."),
    "WAIT002": ("A wait that nothing ends", "Neither a signal, nor a condition, nor the clock ends it."),
    "WAIT003": ("A deadline without branch", "A timeout is a branch: say what happens."),
    "WAIT004": ("A branch never taken", "`timeout:` without a deadline."),
    "WAIT005": ("Two deadlines", "A group has until: with a timeout: branch, or within:, which fails it."),
    "LOOP001": ("A loop over nothing", "in: a list, or from: and to:."),
    "LOOP002": ("Not a list", "`in:` is a list."),
    "LOOP003": ("A loop without bound", "at_most: a number, or forever: true with continue-as-new."),
    "LOOP004": ("A bound without branch", "Say what happens when the bound is reached."),
    "LOOP005": ("A retry without bound", "`rounds:` says how many business rounds there may be."),
    "TENANT001": ("An id without its tenant", "Workflow ids begin with the tenant (architecture §8.2), so that no tenant reaches another's."),
    "NAME015": ("Not a field of the record", "The record has no such field."),
    "NAME017": ("An unknown system", "A system has its file in specs/systems; more of its operations may stand in specs/systems/<system>/."),
    "NAME019": ("Which variant?", "An operation with `variants:` is one for each of them; a step says which with `as:`."),
    "NAME020": ("An unknown retry policy", "A system's policies stand under its retry:; with an unknown one the default would be taken silently."),
    "NAME021": ("An unknown name in a binding", "A request knows input, key, tenant and workflow; an answer status, body and headers as well, and a lookup the item that it found."),
    "NAME018": ("An operation taken", "The system has an operation of that name already, perhaps in another file."),
    "NAME016": ("Not an input", "The operation, signal or query has no such field."),
}  # fmt: skip


def explain(code: str) -> str | None:
    """The page of a code; ``None`` where there is no such code."""
    from cityos_dsl.expr.errors import CODES as EXPRESSION_CODES

    if code in EXPRESSION_CODES:
        return f"{code}: {EXPRESSION_CODES[code]}"
    if code not in CODES:
        return None
    title, text = CODES[code]
    return f"{code}: {title}\n\n{text}"
